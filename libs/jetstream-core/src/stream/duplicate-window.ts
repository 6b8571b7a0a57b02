import type { StreamStore } from '@skein/storage';

/** Ids a stored chunk has: what is written again while a chunk fills is bounded by it. */
const CHUNK_IDS = 512;
const PREFIX = 'duplicates/';

interface Entry {
  readonly id: string;
  readonly sequence: number;
  readonly millis: number;
}

/**
 * The message ids seen within the duplicate window, oldest first. It lives in memory; `save` writes the chunks that changed to the store's
 * values, so that an open needs no message, and the window does not depend on which messages were deleted meanwhile.
 */
export class DuplicateWindow {
  readonly #byId = new Map<string, Entry>();
  /** Entries numbered from `#begin` on; those before `#kept` have been forgotten. */
  #entries: Entry[] = [];
  #begin = 0;
  #kept = 0;
  /** Entries before this one are in the store as they are. */
  #saved = 0;
  /** Chunks before this one are gone from the store. */
  #dropped = 0;

  constructor(store: StreamStore) {
    for (const [key, chunk] of store.values(PREFIX)) {
      const first = Number(key.slice(PREFIX.length)) * CHUNK_IDS;
      if (this.#entries.length === 0) {
        this.#begin = first;
        this.#dropped = first / CHUNK_IDS;
      }
      for (const [id, sequence, millis] of JSON.parse(chunk.toString('latin1')) as [string, number, number][]) {
        this.#push({ id, sequence, millis });
      }
    }
    this.#kept = this.#begin;
    this.#saved = this.#end;
  }

  get size(): number {
    return this.#byId.size;
  }

  get #end(): number {
    return this.#begin + this.#entries.length;
  }

  /** The sequence that the id was given, if that was less than the window ago; 0: none. */
  find(id: string, millis: number, windowMillis: number): number {
    this.#forget(millis - windowMillis);
    return this.#byId.get(id)?.sequence ?? 0;
  }

  add(id: string, sequence: number, millis: number): void {
    this.#push({ id, sequence, millis });
  }

  save(store: StreamStore): void {
    for (let chunk = Math.floor(this.#saved / CHUNK_IDS); chunk * CHUNK_IDS < this.#end; chunk++) {
      const from = Math.max(0, chunk * CHUNK_IDS - this.#begin);
      const entries = this.#entries.slice(from, (chunk + 1) * CHUNK_IDS - this.#begin);
      const rows = entries.map(({ id, sequence, millis }) => [id, sequence, millis]);
      store.setValue(keyOf(chunk), Buffer.from(JSON.stringify(rows), 'latin1'));
    }
    this.#saved = this.#end;
    for (; (this.#dropped + 1) * CHUNK_IDS <= this.#kept; this.#dropped++)
      store.setValue(keyOf(this.#dropped), undefined);
    this.#trim();
  }

  #push(entry: Entry): void {
    this.#byId.set(entry.id, entry);
    this.#entries.push(entry);
  }

  #forget(before: number): void {
    for (let entry = this.#entries[this.#kept - this.#begin]; entry !== undefined && entry.millis <= before; ) {
      if (this.#byId.get(entry.id) === entry) this.#byId.delete(entry.id);
      entry = this.#entries[++this.#kept - this.#begin];
    }
    // A stream in memory is never saved.
    if (this.#kept - this.#begin >= 8 * CHUNK_IDS) this.#trim();
  }

  /** Lets go of the chunks that have been forgotten whole. */
  #trim(): void {
    const gone = Math.floor(this.#kept / CHUNK_IDS) * CHUNK_IDS - this.#begin;
    if (gone <= 0) return;
    this.#entries = this.#entries.slice(gone);
    this.#begin += gone;
    this.#saved = Math.max(this.#saved, this.#begin);
  }
}

/** Keys are in the order of their chunks. */
const keyOf = (chunk: number): string => PREFIX + String(chunk).padStart(16, '0');
