import type { StoredMessage, StreamStore } from '@skein/storage';
import { millisOf } from '../time.ts';

/** The first message whose time (milliseconds) is late enough; `last + 1` when none is. Times only rise with sequences. */
export function sequenceAt(store: StreamStore, isLateEnough: (millis: number) => boolean): number {
  let low = store.first;
  let high = store.last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = store.next(middle);
    if (at === 0 || isLateEnough(timeOf(store.get(at) as StoredMessage))) high = middle;
    else low = at + 1;
  }
  return store.next(low) || store.last + 1;
}

export const timeOf = ({ seconds, nanos }: StoredMessage): number => millisOf(seconds, nanos);
