import { crc32 } from 'node:zlib';

// 0 8 bytes magic · 8 u16 version · 10 u16 0 · 12 u32 ordinal · 16 8 bytes the journal's own · 24 u32 CRC-32 · 28 u32 0

export const segmentHeaderBytes = 32;
export const journalIdBytes = 8;
/** Segments are counted from here, over the whole life of the journal. */
export const firstOrdinal = 1;
const MAGIC = Buffer.from('SKEINJNL', 'latin1');
/** A reader of another version refuses the file rather than guess. */
const VERSION = 1;

export class JournalFormatError extends Error {
  override name = 'JournalFormatError';
}

export function writeSegmentHeader(ordinal: number, journalId: Buffer): Buffer {
  const header = Buffer.alloc(segmentHeaderBytes);
  MAGIC.copy(header);
  header.writeUInt16LE(VERSION, 8);
  header.writeUInt32LE(ordinal, 12);
  journalId.copy(header, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
  return header;
}

/**
 * The journal's id, or undefined when the header is harmed or was never written.
 *
 * @throws JournalFormatError for a whole header of another version
 */
export function readSegmentHeader(header: Buffer, ordinal: number): Buffer | undefined {
  if (header.length < segmentHeaderBytes || !header.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (header.readUInt32LE(24) !== crc32(header.subarray(0, 24))) return undefined;
  const version = header.readUInt16LE(8);
  if (version !== VERSION) throw new JournalFormatError(`a journal of version ${version}, this reads ${VERSION}`);
  if (header.readUInt32LE(12) !== ordinal) return undefined;
  return Buffer.from(header.subarray(16, 16 + journalIdBytes));
}

/** What the checksums of a segment's records begin with. Needs no header: a harmed one harms no record. */
export function segmentSeed(ordinal: number, journalId: Buffer): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(ordinal);
  return crc32(bytes, crc32(journalId));
}

export function segmentName(ordinal: number): string {
  return `${ordinal.toString(16).padStart(8, '0')}.journal`;
}

/** Undefined for names of other files. */
export function segmentOrdinal(name: string): number | undefined {
  return /^[0-9a-f]{8}\.journal$/.test(name) ? Number.parseInt(name, 16) : undefined;
}
