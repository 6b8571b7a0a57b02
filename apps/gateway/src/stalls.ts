import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';

/** Beyond this much untaken output, whoever produces for a connection is read from no more for a moment. */
const STALL_BYTES = 4 * 1024 * 1024;
/** How long at most: a slow subscriber must not hold a publisher for long. */
const STALL_MS = 5;

/** Producers that are too fast for somebody: they are read from no more, until that one has caught up. */
export class Stalls {
  readonly #gateway: Gateway;
  readonly #onLinks = new Set<Connection>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Reads no more from a producer until whoever is behind has caught up, a few milliseconds at most. */
  stall(connection: Connection): void {
    const { settings, counters, runtime } = this.#gateway;
    if (!settings.stallProducers && !this.#onLinks.has(connection)) {
      connection.stalled = false;
      return;
    }
    counters.stalledClients++;
    connection.channel.pause();
    if (this.#onLinks.has(connection) || connection.stallTimer !== null) return;
    connection.stallTimer = runtime.setTimer(STALL_MS, () => this.unstall(connection));
  }

  unstall(connection: Connection): void {
    connection.stallTimer?.cancel();
    connection.stallTimer = null;
    if (!connection.stalled || connection.isClosed || this.#onLinks.has(connection)) return;
    connection.stalled = false;
    // One that waits for its interest to settle, or for its credentials to be looked at, goes on waiting.
    if (!connection.parser.halted) connection.channel.resume();
  }

  /** Whether a producer for this connection had better wait. */
  isBehind({ output }: Connection): boolean {
    return output.pendingBytes > STALL_BYTES;
  }

  /** The connection has taken something. */
  drained(connection: Connection): void {
    const { waiters } = connection;
    if (waiters === null || connection.output.pendingBytes >= STALL_BYTES / 2) return;
    connection.waiters = null;
    for (const waiter of waiters) this.unstall(waiter);
  }

  /** A link's window is full: unlike a slow subscriber it holds its producers until it opens again. */
  stallOnLink(connection: Connection): void {
    connection.stalled = true;
    this.#onLinks.add(connection);
  }

  linksWritable(): void {
    for (const link of this.#gateway.member.links.values()) {
      if (!link.writable && link.peer.component === 'gateway') return;
    }
    for (const connection of this.#onLinks) {
      this.#onLinks.delete(connection);
      this.unstall(connection);
    }
  }

  /** A connection has ended: it waits no more, and nobody waits for it. */
  forget(connection: Connection): void {
    connection.stallTimer?.cancel();
    this.#onLinks.delete(connection);
    const { waiters } = connection;
    connection.waiters = null;
    if (waiters !== null) for (const waiter of waiters) this.unstall(waiter);
  }
}
