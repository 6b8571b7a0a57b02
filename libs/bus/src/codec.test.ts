import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { changeBytes, FrameWriter, putChange } from './frame-writer.ts';
import { Frame, type FrameBody } from './messages.ts';
import { Recorder } from './testing/recorder.ts';
import { FrameError, putVarint, varintBytes } from './wire.ts';

const MAX = 1 << 20;

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const longBytes = fc.nat({ max: 70_000 }).map((length) => Buffer.alloc(length, 'payload'));
const queueList = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((array) => Buffer.from(array)),
  {
    maxLength: 20,
  },
);
const account = fc.string({ unit: 'binary', maxLength: 60 });
const u32 = fc.nat({ max: 0xffff_ffff });
const u53 = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat());
const latin1 = fc.uint8Array({ minLength: 1, maxLength: 90 }).map((array) => Buffer.from(array).toString('latin1'));

const payloadWithHeaders = fc
  .tuple(fc.oneof(bytes, longBytes), fc.nat({ max: 300 }))
  .map(([payload, headers]) => ({ payload, headerBytes: Math.min(headers, payload.length) }));

const deliver = fc
  .record({
    account,
    subject: bytes,
    reply: bytes,
    message: payloadWithHeaders,
    plain: fc.boolean(),
    queues: queueList,
    request: u53,
    targets: u32,
    shown: bytes,
  })
  .map(({ message, ...rest }): FrameBody => ({ deliver: { ...rest, ...message } }));
const publish = fc
  .record({ account, subject: bytes, reply: bytes, message: payloadWithHeaders, shown: bytes, request: u53 })
  .map(({ message, ...rest }): FrameBody => ({ publish: { ...rest, ...message } }));
const returned = fc
  .record({
    request: u53,
    targets: u32,
    account,
    subject: bytes,
    reply: bytes,
    message: payloadWithHeaders,
    queues: queueList,
    shown: bytes,
  })
  .map(({ message, ...rest }): FrameBody => ({ returned: { ...rest, ...message } }));
const linkAck = fc.record({ frames: u53, bytes: u53, returnedBytes: u53 }).map((ack): FrameBody => ({ linkAck: ack }));
const changes = fc.array(
  fc.record({
    account,
    subject: latin1.map((text) => Buffer.from(text, 'latin1')),
    queue: bytes,
    weight: u32,
  }),
  { maxLength: 12 },
);
const interest = fc
  .record({ sequence: u53, complete: fc.boolean(), changes })
  .map((body): FrameBody => ({ interest: body }));
const interestUpdate = fc
  .record({
    epoch: u53,
    version: u53,
    snapshot: fc.boolean(),
    partial: fc.boolean(),
    declarer: u32,
    begin: fc.boolean(),
    changes,
  })
  .map((body): FrameBody => ({ interestUpdate: body }));
const cold = fc
  .record({ id: u53, method: fc.string(), body: fc.string({ unit: 'binary' }) })
  .map((body): FrameBody => ({ request: body }));

const anyFrame = fc.oneof(deliver, publish, returned, linkAck, interest, interestUpdate, cold);

/** Encodes with protobufjs, as any tool would. */
function encoded(body: FrameBody): Buffer {
  const frame = Frame.encode(body).finish();
  const prefixed = Buffer.alloc(varintBytes(frame.length) + frame.length);
  prefixed.set(frame, putVarint(prefixed, 0, frame.length));
  return prefixed;
}

function encodedChanges(list: readonly { account?: unknown; subject?: unknown; queue?: unknown; weight?: unknown }[]) {
  const parts = list.map((change) => {
    const name = Buffer.from(change.account as string);
    const subject = (change.subject as Buffer).toString('latin1');
    const queue = (change.queue as Buffer).toString('latin1');
    const size = changeBytes(name, subject, queue, change.weight as number);
    const part = Buffer.alloc(size);
    expect(putChange(part, 0, name, subject, queue, change.weight as number)).toBe(size);
    return part;
  });
  return Buffer.concat(parts);
}

/** Writes with the hand-tuned writer; the source bytes stand somewhere inside larger buffers. */
function write(writer: FrameWriter, body: FrameBody): number {
  const inside = (part: unknown): [Buffer, number, number] => {
    const bytesOf = part as Buffer;
    return [Buffer.concat([Buffer.from('xyz'), bytesOf, Buffer.from('!')]), 3, 3 + bytesOf.length];
  };
  if (body.deliver) {
    const d = body.deliver;
    return writer.deliver(
      Buffer.from(d.account!),
      ...inside(d.subject),
      ...inside(d.reply),
      d.headerBytes!,
      ...inside(d.payload),
      d.plain!,
      d.queues as Buffer[],
      d.queues!.length,
      d.request!,
      d.targets!,
      ...inside(d.shown),
    );
  }
  if (body.publish) {
    const p = body.publish;
    return writer.publish(
      Buffer.from(p.account!),
      ...inside(p.subject),
      ...inside(p.reply),
      p.headerBytes!,
      ...inside(p.payload),
      ...inside(p.shown),
      p.request!,
    );
  }
  if (body.returned) {
    const r = body.returned;
    return writer.returned(
      r.request!,
      r.targets!,
      Buffer.from(r.account!),
      ...inside(r.subject),
      ...inside(r.reply),
      r.headerBytes!,
      ...inside(r.payload),
      r.queues as Buffer[],
      r.queues!.length,
      ...inside(r.shown),
    );
  }
  if (body.linkAck) return writer.linkAck(body.linkAck.frames!, body.linkAck.bytes!, body.linkAck.returnedBytes!);
  if (body.interest) {
    const list = encodedChanges(body.interest.changes!);
    return writer.interest(body.interest.sequence!, body.interest.complete!, list, 0, list.length);
  }
  if (body.interestUpdate) {
    const u = body.interestUpdate;
    const list = encodedChanges(u.changes!);
    return writer.interestUpdate(
      u.epoch!,
      u.version!,
      u.snapshot!,
      u.partial!,
      u.declarer!,
      u.begin!,
      list,
      0,
      list.length,
    );
  }
  return writer.message(body);
}

/** The same body whichever way its defaults are spelled. */
const normal = (body: FrameBody): string => encoded(body).toString('hex');

describe('the hand-tuned writer', () => {
  test('writes what protobufjs writes, byte for byte, whatever the chunk size', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.constantFrom(64, 4096, 131072), (bodies, chunkBytes) => {
        const written: Buffer[] = [];
        const writer = new FrameWriter(chunkBytes, (base, length) => {
          written.push(Buffer.from(base.subarray(0, length)));
          return true;
        });
        const expected = bodies.map(encoded);
        expect(bodies.map((body) => write(writer, body))).toEqual(expected.map((frame) => frame.length));
        writer.flush();
        expect(Buffer.concat(written).equals(Buffer.concat(expected))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the hand-tuned reader', () => {
  test('hands out what protobufjs wrote, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 90_000 })), { maxLength: 30 }),
        (bodies, cuts) => {
          const stream = Buffer.concat(bodies.map(encoded));
          const recorder = new Recorder();
          const reader = new FrameReader(recorder, MAX);
          let at = 0;
          for (const cut of [...cuts, stream.length]) {
            const end = Math.min(stream.length, at + cut);
            // A copy at an offset: nothing may rely on where the bytes lie, or that they stay.
            const part = Buffer.concat([Buffer.from('??'), stream.subarray(at, end), Buffer.from('?')]);
            reader.push(part, 2, 2 + end - at);
            part.fill(0xff);
            at = end;
          }
          expect(recorder.bodies.map(normal)).toEqual(bodies.map(normal));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('skips fields of a later release', () => {
    const body = [1 << 3, 7, 15 << 3, 1, (14 << 3) | 2, 1, 9, (13 << 3) | 5, 1, 2, 3, 4];
    const frame = Buffer.from([body.length + 2, (4 << 3) | 2, body.length, ...body]);
    const recorder = new Recorder();
    new FrameReader(recorder, MAX).push(frame, 0, frame.length);
    expect(recorder.bodies).toEqual([{ linkAck: { frames: 7, bytes: 0, returnedBytes: 0 } }]);
  });

  test('refuses random bytes with a FrameError or waits for more, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (random) => {
        const reader = new FrameReader(new Recorder(), MAX);
        const buf = Buffer.from(random);
        try {
          reader.push(buf, 0, buf.length);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses a frame beyond its bound before taking memory for it', () => {
    const prefix = Buffer.alloc(5);
    const end = putVarint(prefix, 0, MAX + 1);
    expect(() => new FrameReader(new Recorder(), MAX).push(prefix, 0, end)).toThrow(FrameError);
  });
});
