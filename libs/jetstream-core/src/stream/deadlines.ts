import type { StreamStore } from '@skein/storage';
import { TimeQueue } from '../time-queue.ts';

/** Moments at which something is to be done with a message: a queue, and beside it one small value each in the store. */
export class Deadlines {
  readonly #queue = new TimeQueue();
  readonly #prefix: string;

  /** @param prefix of the values' keys */
  constructor(store: StreamStore, prefix: string) {
    this.#prefix = prefix;
    for (const [key] of store.values(prefix)) {
      const [millis, sequence] = key.slice(prefix.length).split('/').map(Number) as [number, number];
      this.#queue.push(millis, sequence);
    }
  }

  /** Of the first that goes; Infinity without one. */
  get first(): number {
    return this.#queue.time;
  }

  add(store: StreamStore, sequence: number, millis: number): void {
    const time = Math.ceil(millis);
    this.#queue.push(time, sequence);
    store.setValue(this.#keyOf(time, sequence), Buffer.alloc(0));
  }

  /** Takes out the first one if its time has come; its message may have gone long since. */
  take(store: StreamStore, now: number): number | undefined {
    const { time, key } = this.#queue;
    if (key === undefined || time > now) return undefined;
    this.#queue.pop();
    store.setValue(this.#keyOf(time, key), undefined);
    return key;
  }

  #keyOf(millis: number, sequence: number): string {
    return `${this.#prefix}${millis}/${sequence}`;
  }
}
