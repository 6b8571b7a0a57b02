import type { Socket } from 'node:net';
import type { Channel, ChannelHandler } from '@skein/bus';

/** A `Channel` over a TCP or TLS socket. Reading is its opener's business; this is writing and the end. */
export class SocketChannel implements Channel {
  readonly #socket: Socket;
  #handler: ChannelHandler | null = null;
  #waiting = false;
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  attach(handler: ChannelHandler): void {
    this.#handler = handler;
    if (this.#socket.destroyed) this.#closed('closed');
    else this.#socket.on('close', () => this.#closed('closed'));
  }

  write(bytes: Buffer): boolean {
    if (this.#ended || this.#socket.destroyed) return true;
    this.#socket.write(bytes, this.#written);
    if (this.#socket.writableLength === 0) return true;
    this.#waiting = true;
    return false;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#socket.destroyed) this.#socket.resume();
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    endWithin(this.#socket, CLOSE_MS_MAX);
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  // One function for all writes: a closure per write would be garbage per write.
  readonly #written = (): void => {
    if (!this.#waiting || this.#socket.writableLength > 0) return;
    this.#waiting = false;
    this.#handler?.drain();
  };

  #closed(reason: string): void {
    const handler = this.#handler;
    this.#handler = null;
    handler?.closed(reason);
  }
}

/** How long a peer may take to read what it was told last; one that never reads must not keep its socket. */
export const CLOSE_MS_MAX = 2000;

/** Sends what is written, then closes; in any case within the time given. */
export function endWithin(socket: Socket, ms: number): void {
  // One that is gone already says so no more: a timer would only keep it in memory.
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), ms);
  socket.once('close', () => clearTimeout(timer));
  socket.end(() => socket.destroy());
}

/** Never reached: `write` tells by itself what was not taken, and output is bounded elsewhere. */
export const HIGH_WATER_MARK_BYTES = 2 ** 30;
