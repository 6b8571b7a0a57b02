import type { SubjectFilter } from '../subject-filter.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Cached } from './record-cache.ts';

/** Consecutive ids of subjects whose names, and whose states, are one record each. */
export const BLOCK_SUBJECTS = 256;

/** The subjects `number * BLOCK_SUBJECTS + slot`. */
export class SubjectBlock implements Cached {
  readonly number: number;
  readonly #forgotten: (block: SubjectBlock) => void;
  readonly #flushed: () => number;
  /** '': no subject has this id. */
  readonly names: string[] = new Array(BLOCK_SUBJECTS).fill('');
  readonly messages = new Float64Array(BLOCK_SUBJECTS);
  /** Sequence of the oldest; negative: it is not older than this, and has to be looked for. */
  readonly firsts = new Float64Array(BLOCK_SUBJECTS);
  readonly lasts = new Float64Array(BLOCK_SUBJECTS);
  namesDirty = false;
  dirty = false;
  /** It may be forgotten when this flush is on disk. */
  keptFor = 0;
  /** What `#matched` holds for: 0 not known, 1 no, 2 yes. */
  #filter: SubjectFilter | undefined;
  readonly #matched = new Uint8Array(BLOCK_SUBJECTS);
  used = true;
  place = 0;

  constructor(number: number, flushed: () => number, forgotten: (block: SubjectBlock) => void) {
    this.number = number;
    this.#flushed = flushed;
    this.#forgotten = forgotten;
  }

  get cacheBytes(): number {
    // Names of some 30 bytes, in a map as well.
    return BLOCK_SUBJECTS * (3 * 8 + 1 + 8 + 120);
  }

  isOnDisk(): boolean {
    return !this.dirty && !this.namesDirty && this.keptFor <= this.#flushed();
  }

  forget(): void {
    this.#forgotten(this);
  }

  name(slot: number, name: string): void {
    this.names[slot] = name;
    this.#matched[slot] = 0;
    this.namesDirty = true;
  }

  matches(slot: number, filter: SubjectFilter): boolean {
    if (this.#filter !== filter) {
      this.#filter = filter;
      this.#matched.fill(0);
    }
    if (this.#matched[slot] === 0) {
      const name = this.names[slot];
      this.#matched[slot] = name !== '' && filter.matches(name) ? 2 : 1;
    }
    return this.#matched[slot] === 2;
  }

  /** Each name, '' where there is none. */
  encodeNames(): Buffer {
    const writer = new ByteWriter(BLOCK_SUBJECTS * 24);
    for (const name of this.names) writer.name(name);
    return writer.done();
  }

  /** For each: messages; unless 0, the last sequence, and how far before it the first is, doubled, plus one when it has to be looked for. */
  encodeStates(): Buffer {
    const writer = new ByteWriter(BLOCK_SUBJECTS * 12);
    for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
      writer.number(this.messages[slot]);
      if (this.messages[slot] === 0) continue;
      const first = this.firsts[slot];
      writer.number(this.lasts[slot]);
      writer.number((this.lasts[slot] - Math.abs(first)) * 2 + (first < 0 ? 1 : 0));
    }
    return writer.done();
  }

  decode(names: Buffer, states: Buffer): void {
    const name = new ByteReader(names);
    const state = new ByteReader(states);
    for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
      this.names[slot] = name.name();
      this.messages[slot] = state.number();
      if (this.messages[slot] === 0) continue;
      this.lasts[slot] = state.number();
      const before = state.number();
      const first = this.lasts[slot] - Math.floor(before / 2);
      this.firsts[slot] = before % 2 === 1 ? -first : first;
    }
  }
}
