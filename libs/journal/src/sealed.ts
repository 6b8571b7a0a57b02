import type { JournalCipher, SegmentCipher } from './cipher.ts';
import {
  type RecordView,
  readRecord,
  recordBytes,
  recordHeaderBytes,
  recordNumber,
  recordView,
  seal,
  sealedKind,
  writeHeader,
} from './record.ts';
import { JournalFormatError } from './segment-header.ts';

/** Records are encrypted together, so many bytes of them or one that is longer: so much is lost with one harmed byte. */
const SEALED_BYTES = 64 * 1024;

/** Records of a batch that are encrypted together. */
export interface Part {
  /** Where they begin and end in the batch. */
  readonly start: number;
  readonly end: number;
  /** Of the last of them. */
  readonly number: number;
  /** Where their sealed record begins, behind the batch's place on disk; and its bytes. */
  readonly place: number;
  readonly bytes: number;
}

/** How a batch is parted; so it can be known how long it is on disk before it is known where. */
export function partsOf(batch: Buffer, overheadBytes: number): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let place = 0;
  // The mark that opens it is not written yet: it says what is synced when it is known where the batch goes.
  for (let offset = recordHeaderBytes; offset < batch.length; ) {
    const end = offset + recordBytes(batch.readUInt32LE(offset + 4));
    const next = end < batch.length ? end + recordBytes(batch.readUInt32LE(end + 4)) : Number.POSITIVE_INFINITY;
    if (next - start > SEALED_BYTES) {
      const bytes = recordBytes(end - start + overheadBytes);
      parts.push({ start, end, number: recordNumber(batch, offset), place, bytes });
      place += bytes;
      start = end;
    }
    offset = end;
  }
  return parts;
}

export function bytesOf(parts: readonly Part[]): number {
  const { place, bytes } = parts[parts.length - 1];
  return place + bytes;
}

/** What is written for a batch at an offset: a sealed record for each of its parts. */
export function sealBatch(
  batch: Buffer,
  parts: readonly Part[],
  cipher: SegmentCipher,
  offset: number,
  seed: number,
): Buffer {
  const sealed = Buffer.alloc(bytesOf(parts));
  for (const { start, end, number, place } of parts) {
    const content = cipher.seal(offset + place, batch.subarray(start, end));
    writeHeader(sealed, place, content.length, number, sealedKind);
    content.copy(sealed, place + recordHeaderBytes);
  }
  seal(sealed, 0, sealed.length, seed);
  return sealed;
}

/**
 * Calls back for each record that a whole record at this place of a segment stands for: itself, or those that are sealed in it.
 * False when it cannot be opened.
 *
 * @param view the record, as it was read from `bytes`
 * @param offset its place in the segment
 * @throws JournalFormatError when it is encrypted and there is no cipher
 */
export function eachRecord(
  bytes: Buffer,
  view: RecordView,
  offset: number,
  seed: number,
  cipher: JournalCipher | undefined,
  visit: (bytes: Buffer, view: RecordView) => void,
): boolean {
  if (view.kind !== sealedKind) {
    visit(bytes, view);
    return true;
  }
  if (cipher === undefined) throw new JournalFormatError('the journal is encrypted');
  const inner = cipher.open(offset, bytes.subarray(view.start, view.end));
  if (inner === undefined) return false;
  const innerView = recordView();
  for (let at = 0; readRecord(inner, at, inner.length, seed, innerView); at = innerView.next) visit(inner, innerView);
  return true;
}
