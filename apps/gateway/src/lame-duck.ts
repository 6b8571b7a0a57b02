import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';

export interface LameDuckPeriods {
  /** From the word to the clients to the first that is closed. */
  gracePeriodMs: number;
  /** From the word to the clients to the last that is closed. */
  durationMs: number;
}

/** Told at once, before others have their turn. */
const TOLD_PER_TURN = 500;
/** Few clients need not wait for the whole duration: nats-server closes at least one a second. */
const INTERVAL_MS_MAX = 1000;
/** Finer steps would be timers without use; what is due within one is closed together. */
const INTERVAL_MS_MIN = 20;

/**
 * Lame duck mode of one gateway, as nats-server's: its clients are told (`ldm` in INFO), have a grace period to go
 * by themselves, and are then closed one after the other, so that they do not all come to another server at once.
 * Whoever begins it has closed the listeners.
 */
export class LameDuck {
  readonly #gateway: Gateway;
  readonly #periods: LameDuckPeriods;
  readonly #done: () => void;

  /** `done`: nobody is left. Once. */
  constructor(gateway: Gateway, periods: LameDuckPeriods, done: () => void) {
    this.#gateway = gateway;
    this.#periods = periods;
    this.#done = done;
  }

  begin(): void {
    const { connections, runtime } = this.#gateway;
    this.#gateway.lameDuck = true;
    if (connections.size === 0) {
      this.#done();
      return;
    }
    this.#tell([...connections.values()], 0);
    runtime.setTimer(this.#periods.gracePeriodMs, () => this.#closeAll());
  }

  #tell(told: readonly Connection[], from: number): void {
    const end = Math.min(from + TOLD_PER_TURN, told.length);
    for (let i = from; i < end; i++) if (!told[i].isClosed) told[i].sendLameDuck();
    if (end < told.length) this.#gateway.runtime.defer(() => this.#tell(told, end));
  }

  #closeAll(): void {
    const { gracePeriodMs, durationMs } = this.#periods;
    this.#gateway.log.info('Closing existing clients');
    const { everyMs, atOnce } = closingPace(this.#gateway.connections.size, durationMs - gracePeriodMs);
    this.#closeNext(everyMs, atOnce);
  }

  #closeNext(everyMs: number, atOnce: number): void {
    const { connections, runtime } = this.#gateway;
    let left = atOnce;
    for (const connection of connections.values()) {
      if (left-- === 0) break;
      this.#gateway.close(connection, 'Server Shutdown');
    }
    if (connections.size === 0) this.#done();
    else runtime.setTimer(everyMs, () => this.#closeNext(everyMs, atOnce));
  }
}

/** How many clients to close how often, so that the last goes when the time is over, or before. */
export function closingPace(clients: number, spanMs: number): { everyMs: number; atOnce: number } {
  const intervalMs = Math.min(INTERVAL_MS_MAX, spanMs / Math.max(1, clients));
  const everyMs = Math.max(INTERVAL_MS_MIN, intervalMs);
  return { everyMs, atOnce: Math.ceil(everyMs / intervalMs) };
}
