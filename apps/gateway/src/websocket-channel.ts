import type { Channel, ChannelHandler } from '@skein/bus';
import type { WebSocket } from 'ws';
import { closeFrame } from './websocket-close.ts';

/** A `Channel` over a WebSocket: what is written at once is one binary frame; what is read may be cut anywhere. */
export class WebSocketChannel implements Channel {
  readonly #webSocket: WebSocket;
  #handler: ChannelHandler | null = null;
  #waiting = false;
  #ended = false;

  /** Nothing is read before `attach`. */
  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.pause();
    // A broken connection or a bad frame is followed by `close`, which says all that is needed.
    webSocket.on('error', () => {});
  }

  attach(handler: ChannelHandler): void {
    const webSocket = this.#webSocket;
    this.#handler = handler;
    if (webSocket.readyState === webSocket.CLOSED) {
      this.#closed();
      return;
    }
    webSocket.on('close', () => this.#closed());
    // Text and binary alike: to the protocol both are bytes. `data` is a Buffer as long as `binaryType` is untouched.
    webSocket.on('message', (data) => {
      const bytes = data as Buffer;
      if (bytes.length > 0) handler.data(bytes, 0, bytes.length);
    });
    webSocket.resume();
  }

  write(bytes: Buffer): boolean {
    const webSocket = this.#webSocket;
    if (this.#ended || webSocket.readyState !== webSocket.OPEN) return true;
    webSocket.send(bytes, BINARY, this.#written);
    if (webSocket.bufferedAmount === 0) return true;
    this.#waiting = true;
    return false;
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  /** `reason`, one of the gateway's, decides what the client is told. */
  close(reason?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const frame = closeFrame(reason);
    if (frame === null) this.#webSocket.terminate();
    else this.#webSocket.close(frame.code, frame.text);
    // The peer's own close frame has to be read, or the connection ends by timeout only.
    this.#webSocket.resume();
  }

  destroy(): void {
    this.#ended = true;
    this.#webSocket.terminate();
  }

  // One function for all writes: a closure per write would be garbage per write.
  readonly #written = (): void => {
    if (!this.#waiting || this.#webSocket.bufferedAmount > 0) return;
    this.#waiting = false;
    this.#handler?.drain();
  };

  #closed(): void {
    const handler = this.#handler;
    this.#handler = null;
    handler?.closed('closed');
  }
}

const BINARY = { binary: true };
