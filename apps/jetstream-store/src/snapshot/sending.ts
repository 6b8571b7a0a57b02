import { S2Writer } from '@skein/s2';
import type { StreamImage } from '@skein/storage';
import type { Moment } from '../hosting.ts';
import { archiveOf } from './stream-archive.ts';

/** What a backup is sent through. */
export interface SendingHost {
  /** @param reply '': none */
  send(reply: string, content: Buffer, headerBytes: number): void;
  /** Rejects when nothing was acknowledged for too long. */
  acknowledged(): Promise<void>;
  /** Lets others have their turn. */
  turn(): Promise<void>;
}

export interface SendingOptions {
  readonly image: StreamImage;
  readonly now: Moment;
  readonly withConsumers: boolean;
  readonly chunkBytes: number;
  readonly windowBytes: number;
  /** Followed by the number of the chunk. */
  readonly replyPrefix: string;
}

const END = Buffer.from('NATS/1.0 204\r\n\r\n');

/** A backup in chunks, no more unacknowledged than the window. The last chunk and the end ask for nothing. */
export class Sending {
  readonly #host: SendingHost;
  readonly #options: SendingOptions;
  #sent = 0;
  #acknowledgedChunks = 0;

  constructor(host: SendingHost, options: SendingOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** So many chunks have arrived. */
  acknowledge(chunks: number): void {
    this.#acknowledgedChunks = Math.max(this.#acknowledgedChunks, Math.min(chunks, this.#sent));
  }

  /** @throws DamagedError; Error of `acknowledged` */
  async run(): Promise<void> {
    const { chunkBytes, replyPrefix } = this.#options;
    let pending = Buffer.alloc(0);
    for (const piece of this.#compressed()) {
      pending = Buffer.concat([pending, piece]);
      while (pending.length >= chunkBytes) {
        await this.#room();
        this.#host.send(`${replyPrefix}${++this.#sent}`, pending.subarray(0, chunkBytes), 0);
        pending = pending.subarray(chunkBytes);
      }
      await this.#host.turn();
    }
    if (pending.length > 0) this.#host.send('', pending, 0);
    this.#host.send('', END, END.length);
  }

  async #room(): Promise<void> {
    const { chunkBytes, windowBytes } = this.#options;
    while ((this.#sent - this.#acknowledgedChunks + 1) * chunkBytes > windowBytes) await this.#host.acknowledged();
  }

  /** About 64 KiB of the archive at a time. */
  *#compressed(): Generator<Buffer> {
    const { image, now, withConsumers } = this.#options;
    const writer = new S2Writer();
    for (const piece of archiveOf(image, now, withConsumers)) yield* writer.push(piece);
    yield* writer.flush();
  }
}
