/** A timer that can be taken back; cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

export interface TimerOptions {
  /** Keeps the process alive until it fires. Default: false. */
  keepAlive?: boolean;
}

/**
 * Clock, timers and chance of one process. Bus, router and gateway take theirs from here alone, so that a whole node
 * runs in a deterministic simulation.
 */
export interface Runtime {
  /** Monotonic, milliseconds with fractions. */
  now(): number;
  /** Unix time, milliseconds. */
  wallMs(): number;
  setTimer(delayMs: number, fn: () => void, options?: TimerOptions): Timer;
  /** Runs `fn` at the end of this turn of the event loop, after the I/O callbacks of the turn. */
  defer(fn: () => void): void;
  /** [0, 1) */
  random(): number;
}

class SystemTimer implements Timer {
  private readonly handle: NodeJS.Timeout;

  constructor(delayMs: number, fn: () => void, keepAlive: boolean) {
    this.handle = setTimeout(fn, delayMs);
    if (!keepAlive) this.handle.unref();
  }

  cancel(): void {
    clearTimeout(this.handle);
  }
}

export const systemRuntime = (): Runtime => ({
  now: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer: (delayMs, fn, options) => new SystemTimer(delayMs, fn, options?.keepAlive === true),
  defer: (fn) => {
    setImmediate(fn);
  },
  random: () => Math.random(),
});
