import { formatDuration } from '@skein/config/options';
import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';

const DEADLINE_SWEEP_MS = 100;

/** Who does not take what it is told: ended when too much waits for it, or for too long. */
export class SlowConsumers {
  readonly #gateway: Gateway;
  readonly #blocked = new Set<Connection>();
  #sweeping = false;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Writes what waits for a connection, and looks after it from then on if it does not take all of it. */
  flush(connection: Connection, nowMs: number): void {
    connection.output.flush(nowMs);
    if (connection.output.blocked) this.#watch(connection);
  }

  /** The operating system has taken what it was given: it gets what waits, under the same limits. */
  drained(connection: Connection): void {
    this.#blocked.delete(connection);
    connection.output.drained();
    if (!connection.isClosed) this.flush(connection, this.#gateway.runtime.now());
  }

  /** Ends a connection that has more waiting than it may. */
  endIfSlow(connection: Connection): boolean {
    const { maxPendingBytes } = this.#gateway.settings;
    if (connection.output.pendingBytes <= maxPendingBytes) return false;
    this.#end(connection, 'Slow Consumer (Pending Bytes)', `MaxPending of ${maxPendingBytes} Exceeded`);
    return true;
  }

  forget(connection: Connection): void {
    this.#blocked.delete(connection);
  }

  #watch(connection: Connection): void {
    if (this.endIfSlow(connection)) return;
    this.#blocked.add(connection);
    this.#planSweep();
  }

  #planSweep(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#gateway.runtime.setTimer(DEADLINE_SWEEP_MS, this.#sweep);
  }

  readonly #sweep = (): void => {
    this.#sweeping = false;
    const now = this.#gateway.runtime.now();
    const { writeDeadlineMs } = this.#gateway.settings;
    for (const connection of this.#blocked) {
      const { blockedSinceMs, chunks, pendingBytes } = connection.output;
      if (now - blockedSinceMs <= writeDeadlineMs) continue;
      const deadline = formatDuration(writeDeadlineMs);
      this.#end(
        connection,
        'Slow Consumer (Write Deadline)',
        `WriteDeadline of ${deadline} exceeded with ${chunks} chunks of ${pendingBytes} total bytes.`,
      );
    }
    if (this.#blocked.size > 0) this.#planSweep();
  };

  #end(connection: Connection, reason: string, detail: string): void {
    const gateway = this.#gateway;
    gateway.counters.slowConsumers++;
    if (connection.account !== null) connection.account.slowConsumers++;
    gateway.log.info(`${connection.label()} - Slow Consumer Detected: ${detail}`);
    // Nothing more can be told to it: what waits is dropped with the connection.
    connection.output.discard();
    connection.channel.destroy();
    gateway.close(connection, reason);
  }
}
