import { SubjectStrings } from '@skein/subjects';
import type { StoredMessage } from '../stream-store.ts';
import type { Cached } from './record-cache.ts';

/** A page is closed when it has so much content: one read brings about as many messages as a batch has, and a removal rewrites little. */
export const PAGE_BYTES = 16 * 1024;

const HALF = 2 ** 32;
/** For each message: sequence behind the first (u32), end of its record (u32). */
const ENTRY_BYTES = 8;
/** Seconds (u48), nanoseconds (u32), bytes of headers (u32), bytes of subject (u16). */
const HEAD_BYTES = 16;

/** Number of messages (u32), an entry for each, their records. All numbers little endian. */
export function encodePage(first: number, messages: readonly StoredMessage[]): Buffer {
  const begin = recordsBegin(messages.length);
  const page = Buffer.allocUnsafe(messages.reduce((sum, one) => sum + recordBytes(one.subject, one.content), begin));
  page.writeUInt32LE(messages.length, 0);
  let end = begin;
  for (const [place, { sequence, subject, content, headerBytes, seconds, nanos }] of messages.entries()) {
    writeRecord(page, end, subject, content, headerBytes, seconds, nanos);
    end += recordBytes(subject, content);
    writeEntry(page, place, sequence - first, end);
  }
  return page;
}

/** Each flush makes hundreds: what the collector is spared. */
let scratch = Buffer.allocUnsafeSlow(2 * PAGE_BYTES);

/**
 * A page of records that lie one behind the other. Valid until the next.
 *
 * @param behind of each, behind the page's first sequence
 * @param ends of each, in `records`
 */
export function joinPage(behind: readonly number[], ends: readonly number[], records: Buffer): Buffer {
  const { length } = ends;
  const begin = recordsBegin(length);
  const end = begin + (ends[length - 1] as number);
  if (end > scratch.length) scratch = Buffer.allocUnsafeSlow(end);
  scratch.writeUInt32LE(length, 0);
  for (let place = 0; place < length; place++) {
    writeEntry(scratch, place, behind[place] as number, begin + (ends[place] as number));
  }
  records.copy(scratch, begin, 0, end - begin);
  return scratch.subarray(0, end);
}

const recordsBegin = (messages: number): number => 4 + messages * ENTRY_BYTES;

function writeEntry(page: Buffer, place: number, behind: number, end: number): void {
  page.writeUInt32LE(behind, 4 + place * ENTRY_BYTES);
  page.writeUInt32LE(end, 8 + place * ENTRY_BYTES);
}

export const recordBytes = (subject: string, content: Buffer): number => HEAD_BYTES + subject.length + content.length;

export function writeRecord(
  target: Buffer,
  at: number,
  subject: string,
  content: Buffer,
  headerBytes: number,
  seconds: number,
  nanos: number,
): void {
  target.writeUInt32LE(seconds % HALF, at);
  target.writeUInt16LE(Math.floor(seconds / HALF), at + 4);
  target.writeUInt32LE(nanos, at + 6);
  target.writeUInt32LE(headerBytes, at + 10);
  target.writeUInt16LE(subject.length, at + 14);
  target.write(subject, at + HEAD_BYTES, 'latin1');
  content.copy(target, at + HEAD_BYTES + subject.length);
}

/** Of what is read in order. */
const subjects = new SubjectStrings();

export function readRecord(bytes: Buffer, at: number, end: number, sequence: number): StoredMessage {
  const name = at + HEAD_BYTES;
  const content = name + bytes.readUInt16LE(at + 14);
  return {
    sequence,
    subject: subjects.of(bytes, name, content),
    content: bytes.subarray(content, end),
    headerBytes: bytes.readUInt32LE(at + 10),
    seconds: bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * HALF,
    nanos: bytes.readUInt32LE(at + 6),
  };
}

/** Messages that were written together, as on disk, or as they are about to be. */
export class Page implements Cached {
  /** Sequence that its key has. */
  readonly first: number;
  readonly #bytes: Buffer;
  readonly #owner: Map<number, Page>;
  readonly #isOnDisk: () => boolean;
  used = true;
  place = 0;

  constructor(first: number, bytes: Buffer, owner: Map<number, Page>, isOnDisk: () => boolean) {
    this.first = first;
    this.#bytes = bytes;
    this.#owner = owner;
    this.#isOnDisk = isOnDisk;
  }

  get cacheBytes(): number {
    return this.#bytes.length + 256;
  }

  isOnDisk(): boolean {
    return this.#isOnDisk();
  }

  forget(): void {
    this.#owner.delete(this.first);
  }

  get(sequence: number): StoredMessage | undefined {
    const page = this.#bytes;
    const messages = page.readUInt32LE(0);
    const wanted = sequence - this.first;
    // Mostly there are no gaps.
    const isThere = wanted < messages && page.readUInt32LE(4 + wanted * ENTRY_BYTES) === wanted;
    const low = isThere ? wanted : this.#search(wanted, messages);
    const entry = 4 + low * ENTRY_BYTES;
    if (low === messages || page.readUInt32LE(entry) !== wanted) return undefined;
    const at = low === 0 ? 4 + messages * ENTRY_BYTES : page.readUInt32LE(entry - 4);
    return readRecord(page, at, page.readUInt32LE(entry + 4), sequence);
  }

  /** The first place whose sequence is not below. */
  #search(wanted: number, messages: number): number {
    let low = 0;
    for (let high = messages; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#bytes.readUInt32LE(4 + middle * ENTRY_BYTES) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
