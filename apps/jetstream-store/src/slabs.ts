const SLAB_BYTES = 64 * 1024;
/** So many that nothing lies in are kept for later. */
const SPARE_MAX = 128;

/** A piece of memory that many messages share. */
export class Slab {
  readonly bytes: Buffer;
  readonly #spare: Slab[] | undefined;
  /** Messages that lie in it, and one for whoever puts more into it. */
  #users = 1;

  constructor(bytes: Buffer, spare?: Slab[]) {
    this.bytes = bytes;
    this.#spare = spare;
  }

  keep(): void {
    this.#users++;
  }

  /** Its bytes are not to be read by this user any more. */
  release(): void {
    if (--this.#users > 0) return;
    this.#users = 1;
    if (this.#spare !== undefined && this.#spare.length < SPARE_MAX) this.#spare.push(this);
  }
}

/**
 * Memory for what waits for the disk. It is used again when nothing lies in it any more: memory outside of the heap that comes and goes
 * with each message has the collector mark everything again and again.
 */
export class Slabs {
  readonly #spare: Slab[] = [];
  #slab = new Slab(Buffer.allocUnsafeSlow(SLAB_BYTES), this.#spare);
  #used = 0;
  /** Where the room begins that `take` gave. */
  start = 0;

  /** Room for so many bytes from `start` on, until the slab is released by its user. */
  take(bytes: number): Slab {
    if (this.#used + bytes > this.#slab.bytes.length) this.#next(bytes);
    this.start = this.#used;
    this.#used += bytes;
    this.#slab.keep();
    return this.#slab;
  }

  #next(bytes: number): void {
    this.#slab.release();
    this.#used = 0;
    // One that is made for a large message is as large as that, and goes with it.
    if (bytes > SLAB_BYTES) this.#slab = new Slab(Buffer.allocUnsafeSlow(bytes));
    else this.#slab = this.#spare.pop() ?? new Slab(Buffer.allocUnsafeSlow(SLAB_BYTES), this.#spare);
  }
}
