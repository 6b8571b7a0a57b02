import { UnavailableError } from './unavailable-error.ts';

/** Lets a few through at once; a bounded number waits, and whoever comes then is sent away. */
export class Turnstile {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(atOnce: number, waitingMax: number) {
    this.#atOnce = atOnce;
    this.#waitingMax = waitingMax;
  }

  /** Rejects with `UnavailableError` when too many wait already, else as `work` does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#atOnce) this.#inside++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // The place is handed over rather than freed: who comes at this moment does not overtake.
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside--;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#waitingMax) throw new UnavailableError('too many requests are waiting');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
