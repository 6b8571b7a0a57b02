import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import { type ServerProcess, startServer } from '@skein/testing';
import { checkKept, checkMirror, checkSourced, checkTaken, checkWorked } from './checker.ts';
import { api, connectTo, readAll } from './jetstream.ts';
import { Ledger } from './ledger.ts';
import { Publisher } from './publisher.ts';
import { Random } from './random.ts';
import { Worker } from './worker.ts';

const binary = fileURLToPath(new URL('../../nats-server', import.meta.url));
const EMPTY_MS = 10_000;
const CONF = 'http: "127.0.0.1:-1"\n';

const streams = [
  { name: 'KEPT', subjects: ['kept.>'], allow_atomic: true },
  { name: 'WORK', subjects: ['work.>'], retention: 'workqueue' },
  { name: 'WANTED', subjects: ['wanted.>'], retention: 'interest' },
  { name: 'MIRROR', mirror: { name: 'KEPT' } },
  { name: 'SOURCED', sources: [{ name: 'KEPT' }] },
  // By a durable consumer: its origin gives away what that one and KEEPER have acknowledged.
  { name: 'TAKEN', sources: [{ name: 'WANTED' }] },
];
const consumers = [
  ['KEPT', 'READER'],
  ['WORK', 'WORKER'],
  ['WANTED', 'KEEPER'],
] as const;

export interface RunOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Text of the configuration beside what the run needs. */
  readonly conf?: string;
  say?(line: string): void;
}

export interface RunResult {
  readonly violations: readonly string[];
  readonly acknowledged: number;
  readonly kills: number;
}

/** Publishes and consumes while processes of a node, or all of them, are killed; then holds what is there against what was promised. */
export async function run({ seed, rounds, conf = '', say }: RunOptions): Promise<RunResult> {
  const storeDir = await mkdtemp(join(tmpdir(), 'skein-crash-'));
  const start = (port: number): Promise<ServerProcess> =>
    startServer(binary, { conf: CONF + conf, flags: ['-p', `${port}`, '-js', '-sd', storeDir] });
  const random = new Random(seed);
  const ledger = new Ledger();
  let server = await start(-1);
  const clients: NatsConnection[] = [];
  const open = async (): Promise<NatsConnection> => {
    const client = await connectTo(server.port);
    clients.push(client);
    return client;
  };
  try {
    const control = await open();
    for (const config of streams) await api(control, `STREAM.CREATE.${config.name}`, config);
    for (const [stream, name] of consumers) {
      const config = { durable_name: name, ack_policy: 'explicit', ack_wait: 2e9, max_ack_pending: 1000 };
      await api(control, `CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config });
    }
    await wanted(control, 2);
    const publishers = [
      new Publisher(await open(), 'kept-a', 'kept.a', 'again', ledger),
      new Publisher(await open(), 'kept-b', 'kept.b', 'once', ledger),
      new Publisher(await open(), 'kept-c', 'kept.c', 'atomic', ledger),
      new Publisher(await open(), 'work-a', 'work.a', 'again', ledger),
      new Publisher(await open(), 'wanted-a', 'wanted.a', 'again', ledger),
    ];
    const workers: Worker[] = [];
    for (const [stream, consumer] of consumers) {
      workers.push(new Worker(await open(), stream, consumer, ledger, random));
    }
    for (const one of [...publishers, ...workers]) one.start();

    for (let round = 1; round <= rounds; round++) {
      await ledger.after(random.between(50, 1500));
      const isWhole = random.chance(0.5);
      if (isWhole) {
        await server.kill();
        server = await start(server.port);
      } else {
        process.kill(random.pick(await storesOf(server)), 'SIGKILL');
      }
      await api(control, 'STREAM.INFO.KEPT');
      say?.(`round ${round}: ${isWhole ? 'node' : 'store'} killed, ${ledger.acknowledged.size} acknowledged`);
      for (const worker of workers) await worker.checkFloor();
      for (const publisher of publishers) publisher.resume();
    }

    await Promise.all(publishers.map((publisher) => publisher.stop()));
    for (const worker of workers) {
      await worker.stop();
      if (worker.stream !== 'KEPT') await worker.drain();
      await worker.checkFloor();
    }
    await check(control, workers, ledger);
    return { violations: ledger.violations, acknowledged: ledger.acknowledged.size, kills: rounds };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await server.stop();
    await rm(storeDir, { recursive: true, force: true });
  }
}

async function check(control: NatsConnection, workers: readonly Worker[], ledger: Ledger): Promise<void> {
  const kept = await readAll(control, 'KEPT');
  checkKept('KEPT', kept, ledger, 'kept');
  for (const name of ['MIRROR', 'SOURCED']) await caughtUp(control, name, kept.length);
  checkMirror(kept, await readAll(control, 'MIRROR'), ledger);
  checkSourced(kept, await readAll(control, 'SOURCED'), ledger);
  const given = [...ledger.acknowledged.keys()].filter((body) => body.startsWith('wanted'));
  await caughtUp(control, 'TAKEN', given.length);
  checkTaken(given, await readAll(control, 'TAKEN'), ledger);
  for (const worker of workers) {
    if (worker.stream === 'KEPT') continue;
    // A work queue has no place for a second consumer: what is left there is what its info says.
    const left = await messagesLeft(control, worker.stream);
    if (left > 0) ledger.violations.push(`${worker.stream}: ${left} messages are left`);
    checkWorked([], worker, ledger, worker.stream.toLowerCase());
  }
}

/** What is taken by flow control is acknowledged a heartbeat later. */
async function messagesLeft(control: NatsConnection, stream: string): Promise<number> {
  const deadline = performance.now() + EMPTY_MS;
  for (;;) {
    const { state } = await api<{ state: { messages: number } }>(control, `STREAM.INFO.${stream}`);
    if (state.messages === 0 || performance.now() > deadline) return state.messages;
  }
}

/** WANTED has so many consumers: from now on it keeps what is published. */
async function wanted(control: NatsConnection, consumers: number): Promise<void> {
  for (;;) {
    const { state } = await api<{ state: { consumer_count: number } }>(control, 'STREAM.INFO.WANTED');
    if (state.consumer_count === consumers) return;
  }
}

async function caughtUp(control: NatsConnection, stream: string, messages: number): Promise<void> {
  for (;;) {
    const { state } = await api<{ state: { messages: number } }>(control, `STREAM.INFO.${stream}`);
    if (state.messages >= messages) return;
  }
}

/** Their pids, when all are up. */
async function storesOf({ monitoringPort }: ServerProcess): Promise<number[]> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${monitoringPort}/varz`);
    const { processes } = (await response.json()) as { processes: { component: string; pid: number }[] };
    const pids = processes.filter(({ component }) => component === 'jetstream-store').map(({ pid }) => pid);
    if (pids.length > 0 && !pids.includes(0)) return pids;
  }
}
