import { type PublishOutcome, pubAck } from '@skein/jetstream-core';

const ACK_BYTES = 16 * 1024;
const BRACE = 0x7d;
const ZERO = 0x30;

/** Writes acknowledgements as bytes. What is in `bytes` up to the end is there until the next. */
export class AckWriter {
  bytes: Buffer = Buffer.allocUnsafe(ACK_BYTES);
  end = 0;
  readonly #own = this.bytes;

  /** What became of a publish. @param opening what all acknowledgements of the stream begin with, brace included */
  outcome(opening: Buffer, outcome: PublishOutcome, text: string): void {
    const { error, isDuplicate, value, batch, sequence } = outcome;
    if (error !== undefined || isDuplicate || value !== '' || batch !== '' || opening.length > 1024) {
      this.text(pubAck(text, outcome));
      return;
    }
    // By far the most: no string is made.
    this.bytes = this.#own;
    let at = opening.length;
    for (let i = 0; i < at; i++) this.bytes[i] = opening[i] as number;
    let digits = 1;
    for (let rest = sequence; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    at += digits;
    this.end = at + 1;
    this.bytes[at] = BRACE;
    for (let rest = sequence; digits > 0; digits--) {
      const less = Math.floor(rest / 10);
      this.bytes[--at] = ZERO + (rest - less * 10);
      rest = less;
    }
  }

  text(text: string): void {
    this.bytes = text.length * 3 > this.#own.length ? Buffer.from(text) : this.#own;
    this.end = this.bytes === this.#own ? this.bytes.write(text) : this.bytes.length;
  }
}
