/** A part of a list: how many there are in all, where the part begins, how many it may have. */
export interface Page<T> {
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly items: T[];
}

/** @param offset below 0 is the beginning, beyond the end is the end */
export function pageOf<T>(all: readonly T[], offset: number, limit: number): Page<T> {
  const from = Math.min(Math.max(0, offset), all.length);
  return { total: all.length, offset: from, limit, items: all.slice(from, from + limit) };
}

/** By name, so that pages fit together. */
export function byName<T extends { readonly name: string }>(all: Iterable<T>): T[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
}
