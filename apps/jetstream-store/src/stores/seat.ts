/**
 * A store's place among those of the node: the router deals each to one process. Seat 0 has shard 0 and decides what is created.
 * With a shard that another process still holds, its locks are the fence.
 */
export interface Seat {
  readonly number: number;
  /** As many as are configured. */
  readonly seats: number;
}

export const decides = ({ number }: Seat): boolean => number === 0;

/** Which shards are this seat's: every one belongs to one seat, and no seat has two more than another. */
export function shardsOf({ number, seats }: Seat, shards: number): number[] {
  return [...new Array(shards).keys()].filter((shard) => shard % seats === number);
}
