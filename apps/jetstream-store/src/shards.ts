import { existsSync } from 'node:fs';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { apiErrors, type StreamConfig } from '@skein/jetstream-core';
import { DiskSpace, type DiskSpaceOptions } from './disk-space.ts';
import { FileShard, type FileShardOptions } from './file-shard.ts';
import type { Surroundings } from './host.ts';
import { MemoryShard } from './memory-shard.ts';
import type { Shard } from './shard.ts';
import { notePath, noteText, readShards } from './shard-note.ts';
import { storeUnavailable } from './store-errors.ts';
import { type Seat, shardsOf } from './stores/seat.ts';

const SHARDS_MIN = 2;
const SHARDS_MAX = 16;

export type ShardsOptions = Omit<FileShardOptions, 'directory' | 'space'> & {
  /** Default: the machine's. */
  readonly lookAtDisk?: DiskSpaceOptions['look'];
  /** `<store_dir>/jetstream`. */
  readonly directory: string;
  readonly seat: Seat;
  /** For a directory that is used for the first time; absent: as many as there are processors, within bounds, and one for each store. */
  readonly count?: number;
};

/**
 * Those shards of a store directory that are this store's: so many for good as there were when it was first used. One that has no stream yet is
 * not opened.
 */
export class Shards {
  readonly memory: MemoryShard;
  readonly #surroundings: Surroundings;
  readonly #options: ShardsOptions;
  /** By number. */
  readonly #files = new Map<number, FileShard | undefined>();
  readonly space: DiskSpace;
  #opening: Promise<unknown> = Promise.resolve();

  constructor(surroundings: Surroundings, options: ShardsOptions) {
    this.#surroundings = surroundings;
    this.#options = options;
    this.memory = new MemoryShard(surroundings);
    const { directory, lookAtDisk } = options;
    this.space = new DiskSpace({
      ...surroundings,
      directory,
      shards: () => this.files.length,
      onShort: () => {
        for (const shard of this.files) void shard.reclaim();
      },
      ...(lookAtDisk && { look: lookAtDisk }),
    });
  }

  /** Those on disk that are open. */
  get files(): FileShard[] {
    return [...this.#files.values()].filter((shard) => shard !== undefined);
  }

  /** How many it has. */
  get streams(): number {
    return [this.memory, ...this.files].reduce((sum, { streams }) => sum + streams.size, 0);
  }

  /** It can be given streams: of more stores than shards some have none. */
  get hasAny(): boolean {
    return this.#files.size > 0;
  }

  /** Opens what is there. @throws Error for a directory of another version */
  async open(): Promise<void> {
    const count = await this.#count();
    await this.space.look();
    for (const number of shardsOf(this.#options.seat, count)) this.#files.set(number, undefined);
    const there = [...this.#files.keys()].filter((number) => existsSync(this.#directoryOf(number)));
    await Promise.all(there.map((number) => this.#open(number)));
  }

  /** The one with the fewest streams. @throws ApiError when none can be opened */
  async for({ storage }: StreamConfig): Promise<Shard> {
    if (storage === 'memory') return this.memory;
    if (this.space.isShort) throw apiErrors.insufficientStorage('the disk is nearly full');
    const opened = this.#opening.then(() => this.#leastUsed());
    this.#opening = opened.catch(() => {});
    return opened;
  }

  async close(): Promise<void> {
    await this.#opening;
    await Promise.all(this.files.map((shard) => shard.close()));
  }

  async #leastUsed(): Promise<Shard> {
    // What is in there nobody knows: the same name, or a shard with another key, must not come beside it.
    if (this.files.some(({ isLocked }) => isLocked)) throw storeUnavailable();
    let least = { number: -1, streams: Number.POSITIVE_INFINITY };
    for (const [number, shard] of this.#files) {
      const streams = shard?.fault === undefined ? (shard?.streams.size ?? 0) : Number.POSITIVE_INFINITY;
      if (streams < least.streams) least = { number, streams };
    }
    if (least.number < 0) throw storeUnavailable();
    return this.#files.get(least.number) ?? (await this.#open(least.number));
  }

  async #open(number: number): Promise<FileShard> {
    const shard = new FileShard(this.#surroundings, {
      ...this.#options,
      directory: this.#directoryOf(number),
      space: this.space,
    });
    this.#files.set(number, shard);
    await shard.start();
    return shard;
  }

  #directoryOf(number: number): string {
    return join(this.#options.directory, `shard-${number}`);
  }

  async #count(): Promise<number> {
    const { directory, count, seat } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await readShards(directory);
    if (found?.isSaid) return found.shards;
    const { number, seats } = seat;
    const usual = count ?? Math.max(SHARDS_MIN, seats, Math.min(SHARDS_MAX, availableParallelism()));
    const shards = Math.max(usual, found?.shards ?? 0);
    const path = notePath(directory);
    const own = `${path}.${number}`;
    await writeFile(own, noteText(shards));
    if (found !== undefined) {
      this.#surroundings.logger.error(`JetStream storage: ${path} is damaged or lost, written anew: ${shards} shards`);
      await rename(own, path);
      return shards;
    }
    // Of stores that begin together one writes it, whole.
    await link(own, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(own);
    return (await readShards(directory))?.shards ?? shards;
  }
}
