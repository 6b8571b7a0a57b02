const START = 64;
/** Of those that wait for nothing: most of very many consumers do. */
const NONE = new Float64Array();
/** Columns that are longer are given back when they are empty. */
const KEPT_MAX = 16_384;
/** In the place of when it is due again: not before something happens. */
export const NEVER = Number.POSITIVE_INFINITY;
/** And: it was acknowledged, which is not durable yet. */
export const ACKED = -1;

/**
 * Messages that were delivered and are not acknowledged, in the order of their first deliveries, which is that of the stream. Columns of
 * numbers, 32 bytes a message; places of those that went are used again when they are half of all.
 *
 * A place (`find`) holds until something is added or removed.
 */
export class PendingMessages {
  /** In the stream; negative for one that went. */
  #sequences = NONE;
  /** Of the first delivery. */
  #consumerSequences = NONE;
  /** When it was delivered last. */
  #millis = NONE;
  /** When it is due again, NEVER or ACKED: the leader's, and not saved. */
  #due = NONE;
  #head = 0;
  #end = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The latest that was added, and may have gone; 0: none. */
  get last(): number {
    return this.#end === this.#head ? 0 : Math.abs(this.#sequences[this.#end - 1]);
  }

  /** Of the oldest; -1: none. */
  get first(): number {
    return this.#size === 0 ? -1 : this.#head;
  }

  sequence(place: number): number {
    return this.#sequences[place] as number;
  }

  consumerSequence(place: number): number {
    return this.#consumerSequences[place] as number;
  }

  millis(place: number): number {
    return this.#millis[place] as number;
  }

  due(place: number): number {
    return this.#due[place] as number;
  }

  setDue(place: number, due: number): void {
    this.#due[place] = due;
  }

  has(sequence: number): boolean {
    return this.find(sequence) >= 0;
  }

  /** Its place; -1: it is not there. */
  find(sequence: number): number {
    if (this.#size === 0) return -1;
    // Mostly none is missing in between.
    const guess = this.#head + sequence - this.#sequences[this.#head];
    if (guess >= this.#head && guess < this.#end && this.#sequences[guess] === sequence) return guess;
    let from = this.#head;
    let to = this.#end;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (Math.abs(this.#sequences[middle]) < sequence) from = middle + 1;
      else to = middle;
    }
    return from < this.#end && this.#sequences[from] === sequence ? from : -1;
  }

  /** @throws RangeError when one that is later was there before */
  add(sequence: number, consumerSequence: number, millis: number): void {
    if (sequence <= this.last) throw new RangeError(`message ${sequence} was delivered out of turn`);
    if (this.#end === this.#sequences.length) this.#makeRoom();
    const place = this.#end++;
    this.#sequences[place] = sequence;
    this.#consumerSequences[place] = consumerSequence;
    this.#millis[place] = millis;
    this.#due[place] = NEVER;
    this.#size++;
  }

  /** It was delivered again. */
  touch(place: number, millis: number): void {
    this.#millis[place] = millis;
  }

  remove(sequence: number): boolean {
    const place = this.find(sequence);
    if (place < 0) return false;
    this.#sequences[place] = -sequence;
    this.#size--;
    if (this.#size === 0) this.clear();
    else while (this.#sequences[this.#head] < 0) this.#head++;
    return true;
  }

  clear(): void {
    this.#head = 0;
    this.#end = 0;
    this.#size = 0;
    if (this.#sequences.length > KEPT_MAX) this.#takeColumns(START);
  }

  /** Sequences in the stream, in order; may be removed meanwhile. */
  *sequences(): IterableIterator<number> {
    const all = this.#sequences.slice(this.#head, this.#end);
    for (const sequence of all) if (sequence > 0) yield sequence;
  }

  /** Calls with the place of each, in order. Nothing may be added or removed meanwhile. */
  forEach(call: (place: number) => void): void {
    for (let place = this.#head; place < this.#end; place++) if (this.#sequences[place] > 0) call(place);
  }

  /** Those that are left move to the front, of larger columns when they are many. */
  #makeRoom(): void {
    const old = [this.#sequences, this.#consumerSequences, this.#millis, this.#due] as const;
    const [sequences, consumerSequences, millis, due] = old;
    const [head, end] = [this.#head, this.#end];
    const isHalfFull = this.#size * 2 > sequences.length;
    this.#takeColumns(Math.max(START, isHalfFull ? sequences.length * 2 : sequences.length));
    let to = 0;
    for (let from = head; from < end; from++) {
      if (sequences[from] < 0) continue;
      this.#sequences[to] = sequences[from];
      this.#consumerSequences[to] = consumerSequences[from];
      this.#millis[to] = millis[from];
      this.#due[to++] = due[from];
    }
    this.#head = 0;
    this.#end = to;
  }

  #takeColumns(length: number): void {
    this.#sequences = new Float64Array(length);
    this.#consumerSequences = new Float64Array(length);
    this.#millis = new Float64Array(length);
    this.#due = new Float64Array(length);
  }
}
