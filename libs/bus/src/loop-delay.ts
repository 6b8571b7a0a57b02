import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late timers were in a stretch of time. */
export interface LoopDelayFigures {
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Nanoseconds; the part of `node:perf_hooks`' histogram that is needed. */
export interface DelayHistogram {
  readonly count: number;
  readonly max: number;
  percentile(percent: number): number;
  reset(): void;
  disable(): void;
}

/** Each reading covers at least this long, however many ask: no reader takes another's worst moment away. */
const STRETCH_MS = 10_000;
/** A timer this often: 50 wake-ups a second, in a process that somebody watches. */
const RESOLUTION_MS = 20;
const NANOS_PER_MS = 1e6;

/** Whoever has not asked for this long looks no more: Prometheus comes once a minute where nobody has told it otherwise. */
const WATCHED_MS = 150_000;

/**
 * Delays of the event loop. Nothing is measured, and nothing wakes the process up, before somebody asks; nor when nobody
 * does any more.
 */
export class LoopDelay {
  readonly #start: () => DelayHistogram;
  readonly #now: () => number;
  #histogram: DelayHistogram | undefined;
  #sinceMs = 0;
  #askedMs = 0;
  #figures: LoopDelayFigures | undefined;

  /** `now`: monotonic ms. */
  constructor(start: () => DelayHistogram, now: () => number) {
    this.#start = start;
    this.#now = now;
  }

  /** Of the last stretch that is over; at first of what there is. Undefined when nothing was measured yet. */
  figures(): LoopDelayFigures | undefined {
    const now = this.#now();
    this.#askedMs = now;
    if (this.#histogram === undefined) {
      this.#histogram = this.#start();
      this.#sinceMs = now;
      return undefined;
    }
    const over = now - this.#sinceMs >= STRETCH_MS;
    if ((over || this.#figures === undefined) && this.#histogram.count > 0) this.#figures = read(this.#histogram);
    if (over) {
      this.#histogram.reset();
      this.#sinceMs = now;
    }
    return this.#figures;
  }

  /** As they are, without being asked for them: what is gathered all the time is no reason to measure. */
  glance(): LoopDelayFigures | undefined {
    if (this.#histogram !== undefined && this.#now() - this.#askedMs >= WATCHED_MS) {
      this.#histogram.disable();
      this.#histogram = undefined;
      this.#figures = undefined;
    }
    return this.#figures;
  }
}

function read(histogram: DelayHistogram): LoopDelayFigures {
  // What is recorded is the time between two ticks of a timer, which is its interval when nothing is late.
  const late = (nanos: number): number => Math.max(0, nanos / NANOS_PER_MS - RESOLUTION_MS);
  return {
    p50Ms: late(histogram.percentile(50)),
    p90Ms: late(histogram.percentile(90)),
    p99Ms: late(histogram.percentile(99)),
    maxMs: late(histogram.max),
  };
}

/** This process's own. */
export const loopDelay = new LoopDelay(
  () => {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    return histogram;
  },
  () => performance.now(),
);
