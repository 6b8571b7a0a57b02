/**
 * Finds processes whose event loop has stopped. Times are monotonic milliseconds.
 *
 * When the watcher itself was held up (a stopped or starved supervisor), silence says nothing about the others: everyone gets
 * a full span anew.
 */
export class HeartbeatWatch<Key> {
  private readonly silentSince = new Map<Key, number>();
  private readonly intervalMs: number;
  private lastCheckMs: number | undefined;

  /** `intervalMs`: how often `overdue` is going to be called. */
  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** Starts watching, or takes note of a heartbeat. */
  beat(key: Key, nowMs: number): void {
    this.silentSince.set(key, nowMs);
  }

  forget(key: Key): void {
    this.silentSince.delete(key);
  }

  /** Those silent for longer than their limit. */
  overdue(nowMs: number, limitMs: (key: Key) => number): Key[] {
    const late = this.lastCheckMs !== undefined && nowMs - this.lastCheckMs > 2 * this.intervalMs;
    this.lastCheckMs = nowMs;
    if (late) {
      for (const key of this.silentSince.keys()) this.silentSince.set(key, nowMs);
      return [];
    }
    const keys: Key[] = [];
    for (const [key, since] of this.silentSince) if (nowMs - since > limitMs(key)) keys.push(key);
    return keys;
  }
}
