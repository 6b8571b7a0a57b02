import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Link, Member, MemberHandlers } from '@skein/bus';
import { nowhere } from '@skein/bus/testing';
import { defaultJetStreamOptions } from '@skein/config/jetstream';
import { createJetStreamStore } from '../src/server.ts';

// Processor time of the whole process for each message, from the frame to the acknowledgement, with so many in flight:
//   node apps/jetstream-store/bench/store.bench.ts [publish|consume|ordered|atomic] [file|memory] [messages] [in flight] [subjects]
const [what = 'publish', storage = 'file', count = '400000', window = '500', subjects = '1'] = process.argv.slice(2);
const messages = Number(count);
const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'));
const acks: string[] = [];
let acknowledged = 0;
/** What came back first: the answer to the stream's creation. */
let first = '';
let wake: (() => void) | undefined;
const link = {
  peer: { id: 1, component: 'gateway', instance: 0, address: '', pid: 0 },
  up: true,
  writable: true,
  publish: (...[, , , , reply, rs, re, , content, from, to]: Parameters<Link['publish']>) => {
    if (acknowledged === 0) first = content.toString('latin1', from, to);
    if (re > rs && what === 'consume') acks.push(reply.toString('latin1', rs, re));
    acknowledged++;
    if (acknowledged === due) wake?.();
    return true;
  },
} as unknown as Link;
let due = 1;
let handlers!: MemberHandlers;
const member = {
  start: async () => ({
    configuration: { jetstream: { ...defaultJetStreamOptions(), storeDir: directory } },
    identity: { serverName: 'bench', serverId: 'BENCH' },
    instance: 0,
    revision: 1,
  }),
  stop: async () => {},
  handle: () => {},
  request: async () => '{}',
  watch: () => ({ isWanted: false, end() {} }),
  declare: () => 1,
  sequence: 1,
  settled: () => true,
  links: new Map([[1, link]]),
} as unknown as Member;
const store = createJetStreamStore({
  createMember: (options) => {
    handlers = options.handlers;
    return member;
  },
  log: { debug() {}, info() {}, warn: console.warn, error: console.error },
  onShutdown() {},
  ...nowhere(),
});
await store.start();

const none = { count: 0, start: () => 0, end: () => 0 };
function deliver(subject: string, body: Buffer, reply: string): void {
  const buf = Buffer.concat([Buffer.from(subject), Buffer.from(reply), body]);
  give(buf, subject.length, subject.length + reply.length);
}
const give = (buf: Buffer, se: number, re: number): void =>
  handlers.deliver?.(link, '$G', buf, 0, se, se, re, 0, re, buf.length, true, none, 0, 0, 0, 0);
const reached = (number: number): Promise<void> =>
  new Promise((resolve) => {
    due = number;
    wake = resolve;
    if (acknowledged >= number) resolve();
  });

deliver(
  '$JS.API.STREAM.CREATE.S',
  Buffer.from(JSON.stringify({ name: 'S', subjects: ['bench.>'], storage, allow_atomic: true })),
  '_INBOX.create',
);
await reached(1);
if (first.includes('"error"')) throw new Error(first);
const subject = 'bench.000000';
const frame = Buffer.concat([Buffer.from(`${subject}_INBOX.abcdefghijklmnopqrstuv.abcdefgh`), Buffer.alloc(128, 'x')]);
const replyEnd = frame.length - 128;
const perBurst = Number(window);
let sent = 0;
async function publish(total: number): Promise<void> {
  for (let left = total; left > 0; left -= perBurst) {
    const before = acknowledged;
    for (let i = 0; i < perBurst; i++) {
      frame.write(String(sent++ % Number(subjects)).padStart(6, '0'), 6);
      give(frame, subject.length, replyEnd);
    }
    await reached(before + perBurst);
  }
}

/** Asks for a batch, and acknowledges it. */
async function consume(total: number): Promise<void> {
  for (let left = total; left > 0; left -= perBurst) {
    const before = acknowledged;
    deliver('$JS.API.CONSUMER.MSG.NEXT.S.C', Buffer.from(`{"batch":${perBurst}}`), '_INBOX.a.b');
    await reached(before + perBurst);
    for (const reply of acks.splice(0)) deliver(reply, Buffer.from('+ACK'), '');
  }
}

async function batches(total: number): Promise<void> {
  const body = Buffer.alloc(128, 'x');
  for (let left = total; left > 0; left -= perBurst) {
    const id = crypto.randomUUID();
    const before = acknowledged;
    for (let i = 1; i <= perBurst; i++) {
      const commit = i === perBurst ? 'Nats-Batch-Commit: 1\r\n' : '';
      const head = Buffer.from(`NATS/1.0\r\nNats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${i}\r\n${commit}\r\n`);
      const reply = commit === '' ? '' : '_INBOX.a.b';
      const buf = Buffer.concat([Buffer.from(subject + reply), head, body]);
      const se = subject.length;
      const re = se + reply.length;
      handlers.deliver?.(link, '$G', buf, 0, se, se, re, head.length, re, buf.length, true, none, 0, 0, 0, 0);
    }
    await reached(before + 1);
  }
}

const runs = { publish, consume, ordered: consume, atomic: batches };
if (what === 'consume' || what === 'ordered') {
  await publish(messages + messages / 4);
  const ack = what === 'consume' ? 'explicit' : 'none';
  const config = { durable_name: 'C', ack_policy: ack, max_ack_pending: 10_000 };
  const before = acknowledged;
  deliver('$JS.API.CONSUMER.CREATE.S.C', Buffer.from(JSON.stringify({ stream_name: 'S', config })), '_INBOX.c');
  await reached(before + 1);
  acks.length = 0;
}
const run = runs[what as keyof typeof runs];
await run(messages / 4);
const cpu = process.cpuUsage();
const begun = performance.now();
await run(messages);
const { user, system } = process.cpuUsage(cpu);
const seconds = (performance.now() - begun) / 1000;
console.log(
  `${what} ${storage}: ${Math.round(messages / seconds).toLocaleString()}/s, ${((user + system) / messages).toFixed(2)} µs of processor time each, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
);
await store.stop();
rmSync(directory, { recursive: true });
