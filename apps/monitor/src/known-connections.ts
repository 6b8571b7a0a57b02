import type { GatewayConnection } from './gateway-connection.ts';

/** What one gateway's connections were like when they were last shown: for when it does not answer. */
export class KnownConnections {
  readonly #seen = new Map<number, { connection: GatewayConnection; atMs: number }>();
  readonly #totals = new Map<string, number>();

  remember(
    { subscriptionsList: _, subscriptionsDetail: __, jwt: ___, ...connection }: GatewayConnection,
    atMs: number,
  ): void {
    // Anew at the end: the oldest is forgotten first.
    this.#seen.delete(connection.cid);
    this.#seen.set(connection.cid, { connection, atMs });
    if (this.#seen.size > SEEN_MAX) forgetOldest(this.#seen);
  }

  rememberTotal(of: string, total: number): void {
    this.#totals.delete(of);
    this.#totals.set(of, total);
    if (this.#totals.size > TOTALS_MAX) forgetOldest(this.#totals);
  }

  total(of: string): number | undefined {
    return this.#totals.get(of);
  }

  /** Each with its age. */
  connections(nowMs: number): GatewayConnection[] {
    return Array.from(this.#seen.values(), ({ connection, atMs }) => ({ ...connection, staleMs: nowMs - atMs }));
  }
}

const SEEN_MAX = 1024;
const TOTALS_MAX = 16;

function forgetOldest(map: Map<unknown, unknown>): void {
  map.delete(map.keys().next().value);
}
