import { crc32 } from 'node:zlib';

// A record on disk, little endian, at a multiple of 8 bytes from the segment's start:
//
//   0  u32  CRC-32 (IEEE) of what follows up to the content's end, begun with the segment's seed
//   4  u32  bytes of content
//   8  u48  number
//  14  u8   kind
//  15  u8   0
//  16  content, then zeros up to a multiple of 8
//
// The seed makes a record valid in its own segment alone: what lies on the disk from earlier is never taken for one.

export const recordHeaderBytes = 16;
const ALIGNMENT = 8;
const NUMBER_MAX = 2 ** 48 - 1;

/** What the journal was given; numbered one after the other. */
export const entryKind = 1;
/** No content; up to its number everything was on disk when it was written. Opens each batch. */
export const markKind = 2;
/** No content; everything written so far with a higher number is void. */
export const cutKind = 3;
/** An entry written once more when the journal was opened; counts from the adoption that follows it. */
export const copyKind = 4;
/** No content; the copies up to its number take the place of the entries, and of all that was written after those. */
export const adoptKind = 5;
/** Its content holds records as they would stand here, encrypted; its number is that of the last of them. */
export const sealedKind = 6;

/** Bytes on disk of a record with so much content. */
export function recordBytes(contentBytes: number): number {
  return (recordHeaderBytes + contentBytes + ALIGNMENT - 1) & -ALIGNMENT;
}

/** Everything but the checksum, which waits until it is known which segment the record goes to (`seal`). */
export function writeHeader(buffer: Buffer, offset: number, contentBytes: number, number: number, kind: number): void {
  if (number > NUMBER_MAX) throw new RangeError(`a journal numbers up to ${NUMBER_MAX}`);
  buffer.writeUInt32LE(contentBytes, offset + 4);
  buffer.writeUInt32LE(number >>> 0, offset + 8);
  buffer.writeUInt32LE(Math.floor(number / 2 ** 32) | (kind << 16), offset + 12);
}

/** Gives each record in the range its checksum. */
export function seal(buffer: Buffer, start: number, end: number, seed: number): void {
  for (let offset = start; offset < end; ) {
    const contentBytes = buffer.readUInt32LE(offset + 4);
    buffer.writeUInt32LE(checksum(buffer, offset, contentBytes, seed), offset);
    offset += recordBytes(contentBytes);
  }
}

function checksum(buffer: Buffer, offset: number, contentBytes: number, seed: number): number {
  return crc32(buffer.subarray(offset + 4, offset + recordHeaderBytes + contentBytes), seed);
}

/** The record at an offset, as it was read. Reused: valid until the next `readRecord` with it. */
export interface RecordView {
  kind: number;
  number: number;
  /** Where the content lies in the buffer. */
  start: number;
  end: number;
  /** Where the next record begins. */
  next: number;
}

export const recordView = (): RecordView => ({ kind: 0, number: 0, start: 0, end: 0, next: 0 });

/** The number of the record at an offset, unchecked. */
export function recordNumber(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset + 8) + buffer.readUInt16LE(offset + 12) * 2 ** 32;
}

/** What a record's header says, unchecked. */
export function readHeader(buffer: Buffer, offset: number, into: RecordView): void {
  const contentBytes = buffer.readUInt32LE(offset + 4);
  into.kind = buffer[offset + 14];
  into.start = offset + recordHeaderBytes;
  into.end = into.start + contentBytes;
  into.number = recordNumber(buffer, offset);
  into.next = offset + recordBytes(contentBytes);
}

/** False when what lies there is no whole, unharmed record of the segment. */
export function readRecord(buffer: Buffer, offset: number, end: number, seed: number, into: RecordView): boolean {
  if (offset + recordHeaderBytes > end) return false;
  const contentBytes = buffer.readUInt32LE(offset + 4);
  const kind = buffer[offset + 14];
  if (kind < entryKind || kind > sealedKind || buffer[offset + 15] !== 0) return false;
  if (contentBytes > end - offset - recordHeaderBytes) return false;
  if (contentBytes !== 0 && kind !== entryKind && kind !== copyKind && kind !== sealedKind) return false;
  if (buffer.readUInt32LE(offset) !== checksum(buffer, offset, contentBytes, seed)) return false;
  readHeader(buffer, offset, into);
  return true;
}
