/** Bytes of requests that wait, beside their number. */
const BYTES_MAX = 64 * 1024 * 1024;

interface Held {
  readonly bytes: number;
  readonly work: () => void;
}

/** What waits for gateways to work through what they were sent. */
export class Waiting {
  readonly #works: Held[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#works.length === 0;
  }

  /** @returns false: as much waits as may */
  hold(bytes: number, max: number, work: () => void): boolean {
    if (this.#works.length >= max || this.#bytes + bytes > BYTES_MAX) return false;
    this.#bytes += bytes;
    this.#works.push({ bytes, work });
    return true;
  }

  /** Does what waits, as long as there is room for what it leads to. What it puts back waits behind the others. */
  release(hasRoom: () => boolean): void {
    for (let left = this.#works.length; left > 0 && hasRoom(); left--) {
      const { bytes, work } = this.#works.shift() as Held;
      this.#bytes -= bytes;
      work();
    }
  }
}
