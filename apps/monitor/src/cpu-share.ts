/** Shorter spans say too little. */
const SPAN_MIN_MS = 500;

interface Sample {
  usedMs: number;
  atMs: number;
  percent: number;
}

/** How busy processes are: percent of one core, between two looks. */
export class CpuShare {
  private readonly samples = new Map<string, Sample>();

  /** `usedMs`: since the process started, `uptimeMs` ago (what the first look goes by). */
  percent(name: string, usedMs: number, uptimeMs: number, nowMs: number): number {
    const last = this.samples.get(name);
    if (last !== undefined && nowMs - last.atMs < SPAN_MIN_MS) return last.percent;
    const [used, span] = last === undefined ? [usedMs, uptimeMs] : [usedMs - last.usedMs, nowMs - last.atMs];
    const percent = span <= 0 ? 0 : Math.round((used / span) * 1000) / 10;
    this.samples.set(name, { usedMs, atMs: nowMs, percent });
    return percent;
  }

  keep(names: ReadonlySet<string>): void {
    for (const name of this.samples.keys()) if (!names.has(name)) this.samples.delete(name);
  }
}
