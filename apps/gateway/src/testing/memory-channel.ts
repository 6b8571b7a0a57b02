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
  #inFlight: Buffer | null = null;

  get bufferedBytes(): number {
    return this.#inFlight?.length ?? 0;
  }

  write(bytes: Buffer): boolean {
    if (this.#inFlight !== null) throw new Error('a second buffer while one is in flight');
    if (this.closedWith !== undefined) throw new Error('written after the end');
    this.writes++;
    if (this.congested) {
      this.#inFlight = bytes;
      return false;
    }
    this.#taken.push(Buffer.from(bytes));
    return true;
  }

  /** The other end reads again: takes what is in flight. */
  drain(): void {
    if (this.#inFlight === null) return;
    this.#taken.push(Buffer.from(this.#inFlight));
    this.#inFlight = null;
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
