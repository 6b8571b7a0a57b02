import { statfs } from 'node:fs/promises';
import type { Agenda, Appointment } from './agenda.ts';
import type { Clock } from './clock.ts';
import type { Log } from './options.ts';

const MEBIBYTE = 1024 * 1024;
/**
 * For each shard: what is in memory and still comes (8 MiB), LevelDB's log of that until it is a table (8), the journal's newest segment (16), and what
 * LevelDB needs beside its data to open and to compact (20).
 */
const RESERVE_BYTES = 64 * MEBIBYTE;
/** Of a small disk the reserve is no more than this part. */
const RESERVE_PART = 1 / 2;
/** There is room again when there is so much more than the reserve. */
const ROOM_AGAIN = 1.25;
/** So much may be written before it is looked again; each byte goes to the journal, to LevelDB, and there into another level. */
const LOOKED_BYTES_MAX = 64 * MEBIBYTE;
const WRITTEN_TIMES = 4;
const LOOK_MS = 1000;

export interface DiskSpaceOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly logger: Log;
  /** How many shards have to be kept going. */
  shards(): number;
  /** Each time that too little is found. */
  onShort(): void;
  /** Bytes of the disk, and those of them that are free. Default: the machine's. */
  look?(directory: string): Promise<{ total: number; free: number }>;
}

/**
 * Whether there is room on the disk for messages. The last of it is a reserve, with which reads, acknowledgements, removals and
 * compaction go on until there is room again.
 */
export class DiskSpace {
  readonly #options: DiskSpaceOptions;
  readonly #again: Appointment;
  /** Nothing more is to be stored. */
  isShort = false;
  /** May be written before it is looked again. */
  #left = 0;
  #looking: Promise<void> | undefined;

  constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#again = { dueAt: Number.POSITIVE_INFINITY, due: () => void this.look() };
  }

  /** So much was written. */
  spent(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) void this.look();
  }

  /** Resolves when it has looked. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { directory, agenda, clock, onShort, shards } = this.#options;
    const found = await (this.#options.look ?? lookAt)(directory).catch(() => undefined);
    // A disk that cannot be asked says by its errors what it thinks.
    if (found === undefined) {
      this.#left = LOOKED_BYTES_MAX;
      return;
    }
    const { total, free } = found;
    const reserve = Math.min(RESERVE_BYTES * Math.max(1, shards()), total * RESERVE_PART);
    const isShort = free < reserve * (this.isShort ? ROOM_AGAIN : 1);
    if (isShort !== this.isShort) this.#turned(isShort, free, reserve);
    this.#left = Math.min(LOOKED_BYTES_MAX, Math.max(0, free - reserve) / WRITTEN_TIMES);
    if (!isShort) return;
    // Nothing that is written says when there is room again.
    this.#left = LOOKED_BYTES_MAX;
    agenda.plan(this.#again, clock.tick() + LOOK_MS);
    onShort();
  }

  #turned(isShort: boolean, free: number, reserve: number): void {
    this.isShort = isShort;
    const { directory, logger } = this.#options;
    const has = `${directory} has ${mebibytes(free)} MiB left`;
    if (isShort) logger.error(`JetStream storage: ${has}; with less than ${mebibytes(reserve)} no messages are stored`);
    else logger.warn(`JetStream storage: ${has}: messages are stored again`);
  }
}

const mebibytes = (bytes: number): number => Math.floor(bytes / MEBIBYTE);

async function lookAt(directory: string): Promise<{ total: number; free: number }> {
  const { bsize, blocks, bavail } = await statfs(directory);
  return { total: blocks * bsize, free: bavail * bsize };
}
