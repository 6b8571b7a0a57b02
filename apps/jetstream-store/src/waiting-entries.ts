import { Fifo } from './fifo.ts';
import type { Entry } from './host.ts';

/** Entries in the order of their records, until these are durable. */
export class WaitingEntries {
  readonly #entries = new Fifo<Entry>();
  readonly #numbers = new Fifo<number>();
  readonly #sizes = new Fifo<number>();
  /** Of their records. */
  bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  push(entry: Entry, number: number, bytes: number): void {
    this.#entries.push(entry);
    this.#numbers.push(number);
    this.#sizes.push(bytes);
    this.bytes += bytes;
  }

  /** Of the first; Infinity: none. */
  get number(): number {
    return this.#numbers.peek() ?? Number.POSITIVE_INFINITY;
  }

  shift(): Entry {
    this.#numbers.shift();
    this.bytes -= this.#sizes.shift() as number;
    return this.#entries.shift() as Entry;
  }
}

/** What cannot be applied is the end of what it is about, and of nothing else. */
export function applyEntry(entry: Entry, number: number): void {
  if (entry.isVoid) {
    entry.fail();
    return;
  }
  try {
    entry.apply(number);
  } catch (error) {
    entry.broke(error as Error);
  }
}
