interface Deadline {
  readonly millis: number;
  readonly sequence: number;
}

/** So many entries that nobody waits for are kept before they are swept out. */
const STALE_MAX = 64;

/** Which messages are to be delivered again, and when the others will be. At most one deadline a message. */
export class Redelivery {
  readonly #deadlines = new Map<number, number>();
  /** By time. Entries that their message's deadline is not, are stale. */
  #heap: Deadline[] = [];
  /** In the order in which their time came. */
  readonly #ready = new Set<number>();

  /** Infinity: never. */
  get nextAt(): number {
    this.#dropStale();
    return this.#heap[0]?.millis ?? Number.POSITIVE_INFINITY;
  }

  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  await(sequence: number, millis: number): void {
    this.#ready.delete(sequence);
    this.#deadlines.set(sequence, millis);
    this.#push({ sequence, millis });
    if (this.#heap.length > 2 * this.#deadlines.size + STALE_MAX) this.#sweep();
  }

  /** At the next opportunity. */
  makeReady(sequence: number): void {
    this.#deadlines.delete(sequence);
    this.#ready.add(sequence);
  }

  cancel(sequence: number): void {
    this.#deadlines.delete(sequence);
    this.#ready.delete(sequence);
  }

  clear(): void {
    this.#deadlines.clear();
    this.#ready.clear();
    this.#heap = [];
  }

  /** Those whose time has come are ready. */
  advance(millis: number): void {
    while (this.nextAt <= millis) this.makeReady((this.#heap[0] as Deadline).sequence);
  }

  /** The one that is ready for longest. */
  take(): number | undefined {
    const sequence = this.#ready.values().next().value;
    if (sequence !== undefined) this.#ready.delete(sequence);
    return sequence;
  }

  /** It could not be delivered after all. */
  putBack(sequence: number): void {
    const others = [...this.#ready];
    this.#ready.clear();
    for (const one of [sequence, ...others]) this.#ready.add(one);
  }

  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined && this.#isStale(top); top = this.#heap[0]) this.#pop();
  }

  #isStale({ sequence, millis }: Deadline): boolean {
    return this.#deadlines.get(sequence) !== millis;
  }

  #sweep(): void {
    this.#heap = [...this.#deadlines].map(([sequence, millis]) => ({ sequence, millis })).sort(byTime);
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.push(deadline) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (byTime(deadline, heap[parent] as Deadline) >= 0) break;
      heap[at] = heap[parent] as Deadline;
      at = parent;
    }
    heap[at] = deadline;
  }

  #pop(): void {
    const heap = this.#heap;
    const moved = heap.pop() as Deadline;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && byTime(right, heap[child] as Deadline) < 0) child++;
      if (byTime(heap[child] as Deadline, moved) >= 0) break;
      heap[at] = heap[child] as Deadline;
      at = child;
    }
    heap[at] = moved;
  }
}

/** One order for all, so that what falls due together is delivered in the stream's order. */
const byTime = (one: Deadline, other: Deadline): number => one.millis - other.millis || one.sequence - other.sequence;
