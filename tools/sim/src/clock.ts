/** Moments of a simulation: its milliseconds, made to rise strictly, so that what happened first has the smaller number. */
export class Clock {
  private readonly now: () => number;
  private last = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  next(): number {
    this.last = Math.max(this.now(), this.last + 1e-6);
    return this.last;
  }
}
