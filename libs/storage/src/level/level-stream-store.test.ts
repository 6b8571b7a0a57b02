import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { streamStoreContract } from '../stream-store.contract.ts';
import type { StreamStore } from '../stream-store.ts';
import { ShardStore, type ShardStoreOptions } from './shard-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'skein-storage-'));
const options: ShardStoreOptions = { overheadBytes: 16, headerOverheadBytes: 0, cacheBytes: 64 * 1024 };

/** One shard for all streams of the suite; a stream that is opened again closes it for the others. */
let shard: ShardStore | undefined;
let flushes = 0;

async function reopened(store: StreamStore): Promise<StreamStore> {
  const { id } = store as StreamStore & { id: number };
  await shard?.flush(++flushes);
  await shard?.close();
  shard = await ShardStore.open(folder, options);
  return shard.streams.get(id) as StreamStore;
}

streamStoreContract('on LevelDB', {
  async create() {
    shard ??= await ShardStore.open(folder, options);
    return shard.create();
  },
  reopen: reopened,
  flush: async () => shard?.flush(++flushes),
  overheadBytes: 16,
  runs: 40,
});

afterAll(async () => {
  await shard?.close();
  rmSync(folder, { recursive: true });
});
