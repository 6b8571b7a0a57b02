import type { Writes } from './database.ts';
import type { Seal } from './seal.ts';

/** What one flush writes. */
export class Batch implements Writes {
  readonly removed: Buffer[] = [];
  readonly puts: [Buffer, Buffer][] = [];
  /** Which flush it is. */
  readonly ordinal: number;
  /** Pages from which messages were removed for good: the disk must not keep what they were. */
  readonly secure: Buffer[] = [];
  readonly #seal: Seal;

  constructor(ordinal: number, seal: Seal) {
    this.ordinal = ordinal;
    this.#seal = seal;
  }

  put(key: Buffer, value: Buffer): void {
    this.puts.push([key, this.#seal.seal(key, value)]);
  }

  remove(key: Buffer): void {
    this.removed.push(key);
  }
}
