import { CpuMeter } from './cpu-meter.ts';
import { periodMessages } from './frames.ts';
import type { Load } from './rows.ts';
import type { ServerProcess } from './server-process.ts';
import { WorkerHandle } from './worker-handle.ts';

/** One run: figures by key, and the processor time of each process of the node in µs a message. */
export type Sample = {
  figures: Record<string, number>;
  serverCpuUs: number;
  generatorCpuUs: number;
  processCpuUs: Record<string, number>;
  seconds: number;
};

/** Connected workers that can be told, again and again, to carry a number of messages. */
export interface MessageSession {
  /** `messages`: how many are published (or requested) over all connections, rounded up to whole periods for each. */
  run(messages: number): Promise<Sample>;
  close(): Promise<void>;
}

type Timed = { startedAt: number; endedAt: number; messages: number; extra?: Record<string, number> };

/** Connects a load to a server. `apart` is honoured where the node has several gateways. */
export function openMessageSession(server: ServerProcess, load: Load, gateways: number): Promise<MessageSession> {
  switch (load.kind) {
    case 'publish':
      return openPublish(server, load);
    case 'deliver':
      return openDeliver(server, load, gateways > 1);
    case 'request':
      return openRequest(server, load);
  }
}

async function openPublish(server: ServerProcess, load: Extract<Load, { kind: 'publish' }>): Promise<MessageSession> {
  const publisher = new WorkerHandle('Publisher');
  const { address } = server;
  const { stream, publishers } = load;
  return opened(server, [publisher], async () => {
    await publisher.call('open', { address, connections: publishers, stream });
    return async (messages) => {
      const each = perConnection(messages, publishers, periodMessages(stream));
      const published = await publisher.call('run', { messages: each });
      return { ...published, messages: each * publishers };
    };
  });
}

async function openDeliver(
  server: ServerProcess,
  load: Extract<Load, { kind: 'deliver' }>,
  severalGateways: boolean,
): Promise<MessageSession> {
  const publisher = new WorkerHandle('Publisher');
  const subscriber = new WorkerHandle('Subscriber');
  const { address } = server;
  const { stream, publishers, subscribers, queue } = load;
  return opened(server, [publisher, subscriber], async () => {
    const [gateway] = await publisher.call('open', { address, connections: publishers, stream });
    const apart = load.apart === true && severalGateways;
    if (apart && gateway === undefined) throw new Error('INFO does not say which gateway owns the connection');
    await subscriber.call('open', {
      ...{ address, stream, queue },
      connections: subscribers,
      avoidGateway: apart ? gateway : undefined,
    });
    return async (messages) => {
      const each = perConnection(messages, publishers, periodMessages(stream));
      const published = each * publishers;
      const expectedTotal = queue === undefined ? published * subscribers : published;
      const [{ startedAt }, received] = await Promise.all([
        publisher.call('run', { messages: each }),
        subscriber.call('finish', { expectedTotal }),
      ]);
      assertReceived(received.messages, published, queue !== undefined);
      return { startedAt, endedAt: received.lastAt, messages: expectedTotal };
    };
  });
}

async function openRequest(server: ServerProcess, load: Extract<Load, { kind: 'request' }>): Promise<MessageSession> {
  const responder = new WorkerHandle('Responder');
  const requesters = new WorkerHandle('Requesters');
  const { address } = server;
  const { payloadBytes } = load;
  return opened(server, [responder, requesters], async () => {
    await responder.call('open', { address, payloadBytes });
    await requesters.call('open', { address, connections: load.requesters, payloadBytes });
    return async (messages) => {
      const each = perConnection(messages, load.requesters, 1);
      const { startedAt, endedAt, p50Us, p99Us } = await requesters.call('run', { messages: each });
      return { startedAt, endedAt, messages: each * load.requesters, extra: { p50Us, p99Us } };
    };
  });
}

/** Every subscriber has everything, exactly once; a queue group has everything once between its members. */
function assertReceived(counts: number[], published: number, queue: boolean): void {
  const good = queue
    ? counts.reduce((total, count) => total + count, 0) === published
    : counts.every((count) => count === published);
  if (!good) throw new Error(`published ${published}, received ${counts.join(', ')}`);
}

function perConnection(messages: number, connections: number, period: number): number {
  return Math.max(1, Math.ceil(messages / connections / period)) * period;
}

async function opened(
  server: ServerProcess,
  workers: { pid: number; stop(): Promise<void> }[],
  open: () => Promise<(messages: number) => Promise<Timed>>,
): Promise<MessageSession> {
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
  try {
    const carry = await open();
    return {
      close,
      async run(messages) {
        const meter = new CpuMeter(
          server.pid,
          workers.map((worker) => worker.pid),
        );
        return sample(await carry(messages), meter);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function sample(timed: Timed, meter: CpuMeter): Sample {
  const cpu = meter.read();
  const seconds = timed.endedAt - timed.startedAt;
  const perMessage = (used: number): number => (used * 1e6) / timed.messages;
  return {
    figures: { rate: timed.messages / seconds, ...timed.extra },
    serverCpuUs: perMessage(cpu.server),
    generatorCpuUs: perMessage(cpu.generator),
    processCpuUs: Object.fromEntries(Object.entries(cpu.processes).map(([name, used]) => [name, perMessage(used)])),
    seconds,
  };
}
