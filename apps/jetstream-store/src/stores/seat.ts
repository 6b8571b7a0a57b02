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

/** Which seats a store sees taken. */
export interface Seating {
  readonly seat: Seat;
  /** The numbers of the other stores that are registered: those of their seats, and higher ones of those that found none. */
  readonly others: readonly number[];
}

/** It found no seat: it has no shards. */
export const isSpare = ({ seat }: Pick<Seating, 'seat'>): boolean => seat.number >= seat.seats;

export const vacantSeats = ({ seat: { number, seats }, others }: Seating): number[] =>
  [...new Array(seats).keys()].filter((one) => one !== number && !others.includes(one));
