/**
 * Numbers by time, the earliest first; a heap of two columns. What falls due together comes out in the order of the numbers, so
 * that it is the same everywhere.
 */
export class TimeQueue {
  #times: number[] = [];
  #keys: number[] = [];

  get size(): number {
    return this.#times.length;
  }

  /** Of the first; Infinity without one. */
  get time(): number {
    return this.#times.length === 0 ? Number.POSITIVE_INFINITY : this.#times[0];
  }

  /** The first's number; undefined without one. */
  get key(): number | undefined {
    return this.#keys[0];
  }

  push(time: number, key: number): void {
    let at = this.#times.push(time) - 1;
    this.#keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(time, key, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#times[at] = time;
    this.#keys[at] = key;
  }

  /** Takes out the first. */
  pop(): void {
    const time = this.#times.pop();
    const key = this.#keys.pop();
    if (time !== undefined && key !== undefined && this.#times.length > 0) this.#sink(0, time, key);
  }

  /** Leaves those that something holds for. */
  keep(isKept: (time: number, key: number) => boolean): void {
    let kept = 0;
    for (let at = 0; at < this.#times.length; at++) {
      if (isKept(this.#times[at], this.#keys[at])) this.#move(at, kept++);
    }
    this.#times.length = kept;
    this.#keys.length = kept;
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.#sink(at, this.#times[at], this.#keys[at]);
  }

  clear(): void {
    this.#times = [];
    this.#keys = [];
  }

  /** Puts an entry where it belongs, from a place downwards. */
  #sink(from: number, time: number, key: number): void {
    const { length } = this.#times;
    let at = from;
    for (let child = 2 * at + 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#isBefore(this.#times[child + 1], this.#keys[child + 1], child)) child++;
      if (this.#isBefore(time, key, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#times[at] = time;
    this.#keys[at] = key;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from];
    this.#keys[to] = this.#keys[from];
  }

  #isBefore(time: number, key: number, at: number): boolean {
    return time < this.#times[at] || (time === this.#times[at] && key < this.#keys[at]);
  }
}
