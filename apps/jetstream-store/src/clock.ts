import type { Runtime } from '@skein/bus';
import type { Moment } from './hosting.ts';

/** The system's clock may be set; by so much it may be wrong before we follow. */
const DRIFT_MS_MAX = 100;
const COMPARE_MS = 1000;

/** Unix time that never goes back, as fine as the monotonic clock. What was stamped before a restart bounds it as well. */
export class Clock {
  readonly #runtime: Pick<Runtime, 'now' | 'wallMs'>;
  #base: number;
  #comparedAt = 0;
  #last = 0;
  /** The moment of the last `tick`. */
  millis = 0;
  seconds = 0;
  nanos = 0;

  constructor(runtime: Pick<Runtime, 'now' | 'wallMs'>) {
    this.#runtime = runtime;
    this.#base = runtime.wallMs() - runtime.now();
    this.tick();
  }

  /** Takes the time. @returns milliseconds */
  tick(): number {
    const now = this.#runtime.now();
    if (now - this.#comparedAt > COMPARE_MS) this.#compare(now);
    const millis = Math.max(this.#last, this.#base + now);
    this.#last = millis;
    this.millis = millis;
    this.seconds = Math.floor(millis / 1000);
    this.nanos = Math.floor((millis - this.seconds * 1000) * 1e6);
    return millis;
  }

  now(): Moment {
    this.tick();
    return { seconds: this.seconds, nanos: this.nanos };
  }

  /** Nothing is stamped earlier than this. */
  atLeast({ seconds, nanos }: Moment): void {
    this.#last = Math.max(this.#last, seconds * 1000 + nanos / 1e6);
  }

  #compare(now: number): void {
    this.#comparedAt = now;
    const base = this.#runtime.wallMs() - now;
    if (Math.abs(base - this.#base) > DRIFT_MS_MAX) this.#base = base;
  }
}
