import type { SubjectFilter } from '../subject-filter.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Cached } from './record-cache.ts';

/** Consecutive ids of subjects whose names, and whose states, are one record each. */
export const BLOCK_SUBJECTS = 256;
const NAMES_AT = BLOCK_SUBJECTS * 4;

/** The subjects `number * BLOCK_SUBJECTS + slot`. */
export class SubjectBlock implements Cached {
  readonly number: number;
  readonly #owner: Map<number, SubjectBlock>;
  readonly #flushed: () => number;
  /** Names as they are on disk, `#offsets[i]` to `#offsets[i + 1]`: most are never asked for, and strings take three times as much. */
  #encoded: Buffer = Buffer.alloc(0);
  readonly #offsets = new Uint32Array(BLOCK_SUBJECTS + 1);
  /** Those that changed since. '': no subject has this id any more. */
  readonly #names = new Map<number, string>();
  readonly messages = new Float64Array(BLOCK_SUBJECTS);
  /** Sequence of the oldest; negative: it is not older than this, and has to be looked for. */
  readonly firsts = new Float64Array(BLOCK_SUBJECTS);
  readonly lasts = new Float64Array(BLOCK_SUBJECTS);
  /** 1: another subject had the same hash when one of them came. */
  readonly shared = new Uint8Array(BLOCK_SUBJECTS);
  namesDirty = false;
  dirty = false;
  /** It may be forgotten when this flush is on disk. */
  keptFor = 0;
  /** What `#matched` holds for: 0 not known, 1 no, 2 yes. */
  #filter: SubjectFilter | undefined;
  readonly #matched = new Uint8Array(BLOCK_SUBJECTS);
  used = true;
  place = 0;

  constructor(number: number, owner: Map<number, SubjectBlock>, flushed: () => number) {
    this.number = number;
    this.#flushed = flushed;
    this.#owner = owner;
  }

  get cacheBytes(): number {
    // With names of some 30 bytes.
    return BLOCK_SUBJECTS * (3 * 8 + 2 + 4 + 30) + 512;
  }

  isOnDisk(): boolean {
    return !this.dirty && !this.namesDirty && this.keptFor <= this.#flushed();
  }

  forget(): void {
    this.#owner.delete(this.number);
  }

  /** '': no subject has this id. */
  name(slot: number): string {
    return this.#names.get(slot) ?? this.#encoded.toString('latin1', this.#offsets[slot], this.#offsets[slot + 1]);
  }

  isGiven(slot: number): boolean {
    const name = this.#names.get(slot);
    return name === undefined ? this.#offsets[slot + 1] > this.#offsets[slot] : name !== '';
  }

  setName(slot: number, name: string): void {
    this.#names.set(slot, name);
    this.#matched[slot] = 0;
    this.namesDirty = true;
  }

  matches(slot: number, filter: SubjectFilter): boolean {
    if (this.#filter !== filter) {
      this.#filter = filter;
      this.#matched.fill(0);
    }
    if (this.#matched[slot] === 0) {
      const name = this.name(slot);
      this.#matched[slot] = name !== '' && filter.matches(name) ? 2 : 1;
    }
    return this.#matched[slot] === 2;
  }

  /** For each the end of its name (u32, little endian), then the names. */
  encodeNames(): Buffer {
    let size = NAMES_AT + this.#offsets[BLOCK_SUBJECTS] - this.#offsets[0];
    for (const [slot, name] of this.#names) size += name.length - this.#offsets[slot + 1] + this.#offsets[slot];
    const bytes = Buffer.allocUnsafe(size);
    let end = NAMES_AT;
    // Names that stay are copied together: a string for each is what a flush that drops very many would wait for.
    let copiedTo = 0;
    const copyTo = (slot: number): void => {
      end += this.#encoded.copy(bytes, end, this.#offsets[copiedTo], this.#offsets[slot]);
    };
    for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
      const name = this.#names.get(slot);
      if (name !== undefined) {
        copyTo(slot);
        end += bytes.write(name, end, 'latin1');
        copiedTo = slot + 1;
      }
      const unchanged = name === undefined ? this.#offsets[slot + 1] - this.#offsets[copiedTo] : 0;
      bytes.writeUInt32LE(end - NAMES_AT + unchanged, slot * 4);
    }
    copyTo(BLOCK_SUBJECTS);
    this.#readNames(bytes);
    return bytes;
  }

  /** For each: messages, doubled, plus one when its hash is shared; unless there are none, the last sequence, and how far before it the first is, doubled, plus one when it has to be looked for. */
  encodeStates(): Buffer {
    const writer = new ByteWriter(BLOCK_SUBJECTS * 12);
    for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
      writer.number(this.messages[slot] * 2 + this.shared[slot]);
      if (this.messages[slot] === 0) continue;
      const first = this.firsts[slot];
      writer.number(this.lasts[slot]);
      writer.number((this.lasts[slot] - Math.abs(first)) * 2 + (first < 0 ? 1 : 0));
    }
    return writer.done();
  }

  decode(names: Buffer, states: Buffer): void {
    this.#readNames(names);
    const state = new ByteReader(states);
    for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
      const messages = state.number();
      this.shared[slot] = messages % 2;
      this.messages[slot] = Math.floor(messages / 2);
      if (this.messages[slot] === 0) continue;
      this.lasts[slot] = state.number();
      const before = state.number();
      const first = this.lasts[slot] - Math.floor(before / 2);
      this.firsts[slot] = before % 2 === 1 ? -first : first;
    }
  }

  #readNames(bytes: Buffer): void {
    this.#names.clear();
    this.#encoded = bytes;
    this.#offsets[0] = NAMES_AT;
    for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) this.#offsets[slot + 1] = NAMES_AT + bytes.readUInt32LE(slot * 4);
  }
}
