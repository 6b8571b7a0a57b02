import type { Address } from './connection.ts';
import { WorkerHandle } from './worker-handle.ts';

const SYNCED_MESSAGES = 100_000;
/** nats-server with an fsync for each message is slow: no more than it needs for its rate to mean something. */
const ALWAYS_MESSAGES = 10_000;
const IN_FLIGHT = 2000;
const BATCH = 500;
const SINGLE_MESSAGES = 5000;
const KEYS = 10_000;
const KEY_OPERATIONS = 20_000;
const KEYS_IN_FLIGHT = 16;

/** What `sync_interval` says; where it says nothing, Skein syncs before it acknowledges, and nats-server does not. */
export type Syncing = 'default' | 'always' | 'later';

const intervals = { default: '', always: 'sync_interval: always', later: 'sync_interval: 2m' } as const;

export const streamsConfiguration = (syncing: Syncing): string =>
  `jetstream {\n  store_dir: "./jetstream"\n  ${intervals[syncing]}\n}\n`;

/** Streams and consumers of a server with that configuration; rates are messages a second. */
export async function measureStreams(syncing: Syncing, address: Address): Promise<Record<string, number>> {
  const worker = new WorkerHandle('Streamer');
  const published = (stream: string, messages: number, inFlight: number) =>
    worker.call('publish', { stream, messages, inFlight, subjects: 1 });
  try {
    await worker.call('open', { address });
    for (const [name, storage] of [
      ['F', 'file'],
      ['M', 'memory'],
    ] as const) {
      await worker.call('create', { name, storage });
    }
    if (syncing === 'always') {
      await published('F', ALWAYS_MESSAGES / 4, IN_FLIGHT);
      return {
        asyncRate: await published('F', ALWAYS_MESSAGES, IN_FLIGHT),
        syncRate: await published('F', SINGLE_MESSAGES / 2, 1),
      };
    }
    await published('F', SYNCED_MESSAGES / 2, IN_FLIGHT);
    if (syncing === 'later') return { syncRate: await published('F', SINGLE_MESSAGES, 1) };
    const fileRate = await published('F', SYNCED_MESSAGES, IN_FLIGHT);
    await published('M', SYNCED_MESSAGES / 2, IN_FLIGHT);
    const memoryRate = await published('M', SYNCED_MESSAGES, IN_FLIGHT);
    const consumed = (acknowledges: boolean) =>
      worker.call('consume', { stream: 'F', messages: SYNCED_MESSAGES, batch: BATCH, acknowledges });
    const orderedRate = await consumed(false);
    const consumeRate = await consumed(true);
    const getRate = await worker.call('get', { stream: 'F', messages: SINGLE_MESSAGES, batch: 1 });
    const batchGetRate = await worker.call('get', { stream: 'F', messages: SYNCED_MESSAGES, batch: BATCH });
    await worker.call('create', { name: 'KV', storage: 'file' });
    const keys = { stream: 'KV', messages: KEY_OPERATIONS, inFlight: KEYS_IN_FLIGHT, subjects: KEYS };
    await worker.call('publish', keys);
    const putRate = await worker.call('publish', keys);
    const keyGetRate = await worker.call('getLast', keys);
    return { fileRate, memoryRate, orderedRate, consumeRate, getRate, batchGetRate, putRate, keyGetRate };
  } finally {
    await worker.stop();
  }
}
