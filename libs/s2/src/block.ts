// The block format of Snappy (google/snappy, format_description.txt) and what S2 adds to it (klauspost/compress, s2/README: a
// copy with offset 0 repeats the offset before it). Read: both. Written: Snappy's, which every reader of S2 understands.

/** What should be compressed data is none. */
export class S2Error extends Error {
  override name = 'S2Error';

  constructor(why: string) {
    super(`s2: ${why}`);
  }
}

const HASH_BITS = 14;
const HASH_SHIFT = 32 - HASH_BITS;
const HASH_FACTOR = 0x1e35a7bd;
/** Offsets of copies have two bytes: longer inputs are taken in parts. */
const REACH = 65_536;
const LITERAL_BYTES_SHORT = 60;
const COPY_BYTES_MAX = 64;

/** The places where four bytes with a hash were last. Shared: it is emptied at each use. */
const places = new Int32Array(1 << HASH_BITS);

/** What it may grow to, length included. */
function boundOf(bytes: number): number {
  return 32 + bytes + Math.floor(bytes / 6);
}

export function encodeBlock(input: Uint8Array): Buffer {
  const output = Buffer.allocUnsafe(boundOf(input.length));
  let at = writeLength(output, input.length);
  for (let start = 0; start < input.length; start += REACH) {
    at = encodePart(input, start, Math.min(input.length, start + REACH), output, at);
  }
  return output.subarray(0, at);
}

function encodePart(input: Uint8Array, start: number, end: number, output: Buffer, to: number): number {
  places.fill(-1);
  let at = to;
  let literal = start;
  let next = start;
  // The longer nothing is found, the larger the steps.
  for (let missed = 32; next + 4 <= end; ) {
    const word = wordAt(input, next);
    const hash = Math.imul(word, HASH_FACTOR) >>> HASH_SHIFT;
    const before = places[hash];
    places[hash] = next;
    if (before < 0 || wordAt(input, before) !== word) {
      next += missed++ >>> 5;
      continue;
    }
    missed = 32;
    let length = 4;
    while (next + length < end && input[before + length] === input[next + length]) length++;
    at = writeLiteral(input, literal, next, output, at);
    at = writeCopy(next - before, length, output, at);
    next += length;
    literal = next;
  }
  return writeLiteral(input, literal, end, output, at);
}

function wordAt(input: Uint8Array, at: number): number {
  return input[at] | (input[at + 1] << 8) | (input[at + 2] << 16) | (input[at + 3] << 24);
}

function writeLength(output: Buffer, length: number): number {
  let at = 0;
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) output[at++] = (rest & 0x7f) | 0x80;
  output[at++] = rest;
  return at;
}

function writeLiteral(input: Uint8Array, start: number, end: number, output: Buffer, to: number): number {
  const length = end - start;
  if (length === 0) return to;
  let at = to;
  const last = length - 1;
  if (last < LITERAL_BYTES_SHORT) {
    output[at++] = last << 2;
  } else if (last < 256) {
    output[at++] = 60 << 2;
    output[at++] = last;
  } else {
    output[at++] = 61 << 2;
    output[at++] = last & 255;
    output[at++] = last >>> 8;
  }
  output.set(input.subarray(start, end), at);
  return at + length;
}

function writeCopy(offset: number, length: number, output: Buffer, to: number): number {
  let at = to;
  let rest = length;
  while (rest > 0) {
    const part = Math.min(rest, COPY_BYTES_MAX);
    output[at++] = ((part - 1) << 2) | 2;
    output[at++] = offset & 255;
    output[at++] = offset >>> 8;
    rest -= part;
  }
  return at;
}

/**
 * @param bytesMax what it may become: more is an error before anything is allocated
 * @throws S2Error
 */
export function decodeBlock(input: Buffer, bytesMax: number): Buffer {
  const { length, at: start } = readLength(input);
  if (length > bytesMax) throw new S2Error('block too large');
  const output = Buffer.allocUnsafe(length);
  let at = start;
  let to = 0;
  let offset = 0;
  const number = (bytes: number): number => {
    if (at + bytes > input.length) throw corrupt();
    const value = bytes === 0 ? 0 : input.readUIntLE(at, bytes);
    at += bytes;
    return value;
  };
  while (at < input.length) {
    const tag = input[at++];
    const upper = tag >> 2;
    const kind = tag & 3;
    if (kind === 0) {
      const bytes = 1 + (upper < 60 ? upper : number(upper - 59));
      if (at + bytes > input.length || to + bytes > length) throw corrupt();
      input.copy(output, to, at, at + bytes);
      at += bytes;
      to += bytes;
      continue;
    }
    let bytes = upper + 1;
    if (kind === 1) {
      const near = ((tag & 0xe0) << 3) | number(1);
      bytes = upper & 7;
      if (near > 0) {
        offset = near;
        bytes += 4;
      } else {
        bytes = bytes < 5 ? bytes + 4 : REPEATED[bytes - 5] + number(bytes - 4);
      }
    } else {
      offset = number(kind === 2 ? 2 : 4);
    }
    if (offset === 0 || offset > to || to + bytes > length) throw corrupt();
    copyWithin(output, to, offset, bytes);
    to += bytes;
  }
  if (to !== length) throw corrupt();
  return output;
}

/** What the lengths 5, 6, 7 of a repeated copy begin with; the rest is in as many bytes as they are above 4. */
const REPEATED: readonly number[] = [8, 260, 65_540];

/** The copy may overlap itself: then it repeats. */
function copyWithin(output: Buffer, to: number, offset: number, bytes: number): void {
  if (offset >= bytes) output.copyWithin(to, to - offset, to - offset + bytes);
  else for (let i = to; i < to + bytes; i++) output[i] = output[i - offset];
}

function readLength(input: Buffer): { length: number; at: number } {
  let length = 0;
  for (let at = 0, unit = 1; at < 5 && at < input.length; at++, unit *= 0x80) {
    length += (input[at] & 0x7f) * unit;
    if (input[at] < 0x80) return { length, at: at + 1 };
  }
  throw corrupt();
}

function corrupt(): S2Error {
  return new S2Error('corrupt input');
}
