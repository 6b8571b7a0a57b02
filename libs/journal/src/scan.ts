import type { JournalCipher } from './cipher.ts';
import {
  adoptKind,
  copyKind,
  cutKind,
  entryKind,
  markKind,
  type RecordView,
  readRecord,
  recordHeaderBytes,
  recordView,
} from './record.ts';
import { RunIndex } from './run-index.ts';
import { eachRecord } from './sealed.ts';
import { firstOrdinal, segmentHeaderBytes } from './segment-header.ts';

/** What is gone, and where. `to < from`: no entry was hit. */
export interface Damage {
  /** First number that is lost; 0: not known, it was the first there is. */
  from: number;
  /** Last number that is lost. */
  to: number;
  /** Ordinal of the segment in which the bad bytes begin. */
  segment: number;
  offset: number;
}

export interface Findings {
  /** Readable numbers lie in `first..last`; `last < first`: none. */
  first: number;
  last: number;
  /** Known to be on disk, by a later batch's mark. What is above was on its way when the journal ended. */
  proven: number;
  damage: Damage[];
  /** The journal ended within something that nobody was told of as done. */
  torn: boolean;
}

/**
 * Reads segments in their order and says what holds. Bad bytes are damage when a later mark says that what lay there was on
 * disk, and else the torn end of a batch that never was: a mark follows only when the batch before it is synced.
 */
export class Scan {
  readonly index = new RunIndex();
  #damage: Damage[] = [];
  #suspects: Damage[] = [];
  /** The number that has to come next; 0: whichever comes. */
  #next = 0;
  #proven = 0;
  readonly #view: RecordView = recordView();
  readonly #cipher: JournalCipher | undefined;

  constructor(cipher?: JournalCipher) {
    this.#cipher = cipher;
  }

  /** Bytes of the whole segment, header included. */
  segment(ordinal: number, bytes: Buffer, seed: number): void {
    this.index.break();
    // Nothing was ever removed from the front.
    if (this.#next === 0 && ordinal === firstOrdinal) this.#next = 1;
    let offset = Math.min(segmentHeaderBytes, bytes.length);
    while (offset < bytes.length) {
      if (readRecord(bytes, offset, bytes.length, seed, this.#view)) {
        const place = offset;
        const visit = (_: Buffer, { kind, number }: RecordView): void => this.#record(kind, number, ordinal, place);
        if (eachRecord(bytes, this.#view, offset, seed, this.#cipher, visit)) {
          offset = this.#view.next;
          continue;
        }
      }
      // What was made ready for records to come.
      if (isZero(bytes, offset)) break;
      this.#suspects.push({ from: this.#next, to: this.#next - 1, segment: ordinal, offset });
      this.index.break();
      offset = this.#nextGood(bytes, offset + 8, seed);
    }
  }

  finish(): Findings {
    const torn = this.#suspects[0];
    // Numbers behind the first doubtful place belong to the same batch, which was never whole.
    if (torn !== undefined) {
      const kept = Math.max(0, torn.from - 1);
      this.index.cut(kept);
      this.#next = kept + 1;
    }
    const last = Math.max(0, this.#next - 1);
    return {
      first: this.index.first ?? last + 1,
      last,
      proven: Math.min(this.#proven, last),
      damage: this.#damage,
      torn: torn !== undefined,
    };
  }

  #nextGood(bytes: Buffer, from: number, seed: number): number {
    for (let offset = from; offset + recordHeaderBytes <= bytes.length; offset += 8) {
      if (readRecord(bytes, offset, bytes.length, seed, this.#view) && this.#plausible(bytes.length)) return offset;
    }
    return bytes.length;
  }

  /** Content may look like records; their numbers would have to fit as well. */
  #plausible(bytes: number): boolean {
    return this.#next === 0 || this.#view.number <= this.#next + bytes / recordHeaderBytes;
  }

  #record(kind: number, number: number, segment: number, offset: number): void {
    if (kind === entryKind) this.#entry(number, segment, offset);
    else if (kind === markKind) this.#mark(number, segment, offset);
    else if (kind === cutKind) this.#cut(number);
    else if (kind === copyKind) this.index.copy(number, segment, offset);
    else if (kind === adoptKind) this.#adopt(number, segment, offset);
  }

  #entry(number: number, segment: number, offset: number): void {
    // Numbers go back after a cut only: it stood where the damage is.
    if (number < this.#next) this.#cut(number - 1);
    if (number > this.#next && this.#next > 0) this.#missing(number - 1, segment, offset);
    this.#next = number + 1;
    this.index.entry(number, segment, offset);
  }

  #mark(number: number, segment: number, offset: number): void {
    if (number >= this.#next && this.#next > 0) {
      this.#missing(number, segment, offset);
      this.#next = number + 1;
    }
    this.#proven = Math.max(this.#proven, number);
    const doubtful: Damage[] = [];
    for (const suspect of this.#suspects) (suspect.from <= number ? this.#damage : doubtful).push(suspect);
    this.#suspects = doubtful;
  }

  /** Numbers up to `to` should have come: they lay in the last bad place, or in a segment that is gone. */
  #missing(to: number, segment: number, offset: number): void {
    const suspect = this.#suspects.at(-1);
    if (suspect !== undefined && suspect.to < suspect.from && suspect.from === this.#next) suspect.to = to;
    else this.#suspects.push({ from: this.#next, to, segment, offset });
    this.index.break();
  }

  #cut(number: number): void {
    this.index.cut(number);
    this.#void(number);
    this.#next = number + 1;
  }

  #adopt(number: number, segment: number, offset: number): void {
    const first = this.index.adopt(number);
    if (first === 0) return;
    this.#void(first - 1);
    // Bad bytes among the copies are as bad as among entries that are nowhere else.
    for (const { from, to } of this.index.holes(first, number)) this.#suspects.push({ from, to, segment, offset });
    this.#next = number + 1;
  }

  /** Bad bytes in what is void harm nobody. Those at the very front (0) are seen by what `first` is. */
  #void(above: number): void {
    this.#suspects = this.#suspects.filter(({ from }) => from > 0 && from <= above);
    this.#damage = this.#damage.filter(({ from }) => from <= above);
    for (const one of this.#damage) one.to = Math.min(one.to, above);
    this.#proven = Math.min(this.#proven, above);
  }
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
