import type { Purge } from '@skein/jetstream-core';
import { type StreamStore, type SubjectFilter, subjectFilter } from '@skein/storage';

/** So many messages go in one operation: some ten milliseconds, after which other streams have their turn. */
const SLICE_MESSAGES = 4096;

/**
 * A large purge as several: each goes up to a sequence that the one before did not reach. What is published meanwhile stays. One
 * that removes everything is one operation, which reads nothing; so is one that the stream is to refuse.
 */
export function* purgeSlices(store: StreamStore, purge: Purge): Generator<Purge> {
  const { filter = '', seq = 0, keep = 0 } = purge;
  const pattern = filter === '' ? undefined : subjectFilter([filter]);
  const isAll = pattern === undefined && seq === 0 && keep === 0;
  const isFew = store.messages <= SLICE_MESSAGES;
  if (isAll || isFew || (seq > 0 && keep > 0)) {
    yield purge;
    return;
  }
  const below = keep > 0 ? newest(store, keep, pattern) : Math.min(seq || Number.POSITIVE_INFINITY, store.last + 1);
  for (let bound = 0; bound < below; ) {
    bound = sliceEnd(store, pattern, below);
    yield { ...(filter !== '' && { filter }), seq: bound };
  }
}

/** The sequence from which on so many are left; 0: all of them are. */
function newest(store: StreamStore, count: number, pattern: SubjectFilter | undefined): number {
  let at = store.last + 1;
  for (let left = count; left > 0 && at > 0; left--) at = store.previous(at - 1, pattern);
  return at;
}

function sliceEnd(store: StreamStore, pattern: SubjectFilter | undefined, below: number): number {
  let at = store.first - 1;
  for (let left = SLICE_MESSAGES; left > 0; left--) {
    at = store.next(at + 1, pattern);
    if (at === 0 || at >= below) return below;
  }
  return Math.min(below, at + 1);
}
