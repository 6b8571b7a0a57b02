/** Shorter spans say too little. */
const SPAN_MIN_MS = 500;

interface Sample {
  usedMs: number;
  atMs: number;
  percent: number;
}

/** How busy processes are: percent of one core, between two looks. */
export class CpuShare {
  private readonly samples = new Map<number, Sample>();

  /** `usedMs`: since the process started, `uptimeMs` ago (what the first look goes by). */
  percent(pid: number, usedMs: number, uptimeMs: number, nowMs: number): number {
    const last = this.samples.get(pid);
    if (last !== undefined && nowMs - last.atMs < SPAN_MIN_MS) return last.percent;
    const [used, span] = last === undefined ? [usedMs, uptimeMs] : [usedMs - last.usedMs, nowMs - last.atMs];
    const percent = span <= 0 ? 0 : Math.round((used / span) * 1000) / 10;
    this.samples.set(pid, { usedMs, atMs: nowMs, percent });
    return percent;
  }

  keep(pids: ReadonlySet<number>): void {
    for (const pid of this.samples.keys()) if (!pids.has(pid)) this.samples.delete(pid);
  }
}
