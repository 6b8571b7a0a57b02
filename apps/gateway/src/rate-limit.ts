const WINDOW_MS = 1000;

/** So many a second, counted in windows of one second. */
export class RateLimit {
  readonly #perSecond: number;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** 0 or less is unlimited. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  admits(nowMs: number): boolean {
    if (this.#perSecond <= 0) return true;
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= this.#perSecond;
  }
}
