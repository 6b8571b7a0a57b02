import type { Purge } from '@skein/jetstream-core';
import { type StreamStore, type SubjectFilter, subjectFilter } from '@skein/storage';

/** What one slice may take of the event loop: what others publish waits for it. */
const SLICE_MS = 1;
/** With fewer, the record and its sync would be most of the work. */
const MESSAGES_MIN = 64;
const MESSAGES_MAX = 512;
/** For each message of a slice, so many are looked at for a filter with wildcards, whether there is one that matches or not. */
const LOOKED_AT = 32;

/** How much goes at once: as much as a millisecond allows. What a message takes differs by a factor of ten, with what else is on its subject. */
export class SlicePace {
  #messages: number;
  #millis = 0;

  constructor(messages = MESSAGES_MIN) {
    this.#messages = messages;
  }

  get messages(): number {
    return this.#messages;
  }

  /** A part of the work on a slice. */
  measured<T>(work: () => T): T {
    const begun = performance.now();
    try {
      return work();
    } finally {
      this.#millis += performance.now() - begun;
    }
  }

  /** The slice is done with. */
  next(): void {
    // A process that had to wait for the processor in between must not make it crawl.
    const factor = Math.min(2, Math.max(0.5, SLICE_MS / this.#millis));
    this.#messages = Math.round(Math.min(MESSAGES_MAX, Math.max(MESSAGES_MIN, this.#messages * factor)));
    this.#millis = 0;
  }
}

/**
 * A large purge as several: each goes on where the one before ended. What is published meanwhile stays. One that removes everything is
 * one operation, which reads nothing; so is one that the stream is to refuse. Undefined: others are to have their turn.
 */
export function* purgeSlices(
  store: StreamStore,
  purge: Purge,
  pace: Pick<SlicePace, 'messages'>,
): Generator<Purge | undefined> {
  const { filter = '', seq = 0, keep = 0 } = purge;
  const pattern = filter === '' ? undefined : subjectFilter([filter]);
  const isAll = pattern === undefined && seq === 0 && keep === 0;
  const isFew = store.messages <= MESSAGES_MIN;
  if (isAll || isFew || (seq > 0 && keep > 0)) {
    yield purge;
    return;
  }
  const below =
    keep > 0 ? yield* newest(store, keep, pattern, pace) : Math.min(seq || Number.POSITIVE_INFINITY, store.last + 1);
  if (pattern === undefined) {
    for (let bound = 0; bound < below; ) {
      bound = sliceEnd(store, store.first, undefined, below, pace) ?? below;
      yield { seq: bound };
    }
    return;
  }
  for (let from = store.first; from < below; ) {
    const lookedAt = pattern.literals === undefined ? pace.messages * LOOKED_AT : Number.POSITIVE_INFINITY;
    const bound = Math.min(below, from + lookedAt);
    const end = sliceEnd(store, from, pattern, bound, pace);
    yield end === undefined ? undefined : { filter, from, seq: end };
    from = end ?? bound;
  }
}

/** The sequence from which on so many are left; 0: all of them are. */
function* newest(
  store: StreamStore,
  count: number,
  pattern: SubjectFilter | undefined,
  pace: Pick<SlicePace, 'messages'>,
): Generator<undefined, number> {
  let at = store.last + 1;
  let more = pace.messages;
  for (let left = count; left > 0 && at > 0; left--) {
    at = store.previous(at - 1, pattern);
    if (--more > 0) continue;
    yield undefined;
    more = pace.messages;
  }
  return at;
}

/** The sequence behind those that go at once, of those from `from` on below `below`; undefined: there are none. */
function sliceEnd(
  store: StreamStore,
  from: number,
  pattern: SubjectFilter | undefined,
  below: number,
  { messages }: Pick<SlicePace, 'messages'>,
): number | undefined {
  let at = from - 1;
  for (let left = messages; left > 0; left--) {
    at = store.next(at + 1, pattern, below - 1);
    if (at === 0) return left === messages ? undefined : below;
  }
  return at + 1;
}
