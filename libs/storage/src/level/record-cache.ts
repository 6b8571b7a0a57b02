/** Something read from disk that may be forgotten and read again. */
export interface Cached {
  readonly cacheBytes: number;
  /** Set whenever it is used, cleared as the hand passes. */
  used: boolean;
  /** Its place in the cache. */
  place: number;
  /** Whether the disk has it as it is. */
  isOnDisk(): boolean;
  /** It was thrown out. */
  forget(): void;
}

/** So many are looked at for one that comes. */
const LOOKED_AT_MAX = 32;

/**
 * Bounds what decoded records take, over all streams of a shard: a clock, which is an LRU to within a turn of its hand at the
 * price of one store per use. What is not on disk yet stays, and is bounded by the flushes.
 */
export class RecordCache {
  readonly #bytesMax: number;
  readonly #ring: Cached[] = [];
  #hand = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(entry: Cached): void {
    entry.used = true;
    entry.place = this.#ring.length;
    this.#ring.push(entry);
    this.#bytes += entry.cacheBytes;
    for (let looked = 0; this.#bytes > this.#bytesMax && looked < LOOKED_AT_MAX; looked++) {
      if (this.#hand >= this.#ring.length) this.#hand = 0;
      const candidate = this.#ring[this.#hand];
      if (candidate !== entry && !candidate.used && candidate.isOnDisk()) {
        this.remove(candidate);
        candidate.forget();
      } else {
        candidate.used = candidate === entry;
        this.#hand++;
      }
    }
  }

  /** It is of no use any more. */
  remove(entry: Cached): void {
    if (this.#ring[entry.place] !== entry) return;
    const last = this.#ring.pop() as Cached;
    if (last !== entry) {
      this.#ring[entry.place] = last;
      last.place = entry.place;
    }
    this.#bytes -= entry.cacheBytes;
  }
}
