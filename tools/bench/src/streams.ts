import type { Address } from './connection.ts';
import { ServerProcess } from './server-process.ts';
import { median } from './statistics.ts';
import { WorkerHandle } from './worker-handle.ts';

const SYNCED_MESSAGES = 100_000;
/** nats-server with an fsync for each message is slow: no more than it needs for its rate to mean something. */
const ALWAYS_MESSAGES = 10_000;
const IN_FLIGHT = 2000;
const BATCH = 500;
const SINGLE_MESSAGES = 5000;
const BATCHES_IN_FLIGHT = 4;
const KEYS = 10_000;
const KEY_OPERATIONS = 20_000;
const KEYS_IN_FLIGHT = 16;
const ENCRYPTION_ROUNDS = 7;

/** What `sync_interval` says; where it says nothing, Skein syncs before it acknowledges, and nats-server does not. */
export type Syncing = 'default' | 'always' | 'later';

const intervals = { default: '', always: 'sync_interval: always', later: 'sync_interval: 2m' } as const;

/** @param cipher '': nothing is encrypted */
export const streamsConfiguration = (syncing: Syncing, cipher = ''): string => {
  const encryption = cipher === '' ? '' : `key: "a key for the bench"\n  cipher: ${cipher}`;
  return `jetstream {\n  store_dir: "./jetstream"\n  ${intervals[syncing]}\n  ${encryption}\n}\n`;
};

/** Published to an encrypted server and to one that is not, in turn. */
export async function measureEncryption({ program }: Pick<ServerProcess, 'program'>): Promise<Record<string, number>> {
  const servers: ServerProcess[] = [];
  const worked: WorkerHandle<'Streamer'>[] = [];
  try {
    const measures: (() => Promise<number>)[] = [];
    for (const cipher of ['', 'aes', 'chachapoly']) {
      const server = await ServerProcess.start(program, streamsConfiguration('default', cipher));
      servers.push(server);
      const worker = new WorkerHandle('Streamer');
      worked.push(worker);
      await worker.call('open', { address: server.address });
      await worker.call('create', { name: 'F', storage: 'file' });
      const load = { stream: 'F', messages: SYNCED_MESSAGES / 2, inFlight: IN_FLIGHT, subjects: 1 };
      await worker.call('publish', load);
      measures.push(() => worker.call('publish', load));
    }
    const rates: number[][] = [];
    for (let round = 0; round < ENCRYPTION_ROUNDS; round++) {
      const each: number[] = [];
      for (const measure of measures) each.push(await measure());
      rates.push(each);
    }
    const cost = (cipher: number): number =>
      100 * (1 - median(rates.map((each) => (each[cipher] as number) / (each[0] as number))));
    return { plainRate: median(rates.map(([rate]) => rate as number)), aesPercent: cost(1), chachaPercent: cost(2) };
  } finally {
    for (const worker of worked) await worker.stop();
    for (const server of servers) await server.stop();
  }
}

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
      await published('F', SINGLE_MESSAGES / 4, 1);
      return {
        asyncRate: await published('F', ALWAYS_MESSAGES, IN_FLIGHT),
        syncRate: await published('F', SINGLE_MESSAGES / 2, 1),
      };
    }
    // What is not measured makes the code warm.
    const warm = async (measure: (messages: number) => Promise<number>, messages: number): Promise<number> => {
      await measure(messages / 2);
      return measure(messages);
    };
    const single = (stream: string) => warm((messages) => published(stream, messages, 1), SINGLE_MESSAGES);
    await published('F', SYNCED_MESSAGES / 2, IN_FLIGHT);
    if (syncing === 'later') return { syncRate: await single('F') };
    const inFlight = (stream: string) => warm((messages) => published(stream, messages, IN_FLIGHT), SYNCED_MESSAGES);
    const fileRate = await inFlight('F');
    const consumed = (acknowledges: boolean) =>
      warm(
        (messages) => worker.call('consume', { stream: 'F', messages, batch: BATCH, acknowledges }),
        SYNCED_MESSAGES,
      );
    const got = (batch: number, most: number) =>
      warm((messages) => worker.call('get', { stream: 'F', messages, batch }), most);
    const orderedRate = await consumed(false);
    const consumeRate = await consumed(true);
    const getRate = await got(1, SINGLE_MESSAGES);
    const batchGetRate = await got(BATCH, SYNCED_MESSAGES);
    const memoryRate = await inFlight('M');
    const inBatches = (stream: string) =>
      warm(
        (messages) => worker.call('publishAtomically', { stream, messages, batch: BATCH, inFlight: BATCHES_IN_FLIGHT }),
        SYNCED_MESSAGES,
      );
    const inFastBatch = (stream: string) =>
      warm((messages) => worker.call('publishFast', { stream, messages, inFlight: IN_FLIGHT }), SYNCED_MESSAGES);
    const batches = {
      atomicFileRate: await inBatches('F'),
      atomicMemoryRate: await inBatches('M'),
      fastFileRate: await inFastBatch('F'),
      fastMemoryRate: await inFastBatch('M'),
    };
    await worker.call('create', { name: 'KV', storage: 'file' });
    const keys = { stream: 'KV', messages: KEY_OPERATIONS, inFlight: KEYS_IN_FLIGHT, subjects: KEYS };
    await worker.call('publish', keys);
    const putRate = await worker.call('publish', keys);
    await worker.call('getLast', keys);
    const keyGetRate = await worker.call('getLast', keys);
    return { fileRate, memoryRate, ...batches, orderedRate, consumeRate, getRate, batchGetRate, putRate, keyGetRate };
  } finally {
    await worker.stop();
  }
}
