import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../connection.ts';
import { WorkerHandle } from '../worker-handle.ts';

const stream = { kind: 'one', subject: 'bench.subject', payloadBytes: 100 } as const;
const many = { kind: 'many', prefix: 'fan', count: 50, payloadBytes: 16 } as const;

const workers: { stop(): Promise<void> }[] = [];

function started<Name extends ConstructorParameters<typeof WorkerHandle>[0]>(name: Name): WorkerHandle<Name> {
  const worker = new WorkerHandle(name);
  workers.push(worker);
  return worker;
}

async function stub(): Promise<{ server: WorkerHandle<'StubServer'>; address: Address }> {
  const server = started('StubServer');
  return { server, address: await server.call('open', undefined) };
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});

describe('workers', () => {
  it('publish from several connections, and end after all of it', async () => {
    const { address } = await stub();
    const publisher = started('Publisher');
    expect(await publisher.call('open', { address, connections: 3, stream })).toHaveLength(3);
    const { startedAt, endedAt } = await publisher.call('run', { messages: 20_000 });
    expect(endedAt).toBeGreaterThan(startedAt);
  });

  it.each([stream, many])('receive every message, on every connection, series after series: $kind', async (sent) => {
    const { server, address } = await stub();
    const subscriber = started('Subscriber');
    await subscriber.call('open', { address, connections: 2, stream: sent });
    for (const messages of [50, 20_000]) {
      await server.call('send', { messages, stream: sent });
      expect((await subscriber.call('finish', { expectedTotal: 2 * messages })).messages).toEqual([messages, messages]);
    }
  });

  it('count messages that are too many', async () => {
    const { server, address } = await stub();
    const subscriber = started('Subscriber');
    await subscriber.call('open', { address, connections: 1, stream });
    await server.call('send', { messages: 101, stream });
    expect((await subscriber.call('finish', { expectedTotal: 100 })).messages).toEqual([101]);
  });

  it('fail on messages that are not those that were expected', async () => {
    const { server, address } = await stub();
    const subscriber = started('Subscriber');
    await subscriber.call('open', { address, connections: 1, stream });
    await server.call('send', { messages: 10, stream: { ...stream, payloadBytes: 99 } });
    await expect(subscriber.call('finish', { expectedTotal: 10 })).rejects.toThrow(
      'Subscriber: unexpected bytes after 0 messages',
    );
  });

  it('tell a lost connection from a slow one', async () => {
    const { server, address } = await stub();
    const subscriber = started('Subscriber');
    await subscriber.call('open', { address, connections: 1, stream });
    const finished = subscriber.call('finish', { expectedTotal: 1 });
    finished.catch(() => {});
    await server.stop();
    await expect(finished).rejects.toThrow('the server closed the connection');
  });
});
