/** A stretch of one segment in which the numbers from `first` to `last` follow each other. */
export interface Run {
  readonly segment: number;
  readonly first: number;
  last: number;
  /** Where some of its records begin: `offsets[i]` is that of `numbers[i]`, rising; the first record's is there. */
  readonly offsets: number[];
  readonly numbers: number[];
}

/** So far apart, in bytes, are the places that are remembered. */
const APART_BYTES = 64 * 1024;

/** Where each number stands. Bounded by the journal's bytes / 64 KiB, and its cuts. */
export class RunIndex {
  #runs: Run[] = [];
  /** Copies count from the adoption that follows them. */
  #copies: Run[] = [];
  #open: Run | undefined;

  get runs(): readonly Run[] {
    return this.#runs;
  }

  get first(): number | undefined {
    return this.#runs[0]?.first;
  }

  /** 0: none. */
  get last(): number {
    return lastOf(this.#runs);
  }

  entry(number: number, segment: number, offset: number): void {
    this.#add(this.#runs, number, segment, offset);
  }

  /** A number that goes back begins another attempt: the one before it never came to its end. */
  copy(number: number, segment: number, offset: number): void {
    if (number <= lastOf(this.#copies)) this.#copies = [];
    this.#add(this.#copies, number, segment, offset);
  }

  /** What follows does not continue the last run. */
  break(): void {
    this.#open = undefined;
  }

  /** Forgets what is above the number. */
  cut(number: number): void {
    this.break();
    this.#copies = [];
    trim(this.#runs, number);
  }

  /**
   * Puts the copies in the place of the entries. When they don't reach up to the number without a hole, only where the
   * entries themselves are gone. Returns the first number that was replaced; 0: the copies don't count.
   */
  adopt(number: number): number {
    this.break();
    const copies = this.#copies;
    this.#copies = [];
    if (copies.length === 0 || (lastOf(this.#runs) >= number && !isWhole(copies, number))) return 0;
    trim(this.#runs, copies[0].first - 1);
    this.#runs.push(...copies);
    return copies[0].first;
  }

  /** Numbers between these that stand nowhere. */
  holes(first: number, last: number): { from: number; to: number }[] {
    const holes: { from: number; to: number }[] = [];
    let next = first;
    for (const run of this.#runs) {
      if (run.last < next) continue;
      if (run.first > next) holes.push({ from: next, to: run.first - 1 });
      next = run.last + 1;
    }
    if (next <= last) holes.push({ from: next, to: last });
    return holes;
  }

  /** Forgets what stands in segments before this one. */
  dropSegmentsBefore(ordinal: number): void {
    this.#runs = this.#runs.filter(({ segment }) => segment >= ordinal);
  }

  #add(runs: Run[], number: number, segment: number, offset: number): void {
    const open = this.#open;
    if (open === undefined || open.segment !== segment || open.last + 1 !== number || open !== runs[runs.length - 1]) {
      this.#open = { segment, first: number, last: number, offsets: [offset], numbers: [number] };
      runs.push(this.#open);
      return;
    }
    open.last = number;
    if (offset - open.offsets[open.offsets.length - 1] < APART_BYTES) return;
    open.offsets.push(offset);
    open.numbers.push(number);
  }
}

function lastOf(runs: readonly Run[]): number {
  return runs.length === 0 ? 0 : runs[runs.length - 1].last;
}

/** They follow each other up to the number. */
function isWhole(runs: readonly Run[], number: number): boolean {
  for (let i = 1; i < runs.length; i++) if (runs[i].first !== runs[i - 1].last + 1) return false;
  return lastOf(runs) === number;
}

function trim(runs: Run[], number: number): void {
  while (runs.length > 0) {
    const run = runs[runs.length - 1];
    if (run.first <= number) {
      run.last = Math.min(run.last, number);
      return;
    }
    runs.pop();
  }
}

/** The newest remembered place at or before the number. */
export function placeOf({ numbers, offsets }: Run, number: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle] <= number) low = middle;
    else high = middle - 1;
  }
  return offsets[low];
}
