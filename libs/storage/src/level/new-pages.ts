import type { StoredMessage } from '../stream-store.ts';
import { blockOf } from './blocks.ts';
import { encodeRecords, PAGE_BYTES, readRecord, recordBytes, writeRecord } from './page.ts';

/** A stream that has one message must not have a page for it. */
const FIRST_BYTES = 256;

/** Messages that will be a page: their records are written at once, so that nothing is kept for each of them. */
class NewPage {
  readonly first: number;
  readonly block: number;
  /** Behind the first. */
  readonly sequences: number[] = [];
  /** Of the records. */
  readonly ends: number[] = [];
  live = 0;
  records = Buffer.allocUnsafe(FIRST_BYTES);
  /** Of subjects and contents. */
  bytes = 0;
  #gone: Set<number> | undefined;

  constructor(first: number) {
    this.first = first;
    this.block = blockOf(first);
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
    return place < 0 ? undefined : readRecord(this.records, this.#start(place), this.ends[place] as number, sequence);
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

  *sequencesLeft(): IterableIterator<number> {
    for (const [place, behind] of this.sequences.entries()) if (!this.#gone?.has(place)) yield this.first + behind;
  }

  encode(): Buffer {
    const places = [...this.sequences.keys()].filter((place) => !this.#gone?.has(place));
    const { firstLeft } = this;
    return encodeRecords(
      places.map((place) => ({
        behind: this.first + (this.sequences[place] as number) - firstLeft,
        start: this.#start(place),
        end: this.ends[place] as number,
      })),
      this.records,
    );
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
      page = new NewPage(sequence);
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
