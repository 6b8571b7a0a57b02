/** A histogram as it travels between processes: counts of each bucket alone, the last one without an upper bound. */
export interface HistogramFigures {
  /** Upper bounds, rising, in the unit of what was observed. */
  bounds: readonly number[];
  counts: readonly number[];
  sum: number;
}

/** Seconds: from what a turn of the event loop takes to what a client waits for in vain. */
export const latencyBounds: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/**
 * Counts observations in fixed buckets. Processes that serve no metrics themselves keep theirs in this, so that none of them
 * loads a metrics library for it.
 */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[] = latencyBounds) {
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { length } = this.#bounds;
    let i = 0;
    // Prometheus: a bucket counts what is less than or equal to its bound.
    while (i < length && value > this.#bounds[i]) i++;
    this.#counts[i]++;
    this.#sum += value;
  }

  figures(): HistogramFigures {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}
