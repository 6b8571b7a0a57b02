import type { Channel, ChannelHandler } from '@skein/bus';

/**
 * The wire as an array of bytes. While `congested`, it keeps the buffer itself that it is given, as a socket does, and
 * looks into it only when it drains: whoever writes into that buffer meanwhile is found out.
 */
export class MemoryChannel implements Channel {
  handler: ChannelHandler | null = null;
  congested = false;
  paused = false;
  /** Undefined while open. */
  closedWith: string | undefined;
  destroyed = false;
  writes = 0;
  readonly #taken: Buffer[] = [];
  readonly #inFlight: Buffer[] = [];

  get bufferedBytes(): number {
    return this.#inFlight.reduce((sum, { length }) => sum + length, 0);
  }

  get buffersInFlight(): number {
    return this.#inFlight.length;
  }

  write(bytes: Buffer): boolean {
    if (this.closedWith !== undefined) throw new Error('written after the end');
    this.writes++;
    if (this.congested || this.#inFlight.length > 0) {
      this.#inFlight.push(bytes);
      return false;
    }
    this.#taken.push(Buffer.from(bytes));
    return true;
  }

  /** The other end reads again: takes what is in flight. */
  drain(): void {
    if (this.#inFlight.length === 0) return;
    for (const bytes of this.#inFlight.splice(0)) this.#taken.push(Buffer.from(bytes));
    this.handler?.drain();
  }

  /** All that has arrived since the last call. */
  take(): Buffer {
    return Buffer.concat(this.#taken.splice(0));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(reason = 'closed'): void {
    this.closedWith ??= reason;
  }

  destroy(): void {
    this.destroyed = true;
    this.closedWith ??= 'destroyed';
  }
}
