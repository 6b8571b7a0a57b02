import type { Batch } from './batch.ts';
import { read, type ShardContext } from './context.ts';
import { DamagedError } from './errors.ts';
import { KeyType, key } from './keys.ts';

const REGION_BLOCKS = 1024;

interface Region {
  live: number;
  /** Messages of each of its blocks; read when they are asked for: 2 KiB for a million sequences. */
  counts: Uint16Array | undefined;
  dirty: boolean;
}

/** How many messages each block has, so that empty stretches are stepped over, and a block that is lost is noticed. */
export class LiveCounts {
  readonly #context: ShardContext;
  readonly #stream: number;
  readonly #incarnation: number;
  readonly #regions = new Map<number, Region>();
  /** Regions that have messages, rising. */
  readonly #numbers: number[] = [];
  #removed: number[] = [];

  /** @param state what `state` gave when it was written */
  constructor(context: ShardContext, stream: number, incarnation: number, state: readonly [number, number][]) {
    this.#context = context;
    this.#stream = stream;
    this.#incarnation = incarnation;
    for (const [number, live] of state) {
      this.#regions.set(number, { live, counts: undefined, dirty: false });
      this.#numbers.push(number);
    }
  }

  /** Each region that has messages, and how many: a pair for a million sequences. */
  state(): [number, number][] {
    return this.#numbers.map((number) => [number, (this.#regions.get(number) as Region).live]);
  }

  get(block: number): number {
    const number = Math.floor(block / REGION_BLOCKS);
    const region = this.#regions.get(number);
    return region === undefined ? 0 : this.#counts(number, region)[block % REGION_BLOCKS];
  }

  /** Returns how many the block has now. */
  add(block: number, messages: number): number {
    const number = Math.floor(block / REGION_BLOCKS);
    let region = this.#regions.get(number);
    if (region === undefined) {
      region = { live: 0, counts: new Uint16Array(REGION_BLOCKS), dirty: true };
      this.#regions.set(number, region);
      this.#numbers.splice(this.#from(number), 0, number);
    }
    const counts = this.#counts(number, region);
    counts[block % REGION_BLOCKS] += messages;
    region.live += messages;
    region.dirty = true;
    if (region.live === 0) {
      this.#regions.delete(number);
      this.#numbers.splice(this.#from(number), 1);
      this.#removed.push(number);
    }
    return counts[block % REGION_BLOCKS];
  }

  /** The first block from this one on that has messages; -1: none. */
  next(block: number): number {
    const own = Math.floor(block / REGION_BLOCKS);
    for (let i = this.#from(own); i < this.#numbers.length; i++) {
      const number = this.#numbers[i];
      const counts = this.#counts(number, this.#regions.get(number) as Region);
      for (let at = number === own ? block % REGION_BLOCKS : 0; at < REGION_BLOCKS; at++) {
        if (counts[at] > 0) return number * REGION_BLOCKS + at;
      }
    }
    return -1;
  }

  /** The last block up to this one that has messages; -1: none. */
  previous(block: number): number {
    const own = Math.floor(block / REGION_BLOCKS);
    for (let i = this.#from(own + 1) - 1; i >= 0; i--) {
      const number = this.#numbers[i];
      const counts = this.#counts(number, this.#regions.get(number) as Region);
      for (let at = number === own ? block % REGION_BLOCKS : REGION_BLOCKS - 1; at >= 0; at--) {
        if (counts[at] > 0) return number * REGION_BLOCKS + at;
      }
    }
    return -1;
  }

  /** Messages of the blocks from this one on. */
  from(block: number): number {
    const own = Math.floor(block / REGION_BLOCKS);
    let sum = 0;
    for (let i = this.#from(own); i < this.#numbers.length; i++) {
      const number = this.#numbers[i];
      const region = this.#regions.get(number) as Region;
      if (number !== own) {
        sum += region.live;
        continue;
      }
      const counts = this.#counts(number, region);
      for (let at = block % REGION_BLOCKS; at < REGION_BLOCKS; at++) sum += counts[at];
    }
    return sum;
  }

  write(batch: Batch): void {
    for (const number of this.#removed) batch.remove(key(KeyType.Region, this.#incarnation, number));
    this.#removed = [];
    for (const [number, region] of this.#regions) {
      if (!region.dirty || region.counts === undefined) continue;
      region.dirty = false;
      const bytes = Buffer.from(region.counts.buffer);
      batch.put(key(KeyType.Region, this.#incarnation, number), bytes);
    }
  }

  /** Where in the list the number stands, or would. */
  #from(number: number): number {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#numbers[middle] < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #counts(number: number, region: Region): Uint16Array {
    if (region.counts !== undefined) return region.counts;
    const damaged = (): DamagedError => new DamagedError(this.#stream, `record of blocks ${number}`);
    const bytes = read(this.#context, key(KeyType.Region, this.#incarnation, number), damaged);
    if (bytes === undefined || bytes.length !== REGION_BLOCKS * 2) throw damaged();
    region.counts = new Uint16Array(REGION_BLOCKS);
    bytes.copy(Buffer.from(region.counts.buffer));
    return region.counts;
  }
}
