/** As seen in nats-server 2.15.2. */
const WINDOW_BYTES_MIN = 2 * 1024 * 1024;
const WINDOW_BYTES_MAX = 32 * 1024 * 1024;

/**
 * How many bytes are under way to whoever receives them (ADR-15). When half of a window is, it is asked what has arrived; when all of it
 * is, nothing more is sent. With each answer the window doubles, up to its maximum.
 */
export class FlowControl {
  readonly #prefix: string;
  #windowBytes = WINDOW_BYTES_MIN;
  #sentBytes = 0;
  /** What had been sent when it was asked. */
  #askedBytes = 0;
  #number = 0;
  /** Where the answer goes that is waited for; '' for none. */
  asked = '';

  /** @param prefix what subjects for answers begin with */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get isHalfFull(): boolean {
    return this.#sentBytes > this.#windowBytes / 2;
  }

  get isStalled(): boolean {
    return this.#sentBytes > this.#windowBytes;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** @returns where the answer is to go */
  ask(millis: number): string {
    this.#askedBytes = this.#sentBytes;
    // No answer to another leader's question is taken for one to this.
    this.asked = `${this.#prefix}${Math.floor(millis).toString(36)}-${++this.#number}`;
    return this.asked;
  }

  /** @returns whether it is the answer that is waited for */
  received(subject: string): boolean {
    if (subject !== this.asked) return false;
    this.#sentBytes -= this.#askedBytes;
    this.#windowBytes = Math.min(2 * this.#windowBytes, WINDOW_BYTES_MAX);
    this.asked = '';
    return true;
  }

  reset(): void {
    this.#windowBytes = WINDOW_BYTES_MIN;
    this.#sentBytes = 0;
    this.asked = '';
  }
}
