import type { Socket } from 'node:net';
import type { Channel, ChannelHandler } from '@skein/bus';
import { CLOSE_MS_MAX, endWithin, SocketChannel } from './socket-channel.ts';

/** INFO and a PING or two: more is not written to a client that has yet to speak. */
const HELD_BYTES_MAX = 64 * 1024;

/**
 * A `Channel` over a TCP connection of which it is not yet decided whether it speaks TLS. Until `settle`, what is written
 * goes out in clear text (`clear`) or is kept for the settled stream (`held`); it is copied, since it is little.
 */
export class UpgradableChannel implements Channel {
  readonly #raw: Socket;
  #phase: 'clear' | 'held' | 'handshake';
  #settled: SocketChannel | null = null;
  #handler: ChannelHandler | null = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #paused = false;
  #ended = false;
  /** Called at the first write that goes out in clear text. */
  onSpoken: (() => void) | null = null;

  constructor(raw: Socket, phase: 'clear' | 'held') {
    this.#raw = raw;
    this.#phase = phase;
  }

  /** Nothing can be written any more. */
  get isEnded(): boolean {
    return this.#ended || this.#raw.destroyed;
  }

  /** It was this side that ended it. */
  get isClosing(): boolean {
    return this.#ended;
  }

  attach(handler: ChannelHandler): void {
    this.#handler = handler;
    if (this.#raw.destroyed) this.#closed();
    else this.#raw.on('close', () => this.#closed());
  }

  /** From now on nothing goes out before `settle`. */
  hold(): void {
    this.#phase = 'held';
  }

  /** The connection is a TLS library's now; it can't be written to, nor ended in order. */
  beginHandshake(): void {
    this.#phase = 'handshake';
  }

  /** Sends what was held in clear text. */
  release(): void {
    this.#phase = 'clear';
    const held = this.#takeHeld();
    if (held.length > 0) this.#speak(held);
  }

  /** Everything is read from and written to `socket` from here on. */
  settle(socket: Socket): void {
    const handler = this.#handler;
    if (handler === null || this.isEnded) return;
    const channel = new SocketChannel(socket);
    this.#settled = channel;
    channel.attach(handler);
    const held = this.#takeHeld();
    if (held.length > 0) channel.write(held);
    socket.on('data', (chunk: Buffer) => handler.data(chunk, 0, chunk.length));
    if (this.#paused) socket.pause();
    else socket.resume();
  }

  write(bytes: Buffer): boolean {
    if (this.#settled !== null) return this.#settled.write(bytes);
    if (this.isEnded) return true;
    const copy = Buffer.from(bytes);
    if (this.#phase === 'clear') this.#speak(copy);
    else this.#hold(copy);
    return true;
  }

  get bufferedBytes(): number {
    return this.#settled?.bufferedBytes ?? this.#heldBytes + this.#raw.writableLength;
  }

  pause(): void {
    this.#paused = true;
    this.#settled?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#settled?.resume();
  }

  close(): void {
    if (this.#settled !== null) this.#settled.close();
    else if (this.#phase === 'handshake') this.destroy();
    else if (!this.#ended) endWithin(this.#raw, CLOSE_MS_MAX);
    this.#ended = true;
  }

  destroy(): void {
    this.#ended = true;
    this.#settled?.destroy();
    this.#raw.destroy();
  }

  #speak(bytes: Buffer): void {
    this.#raw.write(bytes);
    const { onSpoken } = this;
    this.onSpoken = null;
    onSpoken?.();
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES_MAX) this.destroy();
  }

  #takeHeld(): Buffer {
    const held = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  #closed(): void {
    const handler = this.#handler;
    this.#handler = null;
    // The settled stream reports its own end.
    if (this.#settled === null) handler?.closed('closed');
  }
}
