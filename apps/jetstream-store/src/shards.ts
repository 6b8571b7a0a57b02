import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
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

const SHARDS_MIN = 2;
const SHARDS_MAX = 16;

export type ShardsOptions = Omit<FileShardOptions, 'directory' | 'space'> & {
  /** Default: the machine's. */
  readonly lookAtDisk?: DiskSpaceOptions['look'];
  /** `<store_dir>/jetstream`. */
  readonly directory: string;
  /** For a directory that is used for the first time; absent: as many as there are processors, within bounds. */
  readonly count?: number;
};

/** The shards of a store directory: so many for good as there were when it was first used. One that has no stream yet is not opened. */
export class Shards {
  readonly memory: MemoryShard;
  readonly #surroundings: Surroundings;
  readonly #options: ShardsOptions;
  #files: (FileShard | undefined)[] = [];
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
    return this.#files.filter((shard) => shard !== undefined);
  }

  /** Opens what is there. @throws Error for a directory of another version */
  async open(): Promise<void> {
    const count = await this.#count();
    await this.space.look();
    this.#files = new Array(count).fill(undefined);
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
    const counts = this.#files.map((shard) => {
      if (shard === undefined) return 0;
      return shard.fault === undefined ? shard.streams.size : Number.POSITIVE_INFINITY;
    });
    const least = Math.min(...counts);
    if (least === Number.POSITIVE_INFINITY) throw storeUnavailable();
    const number = counts.indexOf(least);
    return this.#files[number] ?? (await this.#open(number));
  }

  async #open(number: number): Promise<FileShard> {
    const shard = new FileShard(this.#surroundings, {
      ...this.#options,
      directory: this.#directoryOf(number),
      space: this.space,
    });
    this.#files[number] = shard;
    await shard.start();
    return shard;
  }

  #directoryOf(number: number): string {
    return join(this.#options.directory, `shard-${number}`);
  }

  async #count(): Promise<number> {
    const { directory, count } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await readShards(directory);
    if (found?.isSaid) return found.shards;
    const usual = count ?? Math.max(SHARDS_MIN, Math.min(SHARDS_MAX, availableParallelism()));
    const shards = Math.max(usual, found?.shards ?? 0);
    const path = notePath(directory);
    if (found !== undefined) {
      this.#surroundings.logger.error(`JetStream storage: ${path} is damaged or lost, written anew: ${shards} shards`);
    }
    await writeFile(`${path}.new`, noteText(shards));
    await rename(`${path}.new`, path);
    return shards;
  }
}
