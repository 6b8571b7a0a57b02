import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { splitFrames } from './frames.ts';

/** How a wait for PONG ended; `silent` means neither PONG nor close within the deadline. */
export type Fate = 'open' | 'closed' | 'silent';

export interface WireOptions {
  port: number;
  /** default 127.0.0.1 */
  host?: string;
  /** TLS from the first byte on (a server with `handshake_first`); see {@link WireClient.upgrade} for NATS's usual way. */
  tls?: ConnectionOptions;
  /** how long `expect`, `closed` and `sync` wait at most, in milliseconds; default 5000 */
  deadlineMs?: number;
}

/**
 * A NATS client that knows nothing of NATS but line ends: it sends the bytes that it is given and keeps all that it
 * receives. Waiting is for an event (bytes or close), never for time; only the deadline is a timer.
 */
export class WireClient {
  readonly #deadlineMs: number;
  readonly #waiters = new Set<() => void>();
  #socket: Socket;
  #chunks: Buffer[] = [];
  #cursor = 0;
  #isClosed = false;
  #pongsSeen = 0;

  private constructor(socket: Socket, deadlineMs: number) {
    this.#socket = socket;
    this.#deadlineMs = deadlineMs;
    this.#listen(socket);
  }

  /** Resolves when the socket is connected (before INFO has come); rejects with the socket's error. */
  static async connect(options: WireOptions): Promise<WireClient> {
    const target = { port: options.port, host: options.host ?? '127.0.0.1' };
    const socket = options.tls ? connectTls({ ...options.tls, ...target }) : connectTcp(target);
    socket.setNoDelay(true);
    const client = new WireClient(socket, options.deadlineMs ?? 5000);
    await once(socket, options.tls ? 'secureConnect' : 'connect');
    return client;
  }

  /** Everything received so far, one character a byte (latin1). */
  get received(): string {
    return this.#bytes().toString('latin1');
  }

  /** What was received so far, cut into frames; an incomplete last frame counts as one. */
  get frames(): string[] {
    const { frames, rest } = splitFrames(this.#bytes());
    return rest ? [...frames, rest] : frames;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The last INFO received, parsed. */
  get info(): Record<string, unknown> | undefined {
    const line = this.frames.findLast((frame) => frame.startsWith('INFO '));
    return line ? JSON.parse(Buffer.from(line.slice(5), 'latin1').toString()) : undefined;
  }

  /** Writes; strings go out as UTF-8. Resolves when the kernel has the bytes, or at once on a closed connection. */
  send(bytes: string | Uint8Array): Promise<void> {
    if (this.#isClosed || this.#socket.writableEnded) return Promise.resolve();
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Writes each chunk by itself and gives the event loop turns in between, so that the server sees separate reads. */
  async sendChunks(chunks: Iterable<string | Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      await this.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Waits for text (latin1) after what earlier calls of `expect` consumed, and returns all up to the end of the match.
   * Rejects, with what did come, when the connection closes or the deadline passes first.
   */
  async expect(pattern: string | RegExp, deadlineMs = this.#deadlineMs): Promise<string> {
    let found = '';
    const search = (): boolean => {
      const text = this.received.slice(this.#cursor);
      const match = typeof pattern === 'string' ? text.indexOf(pattern) : text.search(pattern);
      if (match < 0) return false;
      const length = typeof pattern === 'string' ? pattern.length : (text.match(pattern)?.[0].length ?? 0);
      found = text.slice(0, match + length);
      this.#cursor += found.length;
      return true;
    };
    let isFound = false;
    await this.#until(() => {
      isFound ||= search();
      return isFound || this.#isClosed;
    }, deadlineMs);
    if (isFound) return found;
    const how = this.#isClosed ? 'closed' : `nothing for ${deadlineMs} ms`;
    throw new Error(`expected ${pattern}, ${how}; received ${JSON.stringify(this.received.slice(this.#cursor))}`);
  }

  /** Waits for the other side to close; rejects at the deadline. */
  async closed(deadlineMs = this.#deadlineMs): Promise<void> {
    await this.#until(() => this.#isClosed, deadlineMs);
    if (!this.#isClosed)
      throw new Error(`still open after ${deadlineMs} ms; received ${JSON.stringify(this.received)}`);
  }

  /**
   * Sends PING and waits for its PONG, the close of the connection, or the deadline. `pongsOwed` is the number of PONGs
   * that earlier bytes of the caller's (PINGs it sent itself) will still bring before this one.
   */
  async sync(pongsOwed = 0, deadlineMs = this.#deadlineMs): Promise<Fate> {
    this.#pongsSeen += pongsOwed + 1;
    await this.send('PING\r\n');
    const count = (): number => splitFrames(this.#bytes()).frames.filter((frame) => frame === 'PONG\r\n').length;
    let isAnswered = false;
    await this.#until(() => {
      isAnswered = count() >= this.#pongsSeen;
      return isAnswered || this.#isClosed;
    }, deadlineMs);
    return isAnswered ? 'open' : this.#isClosed ? 'closed' : 'silent';
  }

  /** Index among `frames` of the PONG that the last successful `sync` waited for. */
  get syncFrame(): number {
    let pongs = 0;
    return this.frames.findIndex((frame) => frame === 'PONG\r\n' && ++pongs === this.#pongsSeen);
  }

  /** Does the TLS handshake on the running connection, as a NATS client does after INFO. Rejects when it fails. */
  async upgrade(options: ConnectionOptions): Promise<void> {
    this.#socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('end').pause();
    const secure = connectTls({ ...options, socket: this.#socket });
    this.#socket = secure;
    this.#listen(secure);
    await once(secure, 'secureConnect');
  }

  /** Sends FIN and waits for the other side's, so that the server has dealt with everything before. */
  async end(deadlineMs = this.#deadlineMs): Promise<void> {
    this.#socket.end();
    await this.#until(() => this.#isClosed, deadlineMs);
    this.#socket.destroy();
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #listen(socket: Socket): void {
    const close = (): void => {
      this.#isClosed = true;
      this.#wake();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    // A reset is one of the ways in which a server closes; `close` follows every error.
    socket.on('error', () => {});
    socket.on('end', close);
    socket.on('close', close);
  }

  #wake(): void {
    for (const check of [...this.#waiters]) check();
  }

  #until(isDone: () => boolean, deadlineMs: number): Promise<void> {
    if (isDone()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve();
      };
      const check = (): void => {
        if (isDone()) finish();
      };
      const timer = setTimeout(finish, deadlineMs);
      this.#waiters.add(check);
    });
  }
}
