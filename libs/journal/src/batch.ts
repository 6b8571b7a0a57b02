import { recordBytes, recordHeaderBytes, writeHeader } from './record.ts';

const FIRST_BYTES = 64 * 1024;
/** A larger one is given back when it has been written. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** Up to here copying byte by byte is faster. */
const SMALL_BYTES = 64;

const { copy } = Buffer.prototype;

/** Records on their way to the disk together. The first bytes are left free for the mark that opens the batch. */
export class Batch {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #end = recordHeaderBytes;
  /** The newest number there is when this is written; 0: empty. */
  last = 0;

  get empty(): boolean {
    return this.#end === recordHeaderBytes;
  }

  get bytes(): number {
    return this.#end;
  }

  /** All of it, the mark's place included. Valid until `clear`. */
  get buffer(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  append(content: Uint8Array, start: number, end: number, number: number, kind: number): void {
    const offset = this.#room(end - start, number, kind);
    // Neither makes a view of it.
    if (end - start > SMALL_BYTES) copy.call(content, this.#buffer, offset + recordHeaderBytes, start, end);
    else {
      const shift = offset + recordHeaderBytes - start;
      for (let at = start; at < end; at++) this.#buffer[at + shift] = content[at];
    }
  }

  /** @param last the newest number there is behind the bound */
  appendBound(number: number, kind: number, last: number): void {
    this.#room(0, number, kind);
    this.last = last;
  }

  clear(): void {
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(FIRST_BYTES);
    this.#end = recordHeaderBytes;
    this.last = 0;
  }

  #room(contentBytes: number, number: number, kind: number): number {
    const offset = this.#end;
    const bytes = recordBytes(contentBytes);
    const end = offset + bytes;
    if (end > this.#buffer.length) this.#grow(end);
    writeHeader(this.#buffer, offset, contentBytes, number, kind);
    // Some few bytes, for which a call into the engine takes longer.
    for (let at = offset + recordHeaderBytes + contentBytes; at < end; at++) this.#buffer[at] = 0;
    this.#end = end;
    this.last = number;
    return offset;
  }

  #grow(bytes: number): void {
    const buffer = Buffer.allocUnsafe(Math.max(bytes, this.#buffer.length * 2));
    this.#buffer.copy(buffer, 0, 0, this.#end);
    this.#buffer = buffer;
  }
}
