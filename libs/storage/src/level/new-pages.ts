import type { StoredMessage } from '../stream-store.ts';
import { BLOCK_MESSAGES } from './block.ts';
import { blockOf } from './blocks.ts';
import { encodePage, joinPage, PAGE_BYTES, readRecord, recordBytes, writeRecord } from './page.ts';

/** A stream that has one message must not have a page for it. */
const FIRST_BYTES = 256;

/** Memory of pages that are on disk: so many pages of it are kept for new ones. */
const SPARE_MAX = 256;
const spare: Buffer[] = [];

function roomFor(bytes: number): Buffer {
  const last = spare[spare.length - 1];
  return last !== undefined && last.length >= bytes ? (spare.pop() as Buffer) : Buffer.allocUnsafe(bytes);
}

/** Messages that will be a page: their records are written at once, so that nothing is kept for each of them. */
export class NewPage {
  readonly first: number;
  readonly block: number;
  /** Behind the first. */
  readonly sequences: number[] = [];
  /** Of the records. */
  readonly ends: number[] = [];
  live = 0;
  records: Buffer;
  /** Of subjects and contents. */
  bytes = 0;
  #gone: Set<number> | undefined;
  /** Somebody was given a part of its memory. */
  #isLent = false;

  /** @param room for so many bytes of records, at first */
  constructor(first: number, room: number) {
    this.first = first;
    this.block = blockOf(first);
    this.records = roomFor(room);
  }

  get end(): number {
    return this.ends[this.ends.length - 1] ?? 0;
  }

  append(
    sequence: number,
    subject: string,
    content: Buffer,
    headerBytes: number,
    seconds: number,
    nanos: number,
  ): void {
    const at = this.end;
    const size = recordBytes(subject, content);
    if (at + size > this.records.length) this.#grow(at + size);
    writeRecord(this.records, at, subject, content, headerBytes, seconds, nanos);
    this.sequences.push(sequence - this.first);
    this.ends.push(at + size);
    this.live++;
    this.bytes += subject.length + content.length;
  }

  get(sequence: number): StoredMessage | undefined {
    const place = this.#place(sequence);
    if (place < 0) return undefined;
    this.#isLent = true;
    return readRecord(this.records, this.#start(place), this.ends[place] as number, sequence);
  }

  remove(sequence: number, secure: boolean): void {
    const place = this.#place(sequence);
    if (place < 0) return;
    if (secure) this.records.fill(0, this.#start(place), this.ends[place]);
    this.#gone ??= new Set();
    this.#gone.add(place);
    this.live--;
  }

  /** Sequence of the first that is left. */
  get firstLeft(): number {
    return this.first + (this.sequences.find((_, place) => !this.#gone?.has(place)) as number);
  }

  /** What those that are left count for. @param counted by slot of the block */
  countedOf(counted: Uint32Array): number {
    const { sequences } = this;
    const slot = this.first % BLOCK_MESSAGES;
    let sum = 0;
    for (let place = 0; place < sequences.length; place++) {
      if (!this.#gone?.has(place)) sum += counted[slot + (sequences[place] as number)] as number;
    }
    return sum;
  }

  /** What is left, as a page. Valid until the next. */
  encode(): Buffer {
    const gone = this.#gone;
    if (gone === undefined) return joinPage(this.sequences, this.ends, this.records);
    const left = this.sequences.filter((_, place) => !gone.has(place));
    return encodePage(
      this.firstLeft,
      left.map((behind) => this.get(this.first + behind) as StoredMessage),
    );
  }

  /** It is used no more; its memory is, when nobody can have any of it. */
  recycle(): void {
    const { length } = this.records;
    const isUsual = length >= PAGE_BYTES && length <= 2 * PAGE_BYTES;
    if (isUsual && !this.#isLent && spare.length < SPARE_MAX) spare.push(this.records);
  }

  #place(sequence: number): number {
    const behind = sequence - this.first;
    // Mostly there are no gaps.
    let place = this.sequences[behind] === behind ? behind : -1;
    if (place < 0) place = search(this.sequences, behind);
    return place >= 0 && this.#gone?.has(place) ? -1 : place;
  }

  #start(place: number): number {
    return place === 0 ? 0 : (this.ends[place - 1] as number);
  }

  #grow(bytes: number): void {
    const records = Buffer.allocUnsafe(Math.max(bytes, Math.min(this.records.length * 4, PAGE_BYTES * 2)));
    this.records.copy(records, 0, 0, this.end);
    this.records = records;
  }
}

/** Messages that are not on disk yet, in order of their sequences. */
export class NewPages {
  #pages: NewPage[] = [];

  append(
    sequence: number,
    subject: string,
    content: Buffer,
    headerBytes: number,
    seconds: number,
    nanos: number,
  ): void {
    let page = this.#pages[this.#pages.length - 1];
    if (page === undefined || page.bytes >= PAGE_BYTES || page.block !== blockOf(sequence)) {
      // As the one before became: growing step by step takes three times as much.
      page = new NewPage(sequence, page === undefined ? FIRST_BYTES : page.end + FIRST_BYTES);
      this.#pages.push(page);
    }
    page.append(sequence, subject, content, headerBytes, seconds, nanos);
  }

  get(sequence: number): StoredMessage | undefined {
    return this.#pageOf(sequence)?.get(sequence);
  }

  remove(sequence: number, secure: boolean): void {
    const page = this.#pageOf(sequence);
    if (page === undefined) return;
    page.remove(sequence, secure);
    if (page.live === 0) this.#pages.splice(this.#pages.indexOf(page), 1);
  }

  /** They are on disk. */
  recycle(): void {
    for (const page of this.#pages) page.recycle();
    this.#pages = [];
  }

  [Symbol.iterator](): IterableIterator<NewPage> {
    return this.#pages.values();
  }

  #pageOf(sequence: number): NewPage | undefined {
    const pages = this.#pages;
    let at = pages.length - 1;
    if (at >= 0 && (pages[at] as NewPage).first > sequence) {
      let low = 0;
      for (let high = at; low < high; ) {
        const middle = (low + high) >> 1;
        if ((pages[middle] as NewPage).first <= sequence) low = middle + 1;
        else high = middle;
      }
      at = low - 1;
    }
    return pages[at];
  }
}

/** -1: not there. */
function search(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted ? low : -1;
}
