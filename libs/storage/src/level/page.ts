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
  let bytes = 4 + messages.length * (ENTRY_BYTES + HEAD_BYTES);
  for (const { subject, content } of messages) bytes += subject.length + content.length;
  const page = Buffer.allocUnsafe(bytes);
  page.writeUInt32LE(messages.length, 0);
  let entry = 4;
  let at = 4 + messages.length * ENTRY_BYTES;
  for (const { sequence, subject, content, headerBytes, seconds, nanos } of messages) {
    page.writeUInt32LE(seconds % HALF, at);
    page.writeUInt16LE(Math.floor(seconds / HALF), at + 4);
    page.writeUInt32LE(nanos, at + 6);
    page.writeUInt32LE(headerBytes, at + 10);
    page.writeUInt16LE(subject.length, at + 14);
    page.write(subject, at + HEAD_BYTES, 'latin1');
    at += HEAD_BYTES + subject.length;
    at += content.copy(page, at);
    page.writeUInt32LE(sequence - first, entry);
    page.writeUInt32LE(at, entry + 4);
    entry += ENTRY_BYTES;
  }
  return page;
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
    const name = at + HEAD_BYTES;
    const content = name + page.readUInt16LE(at + 14);
    return {
      sequence,
      subject: page.toString('latin1', name, content),
      content: page.subarray(content, page.readUInt32LE(entry + 4)),
      headerBytes: page.readUInt32LE(at + 10),
      seconds: page.readUIntLE(at, 6),
      nanos: page.readUInt32LE(at + 6),
    };
  }
}
