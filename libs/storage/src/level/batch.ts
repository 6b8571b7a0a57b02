import type { Writes } from './database.ts';
import type { Seal } from './seal.ts';

const CHUNK_BYTES = 1024 * 1024;
/** What a record costs beside its bytes, as bytes. */
const RECORD_BYTES = 1024;
/** Chunks that are kept for the next flush: as much as one has. */
const SPARE_MAX = 10;
const spare: Buffer[] = [];

/** What one flush writes: pages, which come first, and what leads to them. */
export class Batch implements Writes {
  readonly removed: Buffer[] = [];
  readonly puts: [Buffer, Buffer][] = [];
  readonly pages: { readonly removed: Buffer[]; readonly puts: [Buffer, Buffer][] } = { removed: [], puts: [] };
  /** What pages take. */
  pageBytes = 0;
  /** Pages to which nothing leads any more once it is written. */
  readonly obsolete: Buffer[] = [];
  /** Which flush it is. */
  readonly ordinal: number;
  /** Pages from which messages were removed for good: the disk must not keep what they were. */
  readonly secure: Buffer[] = [];
  /** Put into it since others had their turn: bytes, and so much for each record. */
  #grown = 0;
  readonly #seal: Seal;
  #chunks: Buffer[] = [];
  /** Of the last chunk. */
  #used = 0;

  readonly #turnBytes: number;

  /** @param turnBytes so much may be put into it at once */
  constructor(ordinal: number, seal: Seal, turnBytes = Number.POSITIVE_INFINITY) {
    this.ordinal = ordinal;
    this.#seal = seal;
    this.#turnBytes = turnBytes;
  }

  put(key: Buffer, value: Buffer): void {
    const sealed = this.#seal.seal(key, value, this.#room);
    this.puts.push([key, sealed]);
    this.#grown += sealed.length + RECORD_BYTES;
  }

  /** In the database of pages. */
  putPage(key: Buffer, value: Buffer): void {
    const sealed = this.#seal.seal(key, value, this.#room);
    this.pages.puts.push([key, sealed]);
    this.pageBytes += sealed.length;
    this.#grown += sealed.length + RECORD_BYTES;
  }

  /** It is written: its memory is for the next one. */
  written(): void {
    for (const chunk of this.#chunks) if (spare.length < SPARE_MAX) spare.push(chunk);
    this.#chunks = [];
    this.puts.length = 0;
    this.pages.puts.length = 0;
  }

  readonly #room = (bytes: number): Buffer => {
    if (bytes > CHUNK_BYTES) return Buffer.allocUnsafe(bytes);
    if (this.#chunks.length === 0 || this.#used + bytes > CHUNK_BYTES) {
      this.#chunks.push(spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES));
      this.#used = 0;
    }
    this.#used += bytes;
    return (this.#chunks[this.#chunks.length - 1] as Buffer).subarray(this.#used - bytes, this.#used);
  };

  /** Others are to have their turn before more is put into it. */
  isTurnOver(): boolean {
    if (this.#grown < this.#turnBytes) return false;
    this.#grown = 0;
    return true;
  }

  remove(key: Buffer): void {
    this.removed.push(key);
    this.#grown += RECORD_BYTES;
  }
}
