/**
 * Output buffers, lent to connections while they have something to say; an idle connection owns none. Allocating
 * one costs microseconds (it must be zeroed or mapped), so a bounded number of free ones is kept.
 */
export class BufferPool {
  readonly bufferBytes: number;
  readonly #free: Buffer[] = [];
  readonly #freeMax: number;

  constructor(bufferBytes: number, freeBytesMax: number) {
    this.bufferBytes = bufferBytes;
    this.#freeMax = Math.floor(freeBytesMax / bufferBytes);
  }

  /** A buffer of at least `bytes`: a pooled one when it fits. */
  borrow(bytes: number): Buffer {
    if (bytes > this.bufferBytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bufferBytes);
  }

  release(buffer: Buffer): void {
    if (buffer.length === this.bufferBytes && this.#free.length < this.#freeMax) this.#free.push(buffer);
  }
}
