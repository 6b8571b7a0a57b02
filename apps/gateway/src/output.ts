import type { Channel } from '@skein/bus';
import type { BufferPool } from './buffer-pool.ts';

interface Filled {
  readonly buffer: Buffer;
  readonly bytes: number;
}

/**
 * What one connection has been told and has not taken yet. Writers call `reserve`, write into `buffer` from `at` on, and
 * set `at`; the bytes leave at the end of the turn, or when a buffer is full.
 *
 * At most one buffer is handed to the operating system at a time: while it has not been taken (`blocked`), everything
 * else gathers here, and is counted.
 */
export class Output {
  buffer: Buffer = NONE;
  at = 0;
  /** True from a write that was not taken at once until the channel has drained. */
  blocked = false;
  /** When `blocked` began, by the runtime's clock. */
  blockedSinceMs = 0;

  readonly #pool: BufferPool;
  readonly #channel: Channel;
  #filled: Filled[] = [];
  #filledBytes = 0;
  #inFlight: Buffer | null = null;
  #inFlightBytes = 0;

  constructor(pool: BufferPool, channel: Channel) {
    this.#pool = pool;
    this.#channel = channel;
  }

  /** Everything not yet taken by the operating system. */
  get pendingBytes(): number {
    return this.at + this.#filledBytes + this.#inFlightBytes;
  }

  /** Buffers that hold something. */
  get chunks(): number {
    return this.#filled.length + (this.#inFlight === null ? 0 : 1) + (this.at > 0 ? 1 : 0);
  }

  /** Makes room for `bytes` in `buffer` behind `at`. */
  reserve(bytes: number, nowMs: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    if (this.at > 0) {
      this.#filled.push({ buffer: this.buffer, bytes: this.at });
      this.#filledBytes += this.at;
      this.buffer = NONE;
      this.at = 0;
      this.#writeFilled(nowMs);
    } else if (this.buffer !== NONE) {
      this.#pool.release(this.buffer);
    }
    this.buffer = this.#pool.borrow(bytes);
  }

  /** Hands what is there to the channel, as far as it takes it. */
  flush(nowMs: number): void {
    this.#writeFilled(nowMs);
    if (this.blocked || this.at === 0) return;
    const { buffer, at } = this;
    this.buffer = NONE;
    this.at = 0;
    this.#write(buffer, at, nowMs);
  }

  /** Hands over all that there is, taken or not: nothing is said after it, and none of its buffers used again. */
  finish(): void {
    for (const { buffer, bytes } of this.#filled.splice(0)) this.#channel.write(buffer.subarray(0, bytes));
    this.#filledBytes = 0;
    if (this.at > 0) this.#channel.write(this.buffer.subarray(0, this.at));
    this.buffer = NONE;
    this.at = 0;
  }

  /** The channel has taken everything it was given. */
  drained(): void {
    this.blocked = false;
    this.#inFlightBytes = 0;
    if (this.#inFlight !== null) this.#pool.release(this.#inFlight);
    this.#inFlight = null;
  }

  /** Forgets everything. A buffer in flight stays the channel's. */
  discard(): void {
    if (this.buffer !== NONE) this.#pool.release(this.buffer);
    for (const { buffer } of this.#filled) this.#pool.release(buffer);
    this.buffer = NONE;
    this.at = 0;
    this.#filled = [];
    this.#filledBytes = 0;
    this.#inFlight = null;
    this.#inFlightBytes = 0;
  }

  #writeFilled(nowMs: number): void {
    while (this.#filled.length > 0 && !this.blocked) {
      const { buffer, bytes } = this.#filled.shift() as Filled;
      this.#filledBytes -= bytes;
      this.#write(buffer, bytes, nowMs);
    }
  }

  #write(buffer: Buffer, bytes: number, nowMs: number): void {
    if (this.#channel.write(bytes === buffer.length ? buffer : buffer.subarray(0, bytes))) {
      this.#pool.release(buffer);
      return;
    }
    this.blocked = true;
    this.blockedSinceMs = nowMs;
    this.#inFlight = buffer;
    this.#inFlightBytes = bytes;
  }
}

const NONE = Buffer.alloc(0);
