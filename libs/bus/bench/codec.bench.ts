// Run by hand: node libs/bus/bench/codec.bench.ts. Nanoseconds a frame, and a declaration; median of seven rounds.
import { Declarations } from '../src/declarations.ts';
import { type FrameHandler, FrameReader } from '../src/frame-reader.ts';
import { FrameWriter } from '../src/frame-writer.ts';
import { Frame } from '../src/messages.ts';
import { putVarint, varintBytes } from '../src/wire.ts';

const FRAMES = 200_000;
const ROUNDS = 7;
const nothing = Buffer.alloc(0);
const account = Buffer.from('$G');
const subject = Buffer.from('orders.new.eu');
const reply = Buffer.from('_INBOX.abcdefghijklmnopqrstuv.1');
const queues = [Buffer.from('workers')];

let sum = 0;
const ignore = (): void => {};
const frames: FrameHandler = {
  onDeliver: (_account, _buf, ss, se, _rs, re, _h, ps, pe, plain) => {
    sum += se - ss + (pe - ps) + re + (plain ? 1 : 0);
  },
  onPublish: ignore,
  onReturned: ignore,
  onLinkAck: ignore,
  onInterest: ignore,
  onInterestUpdate: ignore,
  onMessage: ignore,
};

function median(run: () => void, count: number): string {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    run();
    times.push(((performance.now() - start) * 1e6) / count);
  }
  return times
    .sort((a, b) => a - b)
    [ROUNDS >> 1].toFixed(0)
    .padStart(6);
}

for (const payloadBytes of [16, 128, 1024]) {
  for (const request of [false, true]) {
    const payload = Buffer.alloc(payloadBytes, 'x');
    const chunks: Buffer[] = [];
    const write = (sink: (base: Buffer, length: number) => boolean) => {
      const writer = new FrameWriter(128 * 1024, sink);
      for (let i = 0; i < FRAMES; i++) {
        writer.deliver(
          account,
          subject,
          0,
          subject.length,
          request ? reply : nothing,
          0,
          request ? reply.length : 0,
          0,
          payload,
          0,
          payload.length,
          !request,
          queues,
          request ? 1 : 0,
          request ? 123_456 : 0,
          request ? 1 : 0,
          nothing,
          0,
          0,
        );
      }
      writer.flush();
    };
    write((base, length) => {
      chunks.push(Buffer.from(base.subarray(0, length)));
      return true;
    });
    const written = median(() => write(() => true), FRAMES);
    const read = median(() => {
      const reader = new FrameReader(frames, 1 << 20);
      for (const chunk of chunks) reader.push(chunk, 0, chunk.length);
    }, FRAMES);
    const body = {
      deliver: {
        account: '$G',
        subject,
        payload,
        plain: !request,
        ...(request ? { reply, queues, request: 123_456, targets: 1 } : {}),
      },
    };
    const byLibrary = median(() => {
      for (let i = 0; i < FRAMES / 10; i++) sum += Frame.encode(body).finish().length;
    }, FRAMES / 10);
    const bytes = Frame.encode(body).finish();
    const readByLibrary = median(() => {
      for (let i = 0; i < FRAMES / 10; i++) sum += Frame.decode(bytes).deliver!.payload!.length;
    }, FRAMES / 10);
    process.stdout.write(
      `deliver ${String(payloadBytes).padStart(5)} B ${request ? 'request' : 'plain  '}  write ${written}  read ${read}  protobufjs: write ${byLibrary}  read ${readByLibrary}\n`,
    );
  }
}

const subjects = Array.from({ length: 1_000_000 }, (_, i) => `device.${i}.status`);
process.stdout.write(
  `declare ${median(() => {
    const declarations = new Declarations();
    declarations.attach(new FrameWriter(128 * 1024, () => true));
    for (const one of subjects) declarations.add('$G', one, '', 1);
    declarations.flush();
  }, subjects.length)}\n`,
);
process.stdout.write(`(${varintBytes(sum)}, ${putVarint(Buffer.alloc(16), 0, 1)})\n`);
