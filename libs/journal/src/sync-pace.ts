/** So little the disk takes in one go. */
const SMALL_BYTES = 16 * 1024;
/** A thread's, with what it takes to wake it and to hear of it. */
const QUICK_THREAD_MS = 1;
/** Longer, and the event loop is not kept from its work again soon. */
const QUICK_MS = 2;
const QUICK_IN_A_ROW = 32;

/**
 * Whether the next sync is done in the event loop. On a disk that syncs in a tenth of a millisecond, a thread is heard of later than the disk
 * is done; on any other, the event loop must not wait. Told by how long syncs have taken.
 */
export class SyncPace {
  #quick = 0;

  /** @param bytes written since the last one */
  isForLoop(bytes: number): boolean {
    return this.#quick >= QUICK_IN_A_ROW && bytes <= SMALL_BYTES;
  }

  /** How long one took. */
  took(ms: number, inLoop: boolean): void {
    if (ms > (inLoop ? QUICK_MS : QUICK_THREAD_MS)) this.#quick = 0;
    else if (this.#quick < QUICK_IN_A_ROW) this.#quick++;
  }
}
