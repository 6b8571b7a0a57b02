// What nats-server 2.15 puts into a backup, beneath S2 (`stream.tar.s2` is no tar): 8 bytes `NATSARC1`; entries; five zeros.
// An entry: bytes of the name, time (nanoseconds since 1970, zigzag), sequence, bytes of the headers, bytes of the payload, all
// as varints (seven bits a byte, lowest first); then name, headers, payload. A message's name is its subject. With sequence 0:
// `state.json` comes first, then `consumers/<name>` for each consumer. Found by looking at backups; see docs/decisions/backup.md.

export interface ArchiveEntry {
  /** A char per byte. */
  readonly name: string;
  /** 0: no message. */
  readonly sequence: number;
  readonly seconds: number;
  readonly nanos: number;
  /** Headers, then payload. */
  readonly content: Buffer;
  readonly headerBytes: number;
}

/** What should be an archive is none. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

export const archiveBegin: Buffer = Buffer.from('NATSARC1', 'latin1');
export const archiveEnd: Buffer = Buffer.alloc(5);

/** Ten bytes at most for each of five numbers. */
const HEAD_BYTES_MAX = 50;
const NAME_BYTES_MAX = 65_535;
/** The largest payload that a server can be set to, and headers. */
const CONTENT_BYTES_MAX = 2 * (64 << 20);
const NANOS = 1_000_000_000n;

export function encodeEntry({ name, sequence, seconds, nanos, content, headerBytes }: ArchiveEntry): Buffer {
  const entry = Buffer.allocUnsafe(HEAD_BYTES_MAX + name.length + content.length);
  let at = writeNumber(entry, 0, name.length);
  at = writeTime(entry, at, BigInt(seconds) * NANOS + BigInt(nanos));
  at = writeNumber(entry, at, sequence);
  at = writeNumber(entry, at, headerBytes);
  at = writeNumber(entry, at, content.length - headerBytes);
  at += entry.write(name, at, 'latin1');
  at += content.copy(entry, at);
  return entry.subarray(0, at);
}

function writeNumber(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  target[at++] = rest;
  return at;
}

function writeTime(target: Buffer, start: number, nanos: bigint): number {
  let at = start;
  let rest = nanos < 0n ? -2n * nanos - 1n : 2n * nanos;
  for (; rest >= 0x80n; rest >>= 7n) target[at++] = Number(rest & 0x7fn) | 0x80;
  target[at++] = Number(rest);
  return at;
}

/** Entries of an archive as its bytes arrive. Keeps no more than one of them and one piece. */
export class ArchiveReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Fewer bytes than this are not looked at. */
  #needed = archiveBegin.length;
  #begun = false;
  /** The archive's end has come. */
  ended = false;

  /** @throws ArchiveError */
  *push(piece: Buffer): Generator<ArchiveEntry> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < this.#needed) return;
    let rest = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
    if (!this.#begun) {
      if (!rest.subarray(0, archiveBegin.length).equals(archiveBegin))
        throw new ArchiveError('not a backup of a stream');
      this.#begun = true;
      rest = rest.subarray(archiveBegin.length);
    }
    for (;;) {
      if (this.ended && rest.length > 0) throw new ArchiveError('data behind the end of the backup');
      const read = readEntry(rest);
      this.#needed = read.needed;
      if (read.needed > rest.length || this.ended) break;
      rest = rest.subarray(read.needed);
      if (read.entry === undefined) this.ended = true;
      else yield read.entry;
    }
    this.#pieces = rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#bytes = rest.length;
  }
}

/** The first entry, or how many bytes are needed to know more. Neither: it is the end. */
function readEntry(bytes: Buffer): { needed: number; entry?: ArchiveEntry } {
  const head = new HeadReader(bytes);
  const nameBytes = head.number();
  const time = head.time();
  const sequence = head.number();
  const headerBytes = head.number();
  const payloadBytes = head.number();
  if (head.isShort) return { needed: bytes.length + 1 };
  const contentBytes = headerBytes + payloadBytes;
  if (nameBytes > NAME_BYTES_MAX || contentBytes > CONTENT_BYTES_MAX) throw new ArchiveError('an entry is too large');
  const start = head.at;
  const needed = start + nameBytes + contentBytes;
  if (nameBytes === 0) {
    if (needed !== archiveEnd.length || time !== 0n || sequence !== 0) throw new ArchiveError('an entry has no name');
    return { needed };
  }
  if (needed > bytes.length) return { needed };
  const name = bytes.toString('latin1', start, start + nameBytes);
  const content = Buffer.from(bytes.subarray(start + nameBytes, needed));
  const nanos = Number(((time % NANOS) + NANOS) % NANOS);
  const seconds = Number((time - BigInt(nanos)) / NANOS);
  return { needed, entry: { name, sequence, seconds, nanos, content, headerBytes } };
}

class HeadReader {
  readonly #bytes: Buffer;
  at = 0;
  /** The bytes end within it. */
  isShort = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number {
    const value = Number(this.#varint());
    if (value > Number.MAX_SAFE_INTEGER) throw new ArchiveError('a number is too large');
    return value;
  }

  time(): bigint {
    const value = this.#varint();
    return value & 1n ? -(value >> 1n) - 1n : value >> 1n;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) {
        this.isShort = true;
        return 0n;
      }
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ArchiveError('a number is too long');
  }
}
