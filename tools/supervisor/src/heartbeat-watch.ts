import { Silence } from '@skein/process';

/**
 * Finds processes whose event loop has stopped. Times are monotonic milliseconds.
 *
 * When the watcher itself was held up (a stopped or starved supervisor), silence says nothing about the others: everyone gets
 * a full span anew.
 */
export class HeartbeatWatch<Key> {
  private readonly silent = new Map<Key, { sinceMs: number; readonly silence: Silence }>();
  private readonly intervalMs: number;
  private readonly waitedMs: (key: Key) => number;
  private lastCheckMs: number | undefined;

  /**
   * `intervalMs`: how often `overdue` is going to be called. `waitedMs`: how long a process has waited for a processor in its life.
   */
  constructor(intervalMs: number, waitedMs: (key: Key) => number) {
    this.intervalMs = intervalMs;
    this.waitedMs = waitedMs;
  }

  /** Starts watching, or takes note of a heartbeat. */
  beat(key: Key, nowMs: number): void {
    const one = this.silent.get(key);
    if (one === undefined) this.silent.set(key, { sinceMs: nowMs, silence: new Silence() });
    else one.sinceMs = nowMs;
  }

  forget(key: Key): void {
    this.silent.delete(key);
  }

  /** Those silent for longer than their limit. */
  overdue(nowMs: number, limitMs: (key: Key) => number): Key[] {
    const late = this.lastCheckMs !== undefined && nowMs - this.lastCheckMs > 2 * this.intervalMs;
    this.lastCheckMs = nowMs;
    if (late) {
      for (const one of this.silent.values()) one.sinceMs = nowMs;
      return [];
    }
    const keys: Key[] = [];
    for (const [key, { sinceMs, silence }] of this.silent) {
      const limit = limitMs(key);
      if (silence.of(sinceMs, nowMs, limit, () => this.waitedMs(key)) > limit) keys.push(key);
    }
    return keys;
  }
}
