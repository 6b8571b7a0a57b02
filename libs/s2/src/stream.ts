import { decodeBlock, encodeBlock, S2Error } from './block.ts';
import { maskedCrc32c } from './crc32c.ts';

// The framing format (google/snappy, framing_format.txt; S2's own first chunk): chunks of a type (u8), bytes (u24, little
// endian), content. Compressed (0) and plain (1) ones begin with the masked CRC-32C of what they hold, u32 little endian.

const HEAD_BYTES = 4;
const COMPRESSED = 0x00;
const PLAIN = 0x01;
const IDENTIFIER = 0xff;
/** Types from here on may be skipped. */
const SKIPPED = 0x80;
/** What a block holds at most, written. */
const BLOCK_BYTES = 65_536;
/** What a block may hold at most, read (s2/README: 4 MiB). */
const BLOCK_BYTES_MAX = 4 << 20;
const IDENTIFIERS: readonly Buffer[] = ['S2sTwO', 'sNaPpY'].map((name) => chunk(0xff, Buffer.from(name, 'latin1')));

function chunk(type: number, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = type;
  head.writeUIntLE(
    parts.reduce((bytes, part) => bytes + part.length, 0),
    1,
    3,
  );
  return Buffer.concat([head, ...parts]);
}

/** Text to an S2 stream, a block at a time. */
export class S2Writer {
  #begun = false;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  /** What can be written of it so far. */
  push(bytes: Buffer): Buffer[] {
    const written: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#pendingBytes);
      this.#pending.push(part);
      this.#pendingBytes += part.length;
      at += part.length;
      if (this.#pendingBytes === BLOCK_BYTES) written.push(...this.flush());
    }
    return written;
  }

  /** What is left. */
  flush(): Buffer[] {
    const written = this.#begun ? [] : [IDENTIFIERS[0]];
    this.#begun = true;
    if (this.#pendingBytes === 0) return written;
    const text = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(maskedCrc32c(text));
    const block = encodeBlock(text);
    const shorter = block.length < text.length - (text.length >> 3);
    written.push(shorter ? chunk(COMPRESSED, sum, block) : chunk(PLAIN, sum, text));
    return written;
  }
}

/** An S2 or Snappy stream to text, as it arrives. */
export class S2Reader {
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;

  /**
   * The text of every block that is whole. Keeps no more than one chunk.
   *
   * @throws S2Error
   */
  *push(bytes: Buffer): Generator<Buffer> {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= HEAD_BYTES) {
      const type = rest[0];
      const end = HEAD_BYTES + rest.readUIntLE(1, 3);
      this.#check(type, end);
      if (rest.length < end) break;
      const text = this.#text(type, rest.subarray(0, end));
      rest = rest.subarray(end);
      if (text !== undefined) yield text;
    }
    this.#rest = Buffer.from(rest);
  }

  /** @throws S2Error when the stream ended within a chunk */
  end(): void {
    if (this.#rest.length > 0) throw new S2Error('corrupt input');
  }

  #check(type: number, end: number): void {
    if (!this.#begun && type !== IDENTIFIER) throw new S2Error('corrupt input');
    if (type > PLAIN && type < SKIPPED) throw new S2Error('unsupported input');
    if (end > HEAD_BYTES + 4 + BLOCK_BYTES_MAX + (BLOCK_BYTES_MAX >> 2)) throw new S2Error('unsupported input');
  }

  #text(type: number, whole: Buffer): Buffer | undefined {
    if (type === IDENTIFIER) {
      if (!IDENTIFIERS.some((identifier) => identifier.equals(whole))) throw new S2Error('corrupt input');
      this.#begun = true;
      return undefined;
    }
    if (type > PLAIN) return undefined;
    if (whole.length < HEAD_BYTES + 4) throw new S2Error('corrupt input');
    const body = whole.subarray(HEAD_BYTES + 4);
    const text = type === COMPRESSED ? decodeBlock(body, BLOCK_BYTES_MAX) : body;
    if (text.length > BLOCK_BYTES_MAX) throw new S2Error('corrupt input');
    if (maskedCrc32c(text) !== whole.readUInt32LE(HEAD_BYTES)) throw new S2Error('corrupt input, crc mismatch');
    return text;
  }
}
