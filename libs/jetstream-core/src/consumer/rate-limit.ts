const NEVER = Number.POSITIVE_INFINITY;

/** A bucket of bytes that fills up at the limit's pace and holds the largest message there may be. */
export class RateLimit {
  readonly #bytesMax: number;
  #bytes: number;
  #filledAt = 0;
  /** When it has what the message that it did not have enough for needs; Infinity: it had enough for the last one. */
  freeAt = NEVER;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#bytes = bytesMax;
  }

  isFree(millis: number): boolean {
    if (this.freeAt <= millis) this.freeAt = NEVER;
    return this.freeAt === NEVER;
  }

  /** @returns whether there is enough; if not, `freeAt` says when there is */
  takes(bytes: number, bitsPerSecond: number, millis: number): boolean {
    const bytesPerMilli = bitsPerSecond / 8000;
    this.#bytes = Math.min(this.#bytesMax, this.#bytes + Math.max(0, millis - this.#filledAt) * bytesPerMilli);
    this.#filledAt = millis;
    // A message may be larger than the bucket by what is written around it.
    const missing = Math.min(bytes, this.#bytesMax) - this.#bytes;
    // Less than a byte is what rounding leaves.
    if (missing < 1) {
      this.#bytes = Math.max(0, this.#bytes - bytes);
      return true;
    }
    this.freeAt = millis + missing / bytesPerMilli;
    return false;
  }
}
