/**
 * Which of the node's seats a store gets that names a number: that one, or, when it has made one up, as copies of a service do, the first
 * that is vacant. A seat goes with a number of shards, and what is for it waits while it is vacant. Who finds none has the number it named, and nothing to do.
 *
 * @param taken by stores that are registered, or awaited
 */
export function dealSeat(named: number, seats: number, taken: ReadonlySet<number>): number {
  if (named < seats) return named;
  for (let seat = 0; seat < seats; seat++) if (!taken.has(seat)) return seat;
  return named;
}
