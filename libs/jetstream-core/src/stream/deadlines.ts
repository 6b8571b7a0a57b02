import type { StreamStore } from '@skein/storage';

/** Deadlines that share a value of the store. */
const CHUNK = 4096;
/** A chunk of which less is left goes to the newest ones. */
const CHUNK_LEFT_MIN = CHUNK / 8;
/** Chunks that are kept in memory once they are saved: those that are due first. */
const LOADED_MAX = 64;
const ROW = 2;
const NUMBER_BYTES = 8;

interface Deadline {
  readonly millis: number;
  readonly sequence: number;
}

/** Deadlines in order, of which the first ones are done with. */
interface Chunk {
  readonly number: number;
  readonly count: number;
  taken: number;
  head: Deadline;
  /** Moments and sequences by turns; undefined: it is in the store only. */
  rows: Float64Array | undefined;
  isSaved: boolean;
}

/** What is kept of the chunks: number, count, taken, and the head's moment and sequence. */
interface Index {
  readonly next: number;
  readonly chunks: readonly (readonly [number, number, number, number, number])[];
}

/**
 * Moments at which something is to be done with a message. The newest few thousand are a heap; others are in chunks, each in order, of which
 * opening reads no more than where they begin. `save` writes what changed into the store's values.
 */
export class Deadlines {
  readonly #prefix: string;
  readonly #heap: Deadline[] = [];
  /** By their heads. */
  readonly #chunks: Chunk[] = [];
  #next = 0;
  #isDirty = false;

  /** @param prefix of the values' keys */
  constructor(store: StreamStore, prefix: string) {
    this.#prefix = prefix;
    const index = store.value(`${prefix}index`);
    if (index === undefined) return;
    const { next, chunks } = JSON.parse(index.toString()) as Index;
    this.#next = next;
    for (const [number, count, taken, millis, sequence] of chunks) {
      this.#chunks.push({ number, count, taken, head: { millis, sequence }, rows: undefined, isSaved: true });
    }
    const rows = rowsOf(store.value(`${prefix}newest`) as Buffer);
    for (let at = 0; at < rows.length; at += ROW) this.#push(deadlineAt(rows, at));
  }

  /** Of the first that goes; Infinity without one. */
  get first(): number {
    const heap = this.#heap[0]?.millis ?? Number.POSITIVE_INFINITY;
    return Math.min(heap, this.#chunks[0]?.head.millis ?? Number.POSITIVE_INFINITY);
  }

  add(sequence: number, millis: number): void {
    this.#isDirty = true;
    this.#push({ millis: Math.ceil(millis), sequence });
    if (this.#heap.length >= CHUNK) this.#close();
  }

  /** Takes out the first one if its time has come; its message may have gone long since. */
  take(store: StreamStore, now: number): number | undefined {
    const [top] = this.#heap;
    const [chunk] = this.#chunks;
    const isOfHeap = chunk === undefined || (top !== undefined && isBefore(top, chunk.head));
    const first = isOfHeap ? top : chunk.head;
    if (first === undefined || first.millis > now) return undefined;
    this.#isDirty = true;
    if (isOfHeap) this.#pop();
    else this.#advance(store, chunk);
    return first.sequence;
  }

  save(store: StreamStore): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    for (const chunk of this.#chunks) {
      if (chunk.isSaved) continue;
      chunk.isSaved = true;
      store.setValue(this.#keyOf(chunk), bytesOf(chunk.rows as Float64Array));
    }
    for (const chunk of this.#chunks.slice(LOADED_MAX)) chunk.rows = undefined;
    const isEmpty = this.#heap.length === 0 && this.#chunks.length === 0;
    const index: Index = {
      next: this.#next,
      chunks: this.#chunks.map(({ number, count, taken, head }) => [number, count, taken, head.millis, head.sequence]),
    };
    store.setValue(`${this.#prefix}index`, isEmpty ? undefined : Buffer.from(JSON.stringify(index)));
    store.setValue(`${this.#prefix}newest`, isEmpty ? undefined : bytesOf(rowsFrom(this.#heap)));
  }

  #keyOf({ number }: Chunk): string {
    return `${this.#prefix}${number}`;
  }

  /** The newest are a chunk. */
  #close(): void {
    const sorted = this.#heap.splice(0).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const [head] = sorted;
    if (head === undefined) return;
    const rows = rowsFrom(sorted);
    this.#insert({ number: this.#next++, count: sorted.length, taken: 0, head, rows, isSaved: false });
  }

  #insert(chunk: Chunk): void {
    let low = 0;
    for (let high = this.#chunks.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (isBefore((this.#chunks[middle] as Chunk).head, chunk.head)) low = middle + 1;
      else high = middle;
    }
    this.#chunks.splice(low, 0, chunk);
  }

  /** The first chunk's head is done with. */
  #advance(store: StreamStore, chunk: Chunk): void {
    chunk.rows ??= rowsOf(store.value(this.#keyOf(chunk)) as Buffer);
    const { rows, count } = chunk;
    chunk.taken++;
    this.#chunks.shift();
    if (count - chunk.taken >= CHUNK_LEFT_MIN) {
      chunk.head = deadlineAt(rows, chunk.taken * ROW);
      this.#insert(chunk);
      return;
    }
    if (chunk.isSaved) store.setValue(this.#keyOf(chunk), undefined);
    for (let at = chunk.taken * ROW; at < rows.length; at += ROW) this.#push(deadlineAt(rows, at));
    if (this.#heap.length >= CHUNK) this.#close();
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

  #pop(): void {
    const heap = this.#heap;
    const moved = heap.pop() as Deadline;
    if (heap.length === 0) return;
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

const deadlineAt = (rows: Float64Array, at: number): Deadline => ({
  millis: rows[at] as number,
  sequence: rows[at + 1] as number,
});

function rowsFrom(deadlines: readonly Deadline[]): Float64Array {
  const rows = new Float64Array(deadlines.length * ROW);
  for (const [i, { millis, sequence }] of deadlines.entries()) rows.set([millis, sequence], i * ROW);
  return rows;
}

function bytesOf(rows: Float64Array): Buffer {
  const bytes = Buffer.allocUnsafe(rows.length * NUMBER_BYTES);
  for (const [i, number] of rows.entries()) bytes.writeDoubleLE(number, i * NUMBER_BYTES);
  return bytes;
}

function rowsOf(bytes: Buffer): Float64Array {
  const rows = new Float64Array(bytes.length / NUMBER_BYTES);
  for (let i = 0; i < rows.length; i++) rows[i] = bytes.readDoubleLE(i * NUMBER_BYTES);
  return rows;
}
