import type { StreamImage, StreamStore } from '../stream-store.ts';
import { Batch } from './batch.ts';
import { BLOCK_MESSAGES, referencesIn } from './block.ts';
import type { ShardContext } from './context.ts';
import { type Database, entriesOf, nextTurn, openLevelDatabase } from './database.ts';
import { DamagedError, ShardError } from './errors.ts';
import {
  flushKey,
  INCARNATION_TYPES,
  idKey,
  KeyType,
  numbersOf,
  PAGES_BEGIN,
  pageKey,
  RECORDS_END,
  SHARD_KEY,
} from './keys.ts';
import { emptyState, LevelStreamStore, type StreamState } from './level-stream-store.ts';
import { MARKS_KEPT, PagesDatabase } from './pages-database.ts';
import { RecordCache } from './record-cache.ts';
import { checksum, type Seal } from './seal.ts';
import { openStreamImage } from './stream-image.ts';
import { subjectHash } from './subject-hash.ts';

const VERSION = 2;
/** So many flushes are remembered: more than LevelDB's log, where a lost one would go unnoticed, has. */
const FLUSHES_KEPT = MARKS_KEPT;
/** The same of pages: LevelDB's two logs have some 8 MiB each, or one flush. */
const LOGGED_PAGES_BYTES = 64 << 20;
/** Records cleared away at once. */
const SLICE = 4096;
/** Small values read at once. */
const VALUES_SLICE = 256;
/** What is kept of one stream's while it is being loaded. */
const VALUES_BYTES_MAX = 16 << 20;
/** Indexes of blocks whose pages are cleared away at once: 12 KiB each. */
const BLOCKS_SLICE = 64;
/** What is cleared away together, as a sync stands between its pages and what leads to them. */
const CLEARED_TOGETHER = 64;
/** Records written anew at once: some 2 MiB, when they are pages. */
const RENEWED_SLICE = 128;
/** LevelDB is made to forget what they were when they come to so much. */
const COMPACTED_BYTES = 64 << 20;

interface ImageWanted {
  readonly id: number;
  resolve(image: Promise<StreamImage>): void;
  reject(error: Error): void;
}

interface Renewed {
  /** Where the next slice begins; undefined: this was the last. */
  next: Buffer | undefined;
  bytes: number;
}

interface ShardRecord {
  version: number;
  ordinal: number;
  applied: number;
  nextId: number;
  /** In hex. */
  hashKey: string;
}

export interface ShardStoreOptions {
  /** What each message counts for beside its subject and content; one with headers on top. */
  overheadBytes: number;
  headerOverheadBytes: number;
  /** How much may be in memory alone before a flush is asked for. Default 8 MiB. */
  flushBytes?: number;
  /** How much of a flush is put together before others have their turn. Default 128 KiB: half a millisecond to a millisecond. */
  turnBytes?: number;
  /** What decoded records that are on disk may take. Default 64 MiB. */
  cacheBytes?: number;
  /** So many obsolete pages are removed at a time. Default 4096: 64 MiB, when they are full. */
  obsoletePagesMax?: number;
  /** Called once when a flush is wanted; again after the next one. */
  onFlushWanted?: () => void;
  /** Called when the lock is held, and before anything is written. Default: checksums. */
  openSeal?: (hasData: boolean) => Promise<Seal>;
  /** Default: LevelDB. */
  open?: (directory: string) => Promise<Database>;
}

/**
 * The streams of one shard, on LevelDB, written behind the journal: each flush is one synced batch that carries the number up
 * to which the journal is contained in it, and before it one of the pages to which it leads. LevelDB's lock is the fence.
 */
export class ShardStore {
  readonly #database: Database;
  readonly #pages: PagesDatabase;
  readonly #options: ShardStoreOptions;
  readonly #seal: Seal;
  readonly #context: ShardContext & { flushed: number };
  readonly #streams = new Map<number, LevelStreamStore>();
  #dropped: LevelStreamStore[] = [];
  readonly #record: ShardRecord;
  /** Streams that were there when it was opened and can't be read; pages that are lost. */
  readonly damaged: Error[] = [];
  #dirtyBytes = 0;
  #wanted = false;
  #flushing: Promise<void> | undefined;
  #failed: ShardError | undefined;
  #closed = false;
  /** Incarnations that are to be cleared away. */
  readonly #garbage: number[] = [];
  #clearing: Promise<void> | undefined;
  #renewing: Promise<Renewed> | undefined;
  /** Wait for the next flush. */
  #imagesWanted: ImageWanted[] = [];
  #applied: number;

  /**
   * Reads a record per stream and the names of its small values, whatever messages there are.
   *
   * @throws ShardError LOCKED, DAMAGED, VERSION or FAILED
   */
  static async open(directory: string, options: ShardStoreOptions): Promise<ShardStore> {
    const open = options.open ?? openLevelDatabase;
    const database = await open(directory);
    let pages: PagesDatabase | undefined;
    try {
      const hasData = database.get(SHARD_KEY) !== undefined;
      const seal = (await options.openSeal?.(hasData)) ?? checksum;
      const record = readShardRecord(directory, database, seal);
      pages = await PagesDatabase.open(directory, open, record.ordinal, options.obsoletePagesMax);
      const store = new ShardStore(database, pages, options, seal, record);
      await store.#checkFlushes(directory);
      await store.#load();
      return store;
    } catch (error) {
      await pages?.records.close();
      await database.close();
      throw error;
    }
  }

  private constructor(
    database: Database,
    pages: PagesDatabase,
    options: ShardStoreOptions,
    seal: Seal,
    record: ShardRecord,
  ) {
    this.#database = database;
    this.#pages = pages;
    this.#options = options;
    this.#seal = seal;
    this.#record = record;
    this.#applied = record.applied;
    const hashKey = Buffer.from(record.hashKey, 'hex');
    this.#context = {
      database,
      pages: pages.records,
      seal,
      cache: new RecordCache(options.cacheBytes ?? 64 << 20),
      hash: (subject) => subjectHash(subject, hashKey),
      overheadBytes: options.overheadBytes,
      headerOverheadBytes: options.headerOverheadBytes,
      flushed: record.ordinal,
      grew: (bytes) => this.#grew(bytes),
      nextId: () => this.#record.nextId++,
    };
  }

  /** Everything up to this number of the journal is on disk: what stands behind it has to be applied again after opening. */
  get applied(): number {
    return this.#applied;
  }

  /** What is in memory alone, about. */
  get dirtyBytes(): number {
    return this.#dirtyBytes;
  }

  /** What decoded records take that can be read again, about. */
  get cacheBytes(): number {
    return this.#context.cache.bytes;
  }

  /** Streams by their numbers. */
  get streams(): ReadonlyMap<number, StreamStore & { readonly id: number }> {
    return this.#streams;
  }

  /**
   * The streams in turn, the small values of each in memory as long as it is its turn: they are read in order, which costs a fraction
   * of reading each by itself.
   */
  async *withValues(): AsyncGenerator<StreamStore & { readonly id: number }> {
    const records = entriesOf(this.#database, idKey(KeyType.Value, 0), idKey(KeyType.Value + 1, 0), VALUES_SLICE);
    let record = await records.next();
    for (const stream of this.#streams.values()) {
      const contents = new Map<number, Buffer>();
      let bytes = 0;
      for (; record.done !== true; record = await records.next()) {
        const [key, sealed] = record.value;
        const [id, number] = numbersOf(key);
        if (id > stream.id) break;
        // What cannot be opened, or is too much, is read when it is asked for.
        const content = id < stream.id || bytes > VALUES_BYTES_MAX ? undefined : this.#seal.open(key, sealed);
        if (content === undefined) continue;
        contents.set(number, content);
        bytes += content.length;
      }
      stream.valuesRead(contents);
      yield stream;
      stream.valuesRead(undefined);
    }
  }

  create(): StreamStore & { readonly id: number } {
    const stream = new LevelStreamStore(this.#context, this.#record.nextId++, emptyState(this.#record.nextId++));
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** The stream is not to be used any more. Its records go in slices, later. */
  drop(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    this.#dropped.push(stream);
  }

  /**
   * Writes everything that changed, in one batch that is on disk when this resolves. What changes meanwhile belongs to the next.
   * After an error nothing can be flushed any more: close, open, and apply the journal from `applied` on.
   *
   * @param applied number of the journal's last record that is contained
   * @throws Error while another flush is under way
   * @throws ShardError FAILED, with the cause
   */
  async flush(applied: number): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    if (this.#flushing !== undefined) throw new Error('a flush is under way');
    this.#flushing = this.#flush(applied).finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /**
   * A stream as the next flush leaves it, which the caller sees to.
   *
   * @throws Error when the stream is not there then, or the store is closed before
   * @throws ShardError when the flush fails; DamagedError
   */
  image(id: number): Promise<StreamImage> {
    return new Promise((resolve, reject) => this.#imagesWanted.push({ id, resolve, reject }));
  }

  /**
   * Seals records anew, a slice at a time between flushes, and has the disk forget what they were. False when the store was closed
   * or failed before the end: to be begun again after opening.
   *
   * @param isStale of a record as it is on disk
   * @param pause awaited between two slices, so that other work goes before
   */
  async renew(isStale: (sealed: Buffer) => boolean, pause: () => Promise<void>): Promise<boolean> {
    return (
      (await this.#renew(this.#pages.records, PAGES_BEGIN, isStale, pause)) &&
      (await this.#renew(this.#database, Buffer.alloc(1), isStale, pause))
    );
  }

  async #renew(
    database: Database,
    begin: Buffer,
    isStale: (sealed: Buffer) => boolean,
    pause: () => Promise<void>,
  ): Promise<boolean> {
    let compactedTo = begin;
    let renewedBytes = 0;
    for (let from: Buffer | undefined = compactedTo; from !== undefined; ) {
      await pause();
      while (this.#flushing !== undefined || this.#clearing !== undefined) {
        await this.#flushing?.catch(() => {});
        await this.#clearing;
      }
      if (this.#closed || this.#failed !== undefined) return false;
      // A flush waits for it: else an older record would be written over what the flush has written.
      this.#renewing = this.#renewSlice(database, from, isStale);
      const { next, bytes }: Renewed = await this.#renewing;
      from = next;
      renewedBytes += bytes;
      if (renewedBytes < COMPACTED_BYTES && (from !== undefined || renewedBytes === 0)) continue;
      await database.compact(compactedTo, from ?? RECORDS_END);
      compactedTo = from ?? RECORDS_END;
      renewedBytes = 0;
    }
    return true;
  }

  /** Gives the disk back what was removed, as far as it was flushed, now rather than as writing goes on. */
  async reclaim(): Promise<void> {
    await this.#clearing;
    if (this.#closed || this.#failed !== undefined) return;
    try {
      await this.#pages.removeObsolete(this.#context.flushed);
      for (const database of [this.#pages.records, this.#database]) {
        await database.compact(Buffer.alloc(1), RECORDS_END);
      }
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Resolves when nothing is being written or cleared away. */
  async idle(): Promise<void> {
    await this.#flushing?.catch(() => {});
    await this.#clearing;
    await this.#renewing?.catch(() => {});
  }

  /** What was not flushed is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#imagesWanted) reject(new Error('the store was closed'));
    await this.idle();
    await this.#pages.records.close();
    await this.#database.close();
  }

  async #flush(applied: number): Promise<void> {
    const images = this.#imagesWanted;
    this.#imagesWanted = [];
    try {
      const { batch, streams, garbage, rest } = this.#batch(applied);
      for (const part of rest) for (const _ of part) if (batch.isTurnOver()) await nextTurn();
      // Its pages are known by now.
      this.#pages.complete(batch);
      batch.put(flushKey(batch.ordinal), flushRecord(batch.pageBytes));
      await this.#renewing?.catch(() => {});
      // LevelDB keeps both versions of what lies in its memory twice: the older has to be in a table before.
      await this.#compactPages(batch.secure);
      if (batch.pages.puts.length > 0) await this.#pages.records.write(batch.pages, true);
      await this.#database.write(batch, true);
      batch.written();
      this.#pages.written(batch);
      // Before anything else is written.
      for (const { id, resolve } of images) resolve(this.#openImage(id));
      this.#context.flushed = batch.ordinal;
      this.#applied = applied;
      for (const stream of streams) stream.settled();
      this.#garbage.push(...garbage);
      if (batch.secure.length > 0) {
        // What was just written goes to a table first: with what is removed far in front of it, all between would be written anew.
        await this.#compactPages(batch.secure.slice(0, 1));
        await this.#pages.remove(batch.obsolete, batch.ordinal, true);
      }
      await this.#compactPages(batch.secure);
    } catch (error) {
      const failure = this.#fail(error);
      for (const { reject } of images) reject(failure);
      throw failure;
    }
    this.#clear();
  }

  #openImage(id: number): Promise<StreamImage> {
    return openStreamImage(this.#context, this.#database.snapshot(), this.#pages.records.snapshot(), id);
  }

  /** What changed up to now; `rest` has still to be put into it, piece by piece. */
  #batch(applied: number): {
    batch: Batch;
    streams: LevelStreamStore[];
    garbage: number[];
    rest: Iterable<void>[];
  } {
    const ordinal = ++this.#record.ordinal;
    this.#record.applied = applied;
    const batch = new Batch(ordinal, this.#seal, this.#options.turnBytes ?? 128 << 10);
    const garbage: number[] = [];
    for (const stream of this.#dropped) garbage.push(...stream.writeDropped(batch));
    this.#dropped = [];
    const streams = [...this.#streams.values()].filter(({ dirty }) => dirty);
    const rest: Iterable<void>[] = [];
    for (const stream of streams) {
      const written = stream.write(batch);
      garbage.push(...written.emptied);
      rest.push(...written.rest);
    }
    for (const id of garbage) batch.put(idKey(KeyType.Garbage, id), Buffer.alloc(0));
    if (ordinal > FLUSHES_KEPT) batch.remove(flushKey(ordinal - FLUSHES_KEPT));
    batch.put(SHARD_KEY, Buffer.from(JSON.stringify(this.#record)));
    this.#dirtyBytes = 0;
    this.#wanted = false;
    return { batch, streams, garbage, rest };
  }

  async #renewSlice(database: Database, from: Buffer, isStale: (sealed: Buffer) => boolean): Promise<Renewed> {
    try {
      const slice = await database.entries(from, RECORDS_END, RENEWED_SLICE);
      const puts: [Buffer, Buffer][] = [];
      let bytes = 0;
      for (const [key, sealed] of slice) {
        // What cannot be opened is left as it is: who needs it is told.
        const value = isStale(sealed) ? this.#seal.open(key, sealed) : undefined;
        if (value === undefined) continue;
        puts.push([key, this.#seal.seal(key, value)]);
        bytes += sealed.length;
      }
      if (puts.length > 0) await database.write({ removed: [], puts }, true);
      const last = slice.length < RENEWED_SLICE ? undefined : slice[slice.length - 1][0];
      return { next: last && Buffer.concat([last, Buffer.alloc(1)]), bytes };
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#renewing = undefined;
    }
  }

  async #compactPages(keys: readonly Buffer[]): Promise<void> {
    for (const key of keys) await this.#pages.records.compact(key, Buffer.concat([key, Buffer.alloc(1)]));
  }

  #fail(error: unknown): ShardError {
    this.#failed ??= new ShardError('FAILED', `cannot write: ${(error as Error).message}`, error);
    return this.#failed;
  }

  #grew(bytes: number): void {
    this.#dirtyBytes += bytes;
    if (this.#wanted || this.#dirtyBytes < (this.#options.flushBytes ?? 8 << 20)) return;
    this.#wanted = true;
    this.#options.onFlushWanted?.();
  }

  /** LevelDB can lose a batch in the middle of its log without a word: then the flushes have a hole. */
  async #checkFlushes(directory: string): Promise<void> {
    const { ordinal } = this.#record;
    const first = Math.max(1, ordinal - FLUSHES_KEPT + 1);
    const flushes = await this.#database.entries(flushKey(first), idKey(KeyType.Flush + 1, 0), FLUSHES_KEPT + 1);
    const hole = flushes.findIndex(([key], i) => numbersOf(key)[1] !== first + i);
    const lost = hole >= 0 ? hole : flushes.length;
    if (lost < flushes.length || lost !== ordinal - first + 1) {
      throw new ShardError('DAMAGED', `${directory}: flush ${first + lost} of ${ordinal} is lost`);
    }
    let logged = 0;
    for (let at = flushes.length - 1; at >= 0 && logged < LOGGED_PAGES_BYTES; at--) {
      const [key, sealed] = flushes[at] as [Buffer, Buffer];
      const value = this.#seal.open(key, sealed);
      if (value === undefined || value.length === 0) continue;
      // What leads to them says of which messages they were.
      if (!this.#pages.has(first + at)) this.damaged.push(new Error(`damaged on disk: pages of flush ${first + at}`));
      logged += value.readUInt32LE();
    }
  }

  async #load(): Promise<void> {
    for await (const [key, sealed] of this.#entries(KeyType.Stream)) {
      const [id] = numbersOf(key);
      const value = this.#seal.open(key, sealed);
      if (value === undefined) this.damaged.push(new DamagedError(id, 'state'));
      else this.#streams.set(id, new LevelStreamStore(this.#context, id, JSON.parse(value.toString()) as StreamState));
    }
    for await (const [key, sealed] of this.#entries(KeyType.ValueName)) {
      const [id, number] = numbersOf(key);
      const value = this.#seal.open(key, sealed);
      if (value === undefined) this.damaged.push(new DamagedError(id, 'name of a value'));
      else this.#streams.get(id)?.knownValue(number, value.toString());
    }
    for await (const [key, sealed] of this.#entries(KeyType.Obsolete)) {
      // What can't be read is never removed.
      const value = this.#seal.open(key, sealed);
      if (value !== undefined) this.#pages.knownObsolete(numbersOf(key)[1], value);
    }
    for await (const [key] of this.#entries(KeyType.Garbage)) this.#garbage.push(numbersOf(key)[0]);
    this.#clear();
  }

  #entries(type: number): AsyncGenerator<[Buffer, Buffer]> {
    return entriesOf(this.#database, idKey(type, 0), idKey(type + 1, 0));
  }

  #clear(): void {
    if (this.#clearing !== undefined || this.#garbage.length === 0) return;
    this.#clearing = this.#clearGarbage()
      // The records are there to be cleared when the shard is opened again.
      .catch((error) => void this.#fail(error))
      .finally(() => {
        this.#clearing = undefined;
      });
  }

  /** Each slice begins behind the last: LevelDB never steps over what was removed before. */
  async #clearGarbage(): Promise<void> {
    while (this.#garbage.length > 0 && !this.#closed) {
      const ids = this.#garbage.splice(0, CLEARED_TOGETHER);
      await this.#clearPages(ids);
      await this.#clearRecords(ids);
    }
  }

  /** While what leads to them is there. */
  async #clearPages(ids: readonly number[]): Promise<void> {
    let isAny = false;
    for (const id of ids) {
      const end = idKey(KeyType.Block, id + 1);
      for (let from = idKey(KeyType.Block, id); !this.#closed; ) {
        const blocks = await this.#database.entries(from, end, BLOCKS_SLICE);
        if (blocks.length === 0) break;
        await this.#pages.remove(
          blocks.flatMap((block) => this.#pagesOf(block)),
          this.#context.flushed,
          false,
        );
        isAny = true;
        from = Buffer.concat([(blocks[blocks.length - 1] as [Buffer, Buffer])[0], Buffer.alloc(1)]);
      }
    }
    if (isAny) await this.#pages.remove([], this.#context.flushed, true);
  }

  #pagesOf([key, sealed]: [Buffer, Buffer]): Buffer[] {
    const [incarnation, block] = numbersOf(key);
    const value = this.#seal.open(key, sealed);
    // Those of one that can't be read stay.
    if (value === undefined) return [];
    return referencesIn(value).pages.map(({ flush, slot }) =>
      pageKey(flush, incarnation, block * BLOCK_MESSAGES + slot),
    );
  }

  async #clearRecords(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      for (const type of INCARNATION_TYPES) {
        const end = idKey(type, id + 1);
        for (let from = idKey(type, id); ; ) {
          if (this.#closed) return;
          const removed = await this.#database.keys(from, end, SLICE);
          if (removed.length === 0) break;
          await this.#database.write({ removed, puts: [] }, false);
          from = Buffer.concat([removed[removed.length - 1], Buffer.alloc(1)]);
        }
      }
      await this.#database.write({ removed: [idKey(KeyType.Garbage, id)], puts: [] }, false);
    }
  }
}

/** What a flush has in the database of pages, in bytes (u32); empty: nothing. */
function flushRecord(pageBytes: number): Buffer {
  if (pageBytes === 0) return Buffer.alloc(0);
  const record = Buffer.alloc(4);
  record.writeUInt32LE(Math.min(pageBytes, 0xffffffff));
  return record;
}

function readShardRecord(directory: string, database: Database, seal: Seal): ShardRecord {
  const sealed = database.get(SHARD_KEY);
  if (sealed === undefined) {
    return {
      version: VERSION,
      ordinal: 0,
      applied: 0,
      nextId: 1,
      hashKey: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    };
  }
  const value = seal.open(SHARD_KEY, sealed);
  if (value === undefined) throw new ShardError('DAMAGED', `${directory}: the shard's own record is damaged`);
  const record = JSON.parse(value.toString()) as ShardRecord;
  if (record.version !== VERSION) {
    throw new ShardError(
      'VERSION',
      `${directory}: written by another version (format ${record.version}, not ${VERSION})`,
    );
  }
  return record;
}
