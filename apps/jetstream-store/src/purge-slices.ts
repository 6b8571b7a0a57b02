import type { Purge } from '@skein/jetstream-core';
import { type StreamStore, type SubjectFilter, subjectFilter } from '@skein/storage';

/** So many messages go in one operation: a few milliseconds, after which other streams have their turn. */
const SLICE_MESSAGES = 512;
/** So many are looked at for a filter with wildcards, whether there is one that matches or not. */
const LOOKED_AT_MAX = 16_384;

/**
 * A large purge as several: each goes on where the one before ended. What is published meanwhile stays. One that removes everything is
 * one operation, which reads nothing; so is one that the stream is to refuse. Undefined: others are to have their turn.
 */
export function* purgeSlices(store: StreamStore, purge: Purge): Generator<Purge | undefined> {
  const { filter = '', seq = 0, keep = 0 } = purge;
  const pattern = filter === '' ? undefined : subjectFilter([filter]);
  const isAll = pattern === undefined && seq === 0 && keep === 0;
  const isFew = store.messages <= SLICE_MESSAGES;
  if (isAll || isFew || (seq > 0 && keep > 0)) {
    yield purge;
    return;
  }
  const below = keep > 0 ? newest(store, keep, pattern) : Math.min(seq || Number.POSITIVE_INFINITY, store.last + 1);
  if (pattern === undefined) {
    for (let bound = 0; bound < below; ) {
      bound = sliceEnd(store, store.first, undefined, below) ?? below;
      yield { seq: bound };
    }
    return;
  }
  const lookedAtMax = pattern.literals === undefined ? LOOKED_AT_MAX : Number.POSITIVE_INFINITY;
  for (let from = store.first; from < below; ) {
    const bound = Math.min(below, from + lookedAtMax);
    const end = sliceEnd(store, from, pattern, bound);
    yield end === undefined ? undefined : { filter, from, seq: end };
    from = end ?? bound;
  }
}

/** The sequence from which on so many are left; 0: all of them are. */
function newest(store: StreamStore, count: number, pattern: SubjectFilter | undefined): number {
  let at = store.last + 1;
  for (let left = count; left > 0 && at > 0; left--) at = store.previous(at - 1, pattern);
  return at;
}

/** The sequence behind those that go at once, of those from `from` on below `below`; undefined: there are none. */
function sliceEnd(
  store: StreamStore,
  from: number,
  pattern: SubjectFilter | undefined,
  below: number,
): number | undefined {
  let at = from - 1;
  for (let left = SLICE_MESSAGES; left > 0; left--) {
    at = store.next(at + 1, pattern, below - 1);
    if (at === 0) return left === SLICE_MESSAGES ? undefined : below;
  }
  return at + 1;
}
