import { connect, type Socket } from 'node:net';
import { signingKeyFromSeed } from '@skein/nkeys';
import { nowSeconds } from './clock.ts';
import type { Credentials } from './tenancy.ts';

type Login = { user: string; pass: string };

export type Address = { host: string; port: number };

/** What the bench reads of INFO; `skein_gateway` is the number of the gateway that owns the connection. */
export type ServerInfo = { version: string; nonce?: string; go?: string; server_name?: string; skein_gateway?: number };

/** libuv asks for the buffer, reads and calls back without anything in between, so all sockets of a process share it. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

const OPTIONS = {
  verbose: false,
  pedantic: false,
  tls_required: false,
  lang: 'bench',
  version: '1',
  protocol: 1,
  echo: true,
  headers: true,
  no_responders: true,
};
const CONNECT = Buffer.from(`CONNECT ${JSON.stringify(OPTIONS)}\r\n`);
const PING = Buffer.from('PING\r\n');
const PONG = Buffer.from('PONG\r\n');

function proving(credentials: Credentials | Login, nonce: string): string {
  if ('user' in credentials) return `CONNECT ${JSON.stringify({ ...OPTIONS, ...credentials })}\r\n`;
  const { jwt, seed } = credentials;
  const sig = Buffer.from(signingKeyFromSeed(seed).sign(Buffer.from(nonce))).toString('base64url');
  return `CONNECT ${JSON.stringify({ ...OPTIONS, jwt, sig })}\r\n`;
}

/**
 * One client connection: the handshake, control lines, and everything else as bytes to `reader`, which is valid only
 * during the call. The reader hands control lines that it finds back to `control`.
 */
export class Connection {
  info: ServerInfo = { version: '' };
  reader: (chunk: Buffer) => void = (chunk) => this.#readLines(chunk);
  readonly #socket: Socket;
  #lines = '';
  #pongs: { resolve: (atSeconds: number) => void; reject: (error: Error) => void }[] = [];
  #greeted: () => void = () => {};
  #failure: Error | null = null;
  #onFailure: (error: Error) => void = () => {};
  #closing = false;

  private constructor(address: Address) {
    this.#socket = connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (bytes) => {
          this.#read(READ_BUFFER.subarray(0, bytes));
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.fail(error));
    this.#socket.on('close', () => {
      if (!this.#closing) this.fail(new Error('the server closed the connection'));
    });
  }

  /** Resolves once the server has answered CONNECT and a first PING. */
  static async open(address: Address, credentials?: Credentials | Login): Promise<Connection> {
    const connection = new Connection(address);
    const greeted = new Promise<void>((resolve) => {
      connection.#greeted = resolve;
    });
    const failed = new Promise<never>((_, reject) => {
      connection.whenFailed(reject);
    });
    await Promise.race([greeted, failed]);
    connection.whenFailed(() => {});
    connection.write(credentials === undefined ? CONNECT : proving(credentials, connection.info.nonce ?? ''));
    await connection.ping();
    return connection;
  }

  /** Calls the listener, in place of an earlier one, when the connection is lost; at once where it already is. */
  whenFailed(listener: (error: Error) => void): void {
    this.#onFailure = listener;
    if (this.#failure) listener(this.#failure);
  }

  /** False: the kernel has not taken it yet; see `drained`. */
  write(bytes: Buffer | string): boolean {
    return this.#socket.write(bytes);
  }

  /** Calls back when everything written is with the kernel. */
  drained(listener: () => void): void {
    this.#socket.once('drain', listener);
  }

  /** Resolves with the time at which the PONG arrived, in seconds. */
  ping(): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#pongs.push({ resolve, reject });
      this.write(PING);
    });
  }

  /** A control line that the reader found between messages. */
  control(line: string): void {
    if (line === 'PING') this.write(PONG);
    else if (line === 'PONG') this.#pongs.shift()?.resolve(nowSeconds());
    else if (line.startsWith('INFO ')) {
      // The INFO that follows CONNECT may leave out what has not changed.
      this.info = { ...this.info, ...(JSON.parse(line.slice(5)) as ServerInfo) };
      this.#greeted();
    } else if (line.startsWith('-ERR')) this.fail(new Error(`the server said ${line}`));
  }

  fail(error: Error): void {
    if (this.#failure || this.#closing) return;
    this.#failure = error;
    for (const waiting of this.#pongs.splice(0)) waiting.reject(error);
    this.#onFailure(error);
    this.#socket.destroy();
  }

  /** Resolves when the socket is closed on both sides. */
  close(): Promise<void> {
    this.#closing = true;
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once('close', () => resolve()).end();
    });
  }

  #read(chunk: Buffer): void {
    try {
      this.reader(chunk);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #readLines(chunk: Buffer): void {
    const lines = (this.#lines + chunk.toString('latin1')).split('\r\n');
    this.#lines = lines.pop() as string;
    for (const line of lines) this.control(line);
  }
}
