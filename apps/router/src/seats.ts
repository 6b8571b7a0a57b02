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

/** A store that is registered. */
interface Seated {
  /** Its seat, or the number that it named when it found none. */
  readonly peer: { readonly instance: number };
  /** It is beside another store in its process. */
  readonly guest: boolean;
  /** It has been asked to end. */
  readonly leaves: boolean;
}

/** Who is to be asked to end, so that each process that found no seat gets one: one guest for each, as far as there are guests. */
export function guestsToLeave<T extends Seated>(stores: readonly T[], seats: number): T[] {
  const waiting = stores.filter(({ guest, peer }) => !guest && peer.instance >= seats);
  const guests = stores.filter(({ guest, peer }) => guest && peer.instance < seats);
  const staying = guests.filter(({ leaves }) => !leaves);
  return staying.slice(0, Math.max(0, waiting.length - (guests.length - staying.length)));
}
