import type { Publication } from './publication.ts';

/*
 * What the bytes of an operation are made of (operation-codec.ts), numbers little endian.
 * A head: kind (u8), bytes of a run (u8), nanoseconds (u32), seconds (u48).
 * A message: bytes of its subject (u16), of its header block (u32), of its content (u32), subject, content.
 */

export const HEAD_BYTES = 12;
export const MESSAGE_HEAD_BYTES = 10;
/** Up to here writing byte by byte is faster. */
const SHORT_BYTES = 48;

export function writeHead(bytes: Buffer, at: number, kind: number, seconds: number, nanos: number): void {
  bytes[at] = kind;
  bytes[at + 1] = 0;
  bytes.writeUInt32LE(nanos, at + 2);
  bytes.writeUIntLE(seconds, at + 6, 6);
}

/** @returns where the next one goes */
export function writeMessage(
  bytes: Buffer,
  at: number,
  subject: string,
  content: Buffer,
  start: number,
  end: number,
  headerBytes: number,
): number {
  const contentAt = writeMessageHead(bytes, at, subject, end - start, headerBytes);
  return contentAt + content.copy(bytes, contentAt, start, end);
}

/** @returns where the content goes */
export function writeMessageHead(
  bytes: Buffer,
  at: number,
  subject: string,
  contentBytes: number,
  headerBytes: number,
): number {
  bytes.writeUInt16LE(subject.length, at);
  bytes.writeUInt32LE(headerBytes, at + 2);
  bytes.writeUInt32LE(contentBytes, at + 6);
  return at + MESSAGE_HEAD_BYTES + writeText(bytes, at + MESSAGE_HEAD_BYTES, subject);
}

/** One char a byte. @returns how many */
function writeText(bytes: Buffer, at: number, text: string): number {
  if (text.length > SHORT_BYTES) return bytes.write(text, at, 'latin1');
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return text.length;
}

/** @throws RangeError */
export function readMessage(bytes: Buffer, at: number): Publication {
  const subject = bytes.toString('latin1', at + MESSAGE_HEAD_BYTES, contentStart(bytes, at));
  return readMessageOn(subject, bytes, at);
}

/** As `readMessage`, where the subject is known. */
export function readMessageOn(subject: string, bytes: Buffer, at: number): Publication {
  const contentAt = contentStart(bytes, at);
  const end = contentAt + bytes.readUInt32LE(at + 6);
  if (end > bytes.length) throw new RangeError('a message that is not all there');
  return { subject, content: bytes.subarray(contentAt, end), headerBytes: bytes.readUInt32LE(at + 2) };
}

/** Of a message whose subject and content have so many bytes. */
export const messageBytes = (subjectBytes: number, contentBytes: number): number =>
  MESSAGE_HEAD_BYTES + subjectBytes + contentBytes;

const contentStart = (bytes: Buffer, at: number): number => at + MESSAGE_HEAD_BYTES + bytes.readUInt16LE(at);
