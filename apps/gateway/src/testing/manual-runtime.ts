import type { Runtime, Timer } from '@skein/bus';

interface Planned {
  readonly atMs: number;
  readonly fn: () => void;
}

/** A clock that a test moves, timers that fire as it moves, and ends of turns that come when the test says so. */
export class ManualRuntime implements Runtime {
  /** What `random` gives. */
  chance: () => number = () => 0;
  #nowMs = 1000;
  #deferred: (() => void)[] = [];
  readonly #timers = new Set<Planned>();

  now(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return WALL_START_MS + this.#nowMs;
  }

  random(): number {
    return this.chance();
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn);
  }

  setTimer(delayMs: number, fn: () => void): Timer {
    const planned = { atMs: this.#nowMs + delayMs, fn };
    this.#timers.add(planned);
    return { cancel: () => void this.#timers.delete(planned) };
  }

  /** Timers that have neither fired nor been taken back. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Ends the turn: what was deferred runs; what that defers is the next turn's. */
  turn(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const fn of deferred) fn();
  }

  /** Moves the clock, stopping at each timer on the way; every stop is a turn, in which `arriving` comes after the timer. */
  advance(byMs: number, arriving: () => void = () => {}): void {
    const end = this.#nowMs + byMs;
    this.turn();
    for (;;) {
      let next: Planned | undefined;
      for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer;
      if (next === undefined || next.atMs > end) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.fn();
      arriving();
      this.turn();
    }
    this.#nowMs = end;
  }
}

const WALL_START_MS = Date.UTC(2025, 0, 1);
