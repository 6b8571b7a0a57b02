import type { Delivery } from './acknowledgement.ts';

/** Five numbers, of which the largest has 19 digits, and the dots. */
const NUMBERS_BYTES = 5 * 20;
const ZERO = 0x30;
const DOT = 0x2e;
const BILLION = 1e9;

/**
 * Writes where deliveries of a consumer are acknowledged:
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<ns>.<pending>`. As bytes: there is one a message, and to
 * make a string of it first took a tenth of the time that a delivery takes. What is in `bytes` up to the end is there until the next.
 */
export class AckSubjectWriter {
  readonly bytes: Buffer;
  end = 0;
  readonly #prefixEnd: number;

  /** @param prefix up to the consumer's name, one char a byte */
  constructor(prefix: string) {
    this.bytes = Buffer.alloc(prefix.length + NUMBERS_BYTES);
    this.#prefixEnd = this.bytes.write(prefix, 'latin1');
  }

  write({ deliveries, sequence, consumerSequence }: Delivery, seconds: number, nanos: number, pending: number): void {
    this.end = this.#prefixEnd;
    this.#field(deliveries);
    this.#field(sequence);
    this.#field(consumerSequence);
    this.#field(seconds);
    this.#digits(nanos, 9);
    this.#field(pending);
  }

  toString(): string {
    return this.bytes.toString('latin1', 0, this.end);
  }

  #field(value: number): void {
    this.bytes[this.end++] = DOT;
    if (value < BILLION) {
      this.#digits(value, digitsOf(value));
      return;
    }
    const upper = Math.floor(value / BILLION);
    this.#digits(upper, digitsOf(upper));
    this.#digits(value - upper * BILLION, 9);
  }

  /** @param value below 2^31 */
  #digits(value: number, count: number): void {
    const { bytes } = this;
    this.end += count;
    let rest = value | 0;
    for (let at = this.end - 1; count > 0; count--) {
      const less = (rest / 10) | 0;
      bytes[at--] = ZERO + rest - less * 10;
      rest = less;
    }
  }
}

/** @param value below 2^31 */
function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; digits < 10 && value >= bound; bound *= 10) digits++;
  return digits;
}
