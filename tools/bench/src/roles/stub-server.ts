import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { nowSeconds } from '../clock.ts';
import type { Address } from '../connection.ts';
import { deliveredFrames, periodMessages, repeated, type Stream } from '../frames.ts';

const WRITE_BYTES = 128 * 1024;
const PING = Buffer.from('PING\r\n');
const INFO = 'INFO {"server_id":"STUB","version":"0.0.0","proto":1,"headers":true,"max_payload":1048576}\r\n';

/**
 * Stands in for a server to find the generator's own limits: throws away what is published, sends a stream to whoever
 * subscribed, and does nothing else.
 */
export class StubServer {
  #sockets: Socket[] = [];

  async open(): Promise<Address> {
    const server = createServer((socket) => {
      this.#sockets.push(socket);
      socket.on('error', () => socket.destroy());
      socket.write(INFO);
      socket.on('data', (chunk: Buffer) => {
        // Payloads have no line ends of their own, so only a PING can end a chunk like this.
        if (chunk.subarray(-PING.length).equals(PING)) socket.write('PONG\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  }

  /** Sends `messages` of the stream to every connection; resolves with the time at which it began. */
  async send(options: { messages: number; stream: Exclude<Stream, { kind: 'grid' }> }): Promise<number> {
    const period = deliveredFrames(options.stream, '1');
    const frames = repeated(period, WRITE_BYTES);
    const startedAt = nowSeconds();
    for (const socket of this.#sockets) {
      let left = (options.messages * period.length) / periodMessages(options.stream);
      const pump = (): void => {
        while (left > 0) {
          const bytes = Math.min(left, frames.length);
          left -= bytes;
          if (!socket.write(frames.subarray(0, bytes))) {
            socket.once('drain', pump);
            return;
          }
        }
      };
      pump();
    }
    return startedAt;
  }
}
