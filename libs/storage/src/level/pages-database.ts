import { join } from 'node:path';
import type { Batch } from './batch.ts';
import { type Database, PAGES_FOLDER } from './database.ts';
import { ShardError } from './errors.ts';
import { BASIS_KEY, obsoleteKey, PAGE_KEY_BYTES, pagesKey, RECORDS_END } from './keys.ts';
import { checksum } from './seal.ts';

/**
 * Obsolete pages are removed so many at a time, 64 MiB when they are full: what is removed lies among what is there, so that LevelDB writes
 * anew all that it has in memory with it.
 */
const OBSOLETE_MAX = 4096;
/** Pages that are newer than what leads to them: a flush that was interrupted leaves some hundred. */
const STALE_MAX = 65_536;
/** Flushes with pages are looked for so far back. */
export const MARKS_KEPT = 4096;

/**
 * The LevelDB of a shard's pages. A flush writes its pages, then what leads to them; what it made obsolete is noted with the latter, and
 * removed by one of the next. So a page is there as long as anything leads to it, wherever a crash comes between.
 *
 * Keys begin with the flush: what is written lies behind everything that is there, and LevelDB never writes it anew to put it in order.
 */
export class PagesDatabase {
  readonly records: Database;
  readonly #directory: string;
  readonly #obsoleteMax: number;
  /** Noted on disk, by the flush that noted it. */
  readonly #obsolete = new Map<number, readonly Buffer[]>();
  #obsoleteCount = 0;
  #isRemovalDue = false;
  #stale: Buffer[] = [];

  /**
   * @param directory the shard's; pages are in a folder in it
   * @param flushed newest flush of the main database
   * @param obsoleteMax so many obsolete pages are removed at a time
   * @throws ShardError
   */
  static async open(
    directory: string,
    open: (directory: string) => Promise<Database>,
    flushed: number,
    obsoleteMax = OBSOLETE_MAX,
  ): Promise<PagesDatabase> {
    const path = join(directory, PAGES_FOLDER);
    const pages = new PagesDatabase(path, await open(path), obsoleteMax);
    try {
      await pages.#begin(flushed);
      return pages;
    } catch (error) {
      await pages.records.close();
      throw error;
    }
  }

  private constructor(directory: string, records: Database, obsoleteMax: number) {
    this.#directory = directory;
    this.records = records;
    this.#obsoleteMax = obsoleteMax;
  }

  async #begin(flushed: number): Promise<void> {
    const basis = this.#basis();
    if (basis > flushed) {
      throw new ShardError('DAMAGED', `${this.#directory}: pages are gone that flush ${flushed} of ${basis} had`);
    }
    // The first flush removes them: until then nothing is changed, as it may be that the shard can't be used.
    this.#stale = await this.records.keys(pagesKey(flushed + 1), RECORDS_END, STALE_MAX);
    if (this.#stale.length === STALE_MAX) {
      throw new ShardError('DAMAGED', `${this.#directory}: pages are much newer than flush ${flushed}`);
    }
  }

  /** Whether what a flush wrote here, pages or removals, is there. */
  has(flush: number): boolean {
    return this.records.get(pagesKey(flush)) !== undefined;
  }

  /** Found on disk: pages that a flush has made obsolete. */
  knownObsolete(flush: number, keys: Buffer): void {
    const count = keys.length / PAGE_KEY_BYTES;
    this.#noted(
      flush,
      Array.from({ length: count }, (_, i) => keys.subarray(i * PAGE_KEY_BYTES, (i + 1) * PAGE_KEY_BYTES)),
    );
  }

  /** Adds to a flush, whose streams have written what they have, what it is to remove, and notes. */
  complete(batch: Batch): void {
    const { ordinal, pages, obsolete } = batch;
    for (const key of this.#stale) pages.removed.push(key);
    this.#stale = [];
    if (this.#isRemovalDue || this.#obsoleteCount >= this.#obsoleteMax) {
      for (const [flush, keys] of this.#obsolete) {
        for (const key of keys) pages.removed.push(key);
        batch.remove(obsoleteKey(flush));
      }
      this.#obsolete.clear();
      this.#obsoleteCount = 0;
      this.#isRemovalDue = false;
    }
    if (ordinal % MARKS_KEPT === 0) {
      for (let flush = ordinal - 2 * MARKS_KEPT; flush <= ordinal - MARKS_KEPT; flush++) {
        if (flush > 0) pages.removed.push(pagesKey(flush));
      }
    }
    if (pages.removed.length > 0) pages.puts.push(basisRecord(ordinal - 1));
    if (pages.puts.length > 0) batch.putPage(pagesKey(ordinal), Buffer.alloc(0));
    if (obsolete.length > 0) batch.put(obsoleteKey(ordinal), Buffer.concat(obsolete));
  }

  /** The flush is on disk. */
  written({ ordinal, obsolete }: Batch): void {
    if (obsolete.length > 0) this.#noted(ordinal, obsolete);
  }

  /**
   * Removes pages to which nothing leads.
   *
   * @param flushed newest flush of the main database: an older one leads to them
   */
  async remove(keys: readonly Buffer[], flushed: number, sync: boolean): Promise<void> {
    await this.records.write({ removed: keys, puts: [basisRecord(Math.max(flushed, this.#basis()))] }, sync);
  }

  /** Removes now what is obsolete. */
  async removeObsolete(flushed: number): Promise<void> {
    if (this.#obsoleteCount === 0) return;
    // The notes are the next flush's to remove.
    this.#isRemovalDue = true;
    await this.remove([...this.#obsolete.values()].flat(), flushed, true);
  }

  /** The main database has at least this flush. */
  #basis(): number {
    const sealed = this.records.get(BASIS_KEY);
    return (sealed && checksum.open(BASIS_KEY, sealed)?.readUIntLE(0, 6)) ?? 0;
  }

  #noted(flush: number, keys: readonly Buffer[]): void {
    this.#obsolete.set(flush, keys);
    this.#obsoleteCount += keys.length;
  }
}

/** A number that stands in keys too, so it is never encrypted. */
function basisRecord(flush: number): [Buffer, Buffer] {
  const value = Buffer.alloc(6);
  value.writeUIntLE(flush, 0, 6);
  return [BASIS_KEY, checksum.seal(BASIS_KEY, value)];
}
