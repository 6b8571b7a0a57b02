import type { Records } from './database.ts';
import type { DamagedError } from './errors.ts';
import type { RecordCache } from './record-cache.ts';
import type { Seal } from './seal.ts';

/** What the streams of a shard share. */
export interface ShardContext {
  readonly database: Pick<Records, 'get'>;
  readonly pages: Pick<Records, 'get'>;
  readonly seal: Seal;
  readonly cache: RecordCache;
  /** 8 chars that stand for a subject in keys. */
  hash(subject: string): string;
  /** What each message counts for beside its subject and content, and one with headers on top. */
  readonly overheadBytes: number;
  readonly headerOverheadBytes: number;
  /** The newest flush that is on disk. */
  readonly flushed: number;
  /** So much more is in memory alone. */
  grew(bytes: number): void;
  /** A number that no stream and no incarnation has had. */
  nextId(): number;
}

/**
 * One record, read at once.
 *
 * @throws DamagedError
 */
export function read(context: ShardContext, key: Buffer, damaged: () => DamagedError): Buffer | undefined {
  return readOf(context.database, context.seal, key, damaged);
}

/** The same, of the database of pages. */
export function readPage(context: ShardContext, key: Buffer, damaged: () => DamagedError): Buffer | undefined {
  return readOf(context.pages, context.seal, key, damaged);
}

function readOf(
  records: Pick<Records, 'get'>,
  seal: Seal,
  key: Buffer,
  damaged: () => DamagedError,
): Buffer | undefined {
  const sealed = records.get(key);
  if (sealed === undefined) return undefined;
  const value = seal.open(key, sealed);
  if (value === undefined) throw damaged();
  return value;
}
