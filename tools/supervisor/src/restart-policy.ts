const DELAY_FIRST_MS = 100;
const DELAY_MAX_MS = 5000;
/** A process that ran this long has recovered: its next death counts as a first one again. */
const STABLE_MS = 10_000;

/** When to start a process again that died: at once, then after 100 ms, doubling up to 5 s. */
export class RestartPolicy {
  private delayMs = 0;

  /** `ranMs`: how long it lived, from its start. Returns the milliseconds to wait. */
  died(ranMs: number): number {
    if (ranMs >= STABLE_MS) this.delayMs = 0;
    const delayMs = this.delayMs;
    this.delayMs = delayMs === 0 ? DELAY_FIRST_MS : Math.min(delayMs * 2, DELAY_MAX_MS);
    return delayMs;
  }
}
