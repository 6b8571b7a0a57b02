import type { Connection } from './connection.ts';

/** Upper bounds of round trips, ms; the last count is of those above all of them. */
export const RTT_BOUNDS_MS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000] as const;

/** How near and how far behind the open connections are. */
export interface ConnectionSpread {
  /** One count a bound, and one more; connections whose round trip is not known yet are in none. */
  rttCounts: number[];
  rttBoundsMs: readonly number[];
  /** Not yet taken by clients. */
  pendingBytes: number;
}

/** One look at each connection, when asked: nothing is kept per message. */
export function spreadOf(connections: Iterable<Pick<Connection, 'rttMs' | 'output'>>): ConnectionSpread {
  const rttCounts = new Array<number>(RTT_BOUNDS_MS.length + 1).fill(0);
  let pendingBytes = 0;
  for (const { rttMs, output } of connections) {
    if (rttMs > 0) {
      let at = 0;
      while (at < RTT_BOUNDS_MS.length && rttMs > RTT_BOUNDS_MS[at]) at++;
      rttCounts[at]++;
    }
    pendingBytes += output.pendingBytes;
  }
  return { rttCounts, rttBoundsMs: RTT_BOUNDS_MS, pendingBytes };
}
