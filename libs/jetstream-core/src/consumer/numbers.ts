/** Whole numbers up to 2^53 as bytes: seven bits a byte, the lowest first. */
export class NumberWriter {
  #bytes: Buffer = Buffer.allocUnsafe(64);
  #length = 0;

  put(value: number): this {
    // Eight bytes hold 56 bits.
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) + 128;
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** Any number, in eight bytes. */
  putDouble(value: number): this {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    return this;
  }

  /** What it is in bytes, after its length. */
  putText(text: string): this {
    const bytes = Buffer.byteLength(text);
    this.put(bytes);
    if (this.#length + bytes > this.#bytes.length) this.#grow(bytes);
    this.#length += this.#bytes.write(text, this.#length);
    return this;
  }

  /** They stay as they are until more is put. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): void {
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length + by);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Reads what a NumberWriter wrote. */
export class NumberReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, from = 0) {
    this.#bytes = bytes;
    this.#at = from;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @throws RangeError at the end */
  get(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  getDouble(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  getText(): string {
    const length = this.get();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
}
