/** Rising sequences of one subject's messages. Those that are removed stay in their place until half of them are. */
export class Sequences {
  #list: number[] = [];
  /** Those before it were removed. */
  #head = 0;
  /** Removed further on; their places hold the negative sequence. */
  #holes = 0;

  get size(): number {
    return this.#list.length - this.#head - this.#holes;
  }

  /** 0: none. */
  get first(): number {
    return this.size === 0 ? 0 : this.#list[this.#head];
  }

  /** 0: none. */
  get last(): number {
    return this.size === 0 ? 0 : this.#list[this.#list.length - 1];
  }

  push(sequence: number): void {
    this.#list.push(sequence);
  }

  /** The sequence has to be there. */
  remove(sequence: number): void {
    const list = this.#list;
    const at = this.#search(sequence);
    if (at === this.#head) {
      this.#head++;
      while (this.#head < list.length && list[this.#head] < 0) {
        this.#head++;
        this.#holes--;
      }
    } else if (at === list.length - 1) {
      list.pop();
      while (list.length > this.#head && list[list.length - 1] < 0) {
        list.pop();
        this.#holes--;
      }
    } else {
      list[at] = -sequence;
      this.#holes++;
    }
    if ((this.#head + this.#holes) * 2 > list.length + 16) this.#compact();
  }

  /** The first from this one on; 0: none. */
  next(from: number): number {
    const list = this.#list;
    for (let i = this.#search(from); i < list.length; i++) if (list[i] > 0) return list[i];
    return 0;
  }

  /** The last up to this one; 0: none. */
  previous(upTo: number): number {
    const list = this.#list;
    for (let i = this.#search(upTo + 1) - 1; i >= this.#head; i--) if (list[i] > 0) return list[i];
    return 0;
  }

  /** How many there are from this one on. */
  count(from: number): number {
    if (from <= this.first) return this.size;
    const start = this.#search(from);
    let count = this.#list.length - start;
    if (this.#holes > 0) for (let i = start; i < this.#list.length; i++) if (this.#list[i] < 0) count--;
    return count;
  }

  /** Where the sequence stands, or would. */
  #search(sequence: number): number {
    const list = this.#list;
    let low = this.#head;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Math.abs(list[middle]) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    this.#list = this.#list.slice(this.#head).filter((sequence) => sequence > 0);
    this.#head = 0;
    this.#holes = 0;
  }
}
