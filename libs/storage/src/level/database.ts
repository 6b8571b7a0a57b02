import { readdir } from 'node:fs/promises';
import { ShardError } from './errors.ts';

/** In a shard's folder: its LevelDB of pages. */
export const PAGES_FOLDER = 'pages';

/** What is written at once. Removals happen before the puts, so that a record may be made anew. */
export interface Writes {
  readonly removed: readonly Buffer[];
  readonly puts: readonly (readonly [key: Buffer, value: Buffer])[];
}

/** What is there to be read. */
export interface Records {
  /** Reads at once, from memory or disk. */
  get(key: Buffer): Buffer | undefined;
  /** Records with keys from `from` up to, not including, `to`, in order. */
  entries(from: Buffer, to: Buffer, max: number): Promise<[Buffer, Buffer][]>;
  close(): Promise<void>;
}

/** What is needed of LevelDB, so that tests can let it fail. */
export interface Database extends Records {
  /** All of it or nothing. With `sync`, it is on disk when this resolves. */
  write(writes: Writes, sync: boolean): Promise<void>;
  keys(from: Buffer, to: Buffer, max: number): Promise<Buffer[]>;
  /** Rewrites a range of keys, so that what was removed from it is gone from the disk. */
  compact(from: Buffer, to: Buffer): Promise<void>;
  /** Everything as it is now, whatever is written later; what it sees stays on disk until it is closed. */
  snapshot(): Records;
}

/**
 * LevelDB maps the tables that it has open (all but 10 of these) into memory, some 8 MiB each, and what was read of them counts as the
 * process's: 512 MiB for each database. A read at random from more than that costs 20 µs more, to open a table. It takes no fewer.
 */
const OPEN_FILES_MAX = 74;
/** Copied at once into what LevelDB is to write. */
const COPIED_BYTES = 256 << 10;
/** What a record costs beside its bytes, as bytes. */
const RECORD_BYTES = 1024;

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Read at once, when a range is walked. */
const SLICE = 4096;

/** All records with keys from `from` up to, not including, `to`, in order, so many read at once. */
export async function* entriesOf(
  records: Pick<Records, 'entries'>,
  from: Buffer,
  to: Buffer,
  max = SLICE,
): AsyncGenerator<[Buffer, Buffer]> {
  for (let next = from; ; ) {
    const slice = await records.entries(next, to, max);
    yield* slice;
    if (slice.length < max) return;
    next = Buffer.concat([slice[slice.length - 1][0], Buffer.alloc(1)]);
  }
}

/** @throws ShardError */
export async function openLevelDatabase(directory: string): Promise<Database> {
  await refuseHeadless(directory);
  const { ClassicLevel } = await import('classic-level');
  const level = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  try {
    // Records are pages already: Snappy took a third of the writing and saved little. 8 MiB: one flush.
    await level.open({
      ...{ compression: false, writeBufferSize: 8 << 20, maxFileSize: 8 << 20, cacheSize: 8 << 20 },
      maxOpenFiles: OPEN_FILES_MAX,
    });
  } catch (error) {
    await level.close();
    throw openError(directory, error);
  }
  return {
    get: (key) => level.getSync(key),
    async write({ removed, puts }, sync) {
      const batch = level.batch();
      let copied = 0;
      // Whether other work is to have its turn: to copy 8 MiB takes as long as some hundred publishes.
      const isTurnOver = (bytes: number): boolean => {
        copied += bytes + RECORD_BYTES;
        if (copied < COPIED_BYTES) return false;
        copied = 0;
        return true;
      };
      for (const key of removed) {
        batch.del(key);
        if (isTurnOver(key.length)) await nextTurn();
      }
      for (const [key, value] of puts) {
        batch.put(key, value);
        if (isTurnOver(key.length + value.length)) await nextTurn();
      }
      await batch.write({ sync });
    },
    entries: (gte, lt, limit) => level.iterator({ gte, lt, limit }).all(),
    keys: (gte, lt, limit) => level.keys({ gte, lt, limit }).all(),
    compact: (from, to) => level.compactRange(from, to),
    snapshot: () => {
      const snapshot = level.snapshot();
      return {
        get: (key) => level.getSync(key, { snapshot }),
        entries: (gte, lt, limit) => level.iterator({ gte, lt, limit, snapshot }).all(),
        close: () => snapshot.close(),
      };
    },
    close: () => level.close(),
  };
}

/** Where `CURRENT` is lost LevelDB makes a new database, and removes tables and logs of the old one as not its own. */
async function refuseHeadless(directory: string): Promise<void> {
  const names = await readdir(directory).catch((): string[] => []);
  if (names.includes('CURRENT') || !names.some((name) => /^\d+\.(?:ldb|log)$/.test(name))) return;
  throw new ShardError('DAMAGED', `${directory}: CURRENT is lost`);
}

function openError(directory: string, error: unknown): ShardError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: string }).code;
  if (code === 'LEVEL_LOCKED') {
    return new ShardError('LOCKED', `${directory}: another process has this shard open`, cause);
  }
  const damaged = code === 'LEVEL_CORRUPTION';
  return new ShardError(damaged ? 'DAMAGED' : 'FAILED', `${directory}: ${(cause as Error).message}`, cause);
}
