import type { StoredMessage } from '../stream-store.ts';
import type { Cached } from './record-cache.ts';

/** A page is closed when it has so much content: one read brings about as many messages as a batch has, and a removal rewrites little. */
export const PAGE_BYTES = 16 * 1024;

const HALF = 2 ** 32;
/** For each message: sequence behind the first (u32), end of its record (u32). */
const ENTRY_BYTES = 8;
/** Seconds (u48), nanoseconds (u32), bytes of headers (u32), bytes of subject (u16). */
const HEAD_BYTES = 16;

/** Where a record lies, and how far its sequence is behind the page's first. */
export interface RecordPlace {
  readonly behind: number;
  readonly start: number;
  readonly end: number;
}

/** Number of messages (u32), an entry for each, their records. All numbers little endian. */
export function encodePage(first: number, messages: readonly StoredMessage[]): Buffer {
  const size = messages.reduce((sum, { subject, content }) => sum + recordBytes(subject, content), 0);
  const records = Buffer.allocUnsafe(size);
  let start = 0;
  const places = messages.map(({ sequence, subject, content, headerBytes, seconds, nanos }): RecordPlace => {
    writeRecord(records, start, subject, content, headerBytes, seconds, nanos);
    const end = start + recordBytes(subject, content);
    const place = { behind: sequence - first, start, end };
    start = end;
    return place;
  });
  return encodeRecords(places, records);
}

/** A page of records that lie in a buffer, in order of their sequences. */
export function encodeRecords(places: readonly RecordPlace[], records: Buffer): Buffer {
  const begin = 4 + places.length * ENTRY_BYTES;
  const page = Buffer.allocUnsafe(places.reduce((sum, { start, end }) => sum + end - start, begin));
  page.writeUInt32LE(places.length, 0);
  let entry = 4;
  let at = begin;
  // Those that lie side by side are copied together.
  let copiedFrom = places[0]?.start ?? 0;
  let copiedTo = begin;
  for (const [i, { behind, start, end }] of places.entries()) {
    at += end - start;
    page.writeUInt32LE(behind, entry);
    page.writeUInt32LE(at, entry + 4);
    entry += ENTRY_BYTES;
    const next = places[i + 1];
    if (next?.start === end) continue;
    records.copy(page, copiedTo, copiedFrom, end);
    copiedTo = at;
    copiedFrom = next?.start ?? 0;
  }
  return page;
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

export function readRecord(bytes: Buffer, at: number, end: number, sequence: number): StoredMessage {
  const name = at + HEAD_BYTES;
  const content = name + bytes.readUInt16LE(at + 14);
  return {
    sequence,
    subject: bytes.toString('latin1', name, content),
    content: bytes.subarray(content, end),
    headerBytes: bytes.readUInt32LE(at + 10),
    seconds: bytes.readUIntLE(at, 6),
    nanos: bytes.readUInt32LE(at + 6),
  };
}

/** Messages that were written together, as read from disk. */
export class Page implements Cached {
  /** Sequence that its key has. */
  readonly first: number;
  readonly #bytes: Buffer;
  readonly #owner: Map<number, Page>;
  used = true;
  place = 0;

  constructor(first: number, bytes: Buffer, owner: Map<number, Page>) {
    this.first = first;
    this.#bytes = bytes;
    this.#owner = owner;
  }

  get cacheBytes(): number {
    return this.#bytes.length + 256;
  }

  isOnDisk(): boolean {
    return true;
  }

  forget(): void {
    this.#owner.delete(this.first);
  }

  get(sequence: number): StoredMessage | undefined {
    const page = this.#bytes;
    const messages = page.readUInt32LE(0);
    const wanted = sequence - this.first;
    let low = 0;
    let high = messages;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (page.readUInt32LE(4 + middle * ENTRY_BYTES) < wanted) low = middle + 1;
      else high = middle;
    }
    const entry = 4 + low * ENTRY_BYTES;
    if (low === messages || page.readUInt32LE(entry) !== wanted) return undefined;
    const at = low === 0 ? 4 + messages * ENTRY_BYTES : page.readUInt32LE(entry - 4);
    return readRecord(page, at, page.readUInt32LE(entry + 4), sequence);
  }
}
