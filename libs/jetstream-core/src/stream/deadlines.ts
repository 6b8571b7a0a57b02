import type { StreamStore } from '@skein/storage';

interface Deadline {
  readonly millis: number;
  readonly sequence: number;
}

/** Moments at which something is to be done with a message: a heap, and beside it one small value each in the store. */
export class Deadlines {
  readonly #heap: Deadline[] = [];

  readonly #prefix: string;

  /** @param prefix of the values' keys */
  constructor(store: StreamStore, prefix: string) {
    this.#prefix = prefix;
    for (const [key] of store.values(prefix)) {
      const [millis, sequence] = key.slice(prefix.length).split('/').map(Number) as [number, number];
      this.#push({ millis, sequence });
    }
  }

  /** Of the first that goes; Infinity without one. */
  get first(): number {
    return this.#heap[0]?.millis ?? Number.POSITIVE_INFINITY;
  }

  add(store: StreamStore, sequence: number, millis: number): void {
    const deadline = { millis: Math.ceil(millis), sequence };
    this.#push(deadline);
    store.setValue(this.#keyOf(deadline), Buffer.alloc(0));
  }

  /** Takes out the first one if its time has come; its message may have gone long since. */
  take(store: StreamStore, now: number): number | undefined {
    const [top] = this.#heap;
    if (top === undefined || top.millis > now) return undefined;
    const last = this.#heap.pop() as Deadline;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    store.setValue(this.#keyOf(top), undefined);
    return top.sequence;
  }

  #keyOf({ millis, sequence }: Deadline): string {
    return `${this.#prefix}${millis}/${sequence}`;
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.push(deadline) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(deadline, heap[parent] as Deadline)) break;
      heap[at] = heap[parent] as Deadline;
      at = parent;
    }
    heap[at] = deadline;
  }

  #sink(): void {
    const heap = this.#heap;
    const moved = heap[0] as Deadline;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Deadline)) child++;
      if (!isBefore(heap[child] as Deadline, moved)) break;
      heap[at] = heap[child] as Deadline;
      at = child;
    }
    heap[at] = moved;
  }
}

/** One order for all, so that what goes at the same moment goes in the same order everywhere. */
const isBefore = (one: Deadline, other: Deadline): boolean =>
  one.millis < other.millis || (one.millis === other.millis && one.sequence < other.sequence);
