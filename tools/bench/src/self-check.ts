import type { Stream } from './frames.ts';
import { cpuSeconds } from './procfs.ts';
import { median } from './statistics.ts';
import { WorkerHandle } from './worker-handle.ts';

export type SelfCheck = {
  payloadBytes: number;
  role: 'publisher' | 'subscriber';
  rate: number;
  /** Processor time of the role itself, µs a message. */
  cpuUs: number;
};

const RUNS = 3;

/**
 * The generator's own limits: a publisher whose server throws everything away, and a subscriber whose server only writes.
 * A row says something about a server as long as it stays well below these.
 */
export async function selfCheck(): Promise<SelfCheck[]> {
  const results: SelfCheck[] = [];
  for (const payloadBytes of [16, 128, 1024]) {
    const stream = { kind: 'one', subject: 'bench.subject', payloadBytes } as const;
    const messages = Math.ceil(1e9 / (payloadBytes + 32));
    results.push({ payloadBytes, role: 'publisher', ...(await publisherAlone(stream, messages)) });
    results.push({ payloadBytes, role: 'subscriber', ...(await subscriberAlone(stream, messages)) });
  }
  return results;
}

type Alone = { rate: number; cpuUs: number };

async function publisherAlone(stream: Stream, messages: number): Promise<Alone> {
  const sink = new WorkerHandle('StubServer');
  const publisher = new WorkerHandle('Publisher');
  try {
    const address = await sink.call('open', undefined);
    await publisher.call('open', { address, connections: 1, stream });
    return await repeatedly(messages, publisher.pid, async () => {
      const { startedAt, endedAt } = await publisher.call('run', { messages });
      return endedAt - startedAt;
    });
  } finally {
    await Promise.all([sink.stop(), publisher.stop()]);
  }
}

async function subscriberAlone(stream: Exclude<Stream, { kind: 'grid' }>, messages: number): Promise<Alone> {
  const source = new WorkerHandle('StubServer');
  const subscriber = new WorkerHandle('Subscriber');
  try {
    const address = await source.call('open', undefined);
    await subscriber.call('open', { address, connections: 1, stream });
    return await repeatedly(messages, subscriber.pid, async () => {
      const [startedAt, { lastAt }] = await Promise.all([
        source.call('send', { messages, stream }),
        subscriber.call('finish', { expectedTotal: messages }),
      ]);
      return lastAt - startedAt;
    });
  } finally {
    await Promise.all([source.stop(), subscriber.stop()]);
  }
}

async function repeatedly(messages: number, pid: number, run: () => Promise<number>): Promise<Alone> {
  await run();
  const rates: number[] = [];
  const used: number[] = [];
  for (let turn = 0; turn < RUNS; turn += 1) {
    const before = cpuSeconds(pid);
    rates.push(messages / (await run()));
    used.push(((cpuSeconds(pid) - before) * 1e6) / messages);
  }
  return { rate: median(rates), cpuUs: median(used) };
}
