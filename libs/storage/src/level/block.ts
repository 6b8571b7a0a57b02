import type { Cached } from './record-cache.ts';

/** Consecutive sequences whose index is one record. */
export const BLOCK_MESSAGES = 1024;
/** Instead of a distance that is not known. */
export const DISTANCE_UNKNOWN = 0xffffffff;

const ARRAY_BYTES = BLOCK_MESSAGES * 4;

/** Where messages of a block lie: those from this slot up to the next page's. */
export interface PageReference {
  readonly slot: number;
  /** What its messages counted for when it was written. */
  bytes: number;
  /** Which flush wrote it. */
  flush: number;
  /** Flushes that wrote it with more messages: LevelDB may have these pages yet. Some 20 at most, as each halves it. */
  older: number[];
}

const FLUSH_BYTES = 6;
/** Slot (u16), flush (u48), bytes (u32), how many flushes follow (u8). */
const REFERENCE_BYTES = 13;

/** What is known of the messages `number * BLOCK_MESSAGES + slot`. */
export class Block implements Cached {
  readonly number: number;
  readonly #owner: Map<number, Block>;
  /** Subject's id; 0: no message. */
  readonly subjects = new Uint32Array(BLOCK_MESSAGES);
  /** What the message counts for. */
  readonly counted = new Uint32Array(BLOCK_MESSAGES);
  /** How far before it the subject's message before it is; 0: none. Stays when the message is removed. */
  readonly distances = new Uint32Array(BLOCK_MESSAGES);
  /** In order of their slots. */
  readonly pages: PageReference[] = [];
  /** Slots from here on were never given. */
  slots = 0;
  dirty = false;
  /** It may be forgotten when this flush is on disk. */
  keptFor = 0;
  /** Pages from which messages were removed; true: for good. */
  readonly thinned = new Map<PageReference, boolean>();
  readonly #flushed: () => number;
  used = true;
  place = 0;

  constructor(number: number, owner: Map<number, Block>, flushed: () => number) {
    this.number = number;
    this.#owner = owner;
    this.#flushed = flushed;
  }

  get cacheBytes(): number {
    return 3 * ARRAY_BYTES + 1024;
  }

  get first(): number {
    return this.number * BLOCK_MESSAGES;
  }

  isOnDisk(): boolean {
    return !this.dirty && this.keptFor <= this.#flushed();
  }

  forget(): void {
    this.#owner.delete(this.number);
  }

  pageOf(slot: number): PageReference | undefined {
    const { pages } = this;
    for (let i = pages.length - 1; i >= 0; i--) if (pages[i].slot <= slot) return pages[i];
    return undefined;
  }

  /** The slot behind the page's last. */
  endOf(page: PageReference): number {
    return this.pages[this.pages.indexOf(page) + 1]?.slot ?? BLOCK_MESSAGES;
  }

  dropPage(page: PageReference): void {
    this.pages.splice(this.pages.indexOf(page), 1);
  }

  /** Slots (u16), pages (u16), each page's reference; then the three arrays as far as slots go, in the machine's order: little endian. */
  encode(): Buffer {
    const { pages, slots } = this;
    let olderFlushes = 0;
    for (const { older } of pages) olderFlushes += older.length;
    const bytes = Buffer.allocUnsafe(4 + pages.length * REFERENCE_BYTES + olderFlushes * FLUSH_BYTES + slots * 12);
    bytes.writeUInt16LE(slots, 0);
    bytes.writeUInt16LE(pages.length, 2);
    let at = 4;
    for (const { slot, flush, bytes: counted, older } of pages) {
      bytes.writeUInt16LE(slot, at);
      bytes.writeUIntLE(flush, at + 2, 6);
      bytes.writeUInt32LE(counted, at + 8);
      bytes.writeUInt8(older.length, at + 12);
      at += REFERENCE_BYTES;
      for (const one of older) at = bytes.writeUIntLE(one, at, FLUSH_BYTES);
    }
    for (const array of [this.subjects, this.counted, this.distances]) {
      at += Buffer.from(array.buffer, 0, slots * 4).copy(bytes, at);
    }
    return bytes;
  }

  decode(bytes: Buffer): void {
    this.slots = bytes.readUInt16LE(0);
    const { pages, end } = referencesIn(bytes);
    this.pages.push(...pages);
    let at = end;
    for (const array of [this.subjects, this.counted, this.distances]) {
      at += bytes.copy(Buffer.from(array.buffer), 0, at, at + this.slots * 4);
    }
  }
}

/** Where the pages of an encoded block lie, and where what follows begins. */
export function referencesIn(bytes: Buffer): { pages: PageReference[]; end: number } {
  let end = 4;
  const pages = Array.from({ length: bytes.readUInt16LE(2) }, (): PageReference => {
    const at = end;
    end += REFERENCE_BYTES + bytes.readUInt8(at + 12) * FLUSH_BYTES;
    const older: number[] = [];
    for (let flush = at + REFERENCE_BYTES; flush < end; flush += FLUSH_BYTES) older.push(bytes.readUIntLE(flush, 6));
    return {
      slot: bytes.readUInt16LE(at),
      flush: bytes.readUIntLE(at + 2, 6),
      bytes: bytes.readUInt32LE(at + 8),
      older,
    };
  });
  return { pages, end };
}
