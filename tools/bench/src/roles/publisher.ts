import { nowSeconds } from '../clock.ts';
import { type Address, Connection } from '../connection.ts';
import { periodMessages, publishFrames, repeated, type Stream } from '../frames.ts';

/**
 * Large enough that a write's own cost vanishes over thousands of small messages, small enough to stay in the processor's
 * cache between writes.
 */
const WRITE_BYTES = 128 * 1024;

export type Published = { startedAt: number; endedAt: number };

/** Connections that publish one stream each, as fast as the server reads it. */
export class Publisher {
  #connections: Connection[] = [];
  #frameBytes = 0;
  #frames: Buffer = Buffer.alloc(0);

  /** Resolves with the gateway that each connection landed on, where the server says so. */
  async open(options: { address: Address; connections: number; stream: Stream }): Promise<(number | undefined)[]> {
    this.setStream(options.stream);
    for (let index = 0; index < options.connections; index += 1) {
      this.#connections.push(await Connection.open(options.address));
    }
    return this.#connections.map((connection) => connection.info.skein_gateway);
  }

  setStream(stream: Stream): void {
    const period = publishFrames(stream);
    this.#frameBytes = period.length / periodMessages(stream);
    this.#frames = repeated(period, WRITE_BYTES);
  }

  /** Publishes `messages` on each connection; ends with the last of the PONGs that say the server has read it all. */
  async run(options: { messages: number }): Promise<Published> {
    const startedAt = nowSeconds();
    const ends = await Promise.all(this.#connections.map((connection) => this.#publish(connection, options.messages)));
    return { startedAt, endedAt: Math.max(...ends) };
  }

  #publish(connection: Connection, messages: number): Promise<number> {
    return new Promise((resolve, reject) => {
      connection.whenFailed(reject);
      let left = messages * this.#frameBytes;
      let at = 0;
      // Whole frames: the answer to a PING of the server's may go out between two writes.
      const writeBytes = Math.max(1, Math.floor(WRITE_BYTES / this.#frameBytes)) * this.#frameBytes;
      const pump = (): void => {
        while (left > 0) {
          const bytes = Math.min(writeBytes, left, this.#frames.length - at);
          const taken = connection.write(this.#frames.subarray(at, at + bytes));
          left -= bytes;
          at = (at + bytes) % this.#frames.length;
          if (!taken) {
            connection.drained(pump);
            return;
          }
        }
        connection.ping().then(resolve, reject);
      };
      pump();
    });
  }
}
