/** Waiting times between attempts: short at first, because what is missing is mostly just starting. */
export class Backoff {
  private readonly firstMs: number;
  private readonly maxMs: number;
  private nextMs: number;

  constructor(firstMs: number, maxMs: number) {
    this.firstMs = firstMs;
    this.maxMs = maxMs;
    this.nextMs = firstMs;
  }

  next(): number {
    const ms = this.nextMs;
    this.nextMs = Math.min(this.maxMs, ms * 1.5);
    return ms;
  }

  reset(): void {
    this.nextMs = this.firstMs;
  }
}
