import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Node } from './node.ts';

/** Bytes given to a socket at once by `flood`. */
const CHUNK_BYTES = 64 * 1024;

/** A connection whose reading and writing a test controls: it can leave unread what it is sent, and flood. */
export class RawClient {
  readonly socket: Socket;
  private text = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    // A reset is one of the ways in which a server closes; `close` follows every error.
    socket.on('error', () => {});
  }

  static async open(node: Node): Promise<RawClient> {
    const client = new RawClient(connect(node.port, '127.0.0.1'));
    await once(client.socket, 'connect');
    return client;
  }

  /** Sends a subscription, sees it confirmed, and reads no more from then on. */
  async subscribeAndStopReading(subject: string): Promise<void> {
    const confirmed = this.received('PONG\r\n');
    this.socket.write(`CONNECT {"verbose":false,"pedantic":false}\r\nSUB ${subject} 1\r\nPING\r\n`);
    await confirmed;
    this.socket.pause();
  }

  /** Resolves with all that was received when it holds `text`, or when the other side has closed. */
  received(text: string): Promise<string> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.socket.off('data', look).off('close', finish);
        resolve(this.text);
      };
      const look = (chunk: Buffer): void => {
        this.text += chunk.toString('latin1');
        if (this.text.includes(text)) finish();
      };
      this.socket.on('data', look).on('close', finish);
    });
  }

  /** Reads on, until the other side closes. */
  async closed(): Promise<void> {
    if (this.socket.closed) return;
    const end = once(this.socket, 'close');
    this.socket.resume();
    await end;
  }

  /** Publishes at least `bytes`, as fast as they are taken. */
  async flood(subject: string, payloadBytes: number, bytes: number): Promise<void> {
    const one = `PUB ${subject} ${payloadBytes}\r\n${'x'.repeat(payloadBytes)}\r\n`;
    const chunk = Buffer.from(one.repeat(Math.max(1, Math.floor(CHUNK_BYTES / one.length))));
    for (let sent = 0; sent < bytes; sent += chunk.length) {
      if (!this.socket.write(chunk)) await once(this.socket, 'drain');
    }
  }

  destroy(): void {
    this.socket.destroy();
  }
}
