import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Link, type Member, type MemberHandlers, systemRuntime } from '@skein/bus';
import { defaultJetStreamOptions } from '@skein/config/jetstream';
import { createJetStreamStore } from '../src/server.ts';

// Processor time of the whole process for each publish, from the frame to the acknowledgement, with so many in flight:
//   node apps/jetstream-store/bench/publish.bench.ts [file|memory] [messages] [in flight] [subjects]
const [storage = 'file', count = '400000', window = '500', subjects = '1'] = process.argv.slice(2);
const messages = Number(count);
const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'));
let acknowledged = 0;
let wake: (() => void) | undefined;
const link = {
  peer: { id: 1, component: 'gateway', instance: 0, address: '', pid: 0 },
  up: true,
  writable: true,
  publish: () => {
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
    identity: { serverName: 'bench' },
  }),
  stop: async () => {},
  handle: () => {},
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
  instance: 0,
  version: '',
  pid: 0,
  address: '',
  routerAddress: '',
  token: new Uint8Array(),
  runtime: systemRuntime(),
  transport: {} as never,
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
  Buffer.from(JSON.stringify({ name: 'S', subjects: ['bench.>'], storage })),
  '_INBOX.create',
);
await reached(1);
const subject = 'bench.000000';
const frame = Buffer.concat([Buffer.from(`${subject}_INBOX.abcdefghijklmnopqrstuv.abcdefgh`), Buffer.alloc(128, 'x')]);
const replyEnd = frame.length - 128;
const perBurst = Number(window);
let sent = 0;
async function run(total: number): Promise<void> {
  for (let left = total; left > 0; left -= perBurst) {
    for (let i = 0; i < perBurst; i++) {
      frame.write(String(sent++ % Number(subjects)).padStart(6, '0'), 6);
      give(frame, subject.length, replyEnd);
    }
    await reached(acknowledged + (1 + sent - acknowledged));
  }
}
await run(messages / 4);
const cpu = process.cpuUsage();
const begun = performance.now();
await run(messages);
const { user, system } = process.cpuUsage(cpu);
const seconds = (performance.now() - begun) / 1000;
console.log(
  `${storage}: ${Math.round(messages / seconds).toLocaleString()}/s, ${((user + system) / messages).toFixed(2)} µs of processor time each, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
);
await store.stop();
rmSync(directory, { recursive: true });
