import { readFileSync } from 'node:fs';

/**
 * How long a process has been silent, not counting what it waited for a processor: on a machine that has too much to do,
 * one that is starved is not frozen, and to kill it makes more work. Times are monotonic milliseconds.
 */
export class Silence {
  #sinceMs = Number.NaN;
  #waitedMs = 0;

  /**
   * To be asked a few times within the limit.
   *
   * @param sinceMs when it was last heard
   * @param waitedMs how long it has waited for a processor in its life
   */
  of(sinceMs: number, nowMs: number, limitMs: number, waitedMs: () => number): number {
    const silentMs = nowMs - sinceMs;
    if (silentMs <= limitMs / 2) return silentMs;
    if (this.#sinceMs !== sinceMs) {
      this.#sinceMs = sinceMs;
      this.#waitedMs = waitedMs();
    }
    return silentMs <= limitMs ? silentMs : silentMs - (waitedMs() - this.#waitedMs);
  }
}

/** How long a process's main thread has waited for a processor, milliseconds; 0 where nobody can tell (other systems than Linux). */
export function processorWaitMs(pid: number): number {
  try {
    // Processor time, time waited (nanoseconds each), slices: proc(5).
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6 || 0;
  } catch {
    return 0;
  }
}
