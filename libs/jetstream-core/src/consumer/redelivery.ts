import { TimeQueue } from '../time-queue.ts';
import { NEVER, type PendingMessages } from './pending-messages.ts';

/** So many entries that nobody waits for are kept before they are swept out. */
const STALE_MAX = 64;
/** So many become ready at a time. */
const ADVANCED_MAX = 4096;

/**
 * Which messages are to be delivered again, and when the others will be. When a message is due stands with it (`PendingMessages`); here
 * is who is next. An entry that says another time than its message is stale.
 */
export class Redelivery {
  readonly #pending: PendingMessages;
  readonly #queue = new TimeQueue();
  /** In the order in which their time came. */
  readonly #ready = new Set<number>();
  #order: SetIterator<number> | undefined;
  #next: number | undefined;

  constructor(pending: PendingMessages) {
    this.#pending = pending;
  }

  /** Infinity: never. */
  get nextAt(): number {
    for (let key = this.#queue.key; key !== undefined; key = this.#queue.key) {
      if (this.#isDueAt(this.#queue.time, key)) break;
      this.#queue.pop();
    }
    return this.#queue.time;
  }

  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** @param sequence of a pending message */
  await(sequence: number, millis: number): void {
    this.cancel(sequence, millis);
    if (millis === NEVER) return;
    this.#queue.push(millis, sequence);
    if (this.#queue.size > 2 * this.#pending.size + STALE_MAX) {
      this.#queue.keep((time, key) => this.#isDueAt(time, key));
    }
  }

  /** At the next opportunity. */
  makeReady(sequence: number): void {
    this.cancel(sequence, NEVER);
    this.#ready.add(sequence);
  }

  /** @param due what stands with the message from now on */
  cancel(sequence: number, due: number): void {
    const place = this.#pending.find(sequence);
    if (place >= 0) this.#pending.setDue(place, due);
    if (this.#ready.size > 0) this.#ready.delete(sequence);
    if (this.#next === sequence) this.#next = undefined;
  }

  clear(): void {
    this.#ready.clear();
    this.#order = undefined;
    this.#next = undefined;
    this.#queue.clear();
  }

  /** Those whose time has come are ready; of very many some, so that others have their turn. */
  advance(millis: number): void {
    for (let left = ADVANCED_MAX; left > 0 && this.nextAt <= millis; left--) {
      this.makeReady(this.#queue.key as number);
    }
  }

  /** The one that is ready for longest; it stays so until it is awaited or cancelled. */
  get next(): number | undefined {
    if (this.#next === undefined && this.#ready.size > 0) {
      // One that goes on where it was: from the front it would pass by all that have gone.
      this.#order ??= this.#ready.values();
      this.#next = this.#order.next().value;
      if (this.#next === undefined) this.#order = undefined;
    }
    return this.#next;
  }

  #isDueAt(time: number, sequence: number): boolean {
    const place = this.#pending.find(sequence);
    return place >= 0 && this.#pending.due(place) === time;
  }
}
