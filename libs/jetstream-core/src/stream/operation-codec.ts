import { BATCH, BATCH_HEAD_BYTES, BatchOperation } from './batch-operation.ts';
import {
  HEAD_BYTES,
  MESSAGE_HEAD_BYTES,
  messageBytes,
  readMessage,
  writeHead,
  writeMessage,
  writeMessageHead,
} from './message-bytes.ts';
import type { Operation } from './operation.ts';
import type { Original } from './original.ts';
import type { Publication } from './publication.ts';

/*
 * An operation as bytes: a head and messages as message-bytes.ts has them, numbers little endian. By kind, behind the head:
 *   publish  message, run
 *   batch    length of the id (u16), messages (u16), id, that many messages
 *   ingest   length of the key (u16), of the identity (u8), messages (u16), key, identity, then for each message: sequence at the
 *            origin (f64), nanoseconds (u32) and seconds (u48) there, message
 *   others   JSON
 */

const PUBLISH = 1;
const JSON_TEXT = 3;
const INGEST = 4;
/** What a publish's record has beside subject and content, which are its end. */
export const PUBLISH_HEAD_BYTES = HEAD_BYTES + MESSAGE_HEAD_BYTES;
const INGEST_HEAD_BYTES = 5;
const ORIGIN_BYTES = 18;

/** An operation, and when its leader put it into the journal. */
export interface TimedOperation {
  readonly operation: Operation;
  readonly seconds: number;
  readonly nanos: number;
}

/** The bytes of a publish, without an operation in between: there is one for each message. */
export function encodePublish(
  subject: string,
  content: Buffer,
  headerBytes: number,
  seconds: number,
  nanos: number,
  run = '',
): Buffer {
  const contentAt = PUBLISH_HEAD_BYTES + subject.length;
  const bytes = Buffer.allocUnsafe(contentAt + content.length + run.length);
  writePublish(bytes, 0, subject, content.length, headerBytes, seconds, nanos, run.length);
  content.copy(bytes, contentAt);
  bytes.write(run, contentAt + content.length, 'latin1');
  return bytes;
}

/** All of a publish but its content, which belongs behind it, and the run's name, which comes last. */
export function writePublish(
  bytes: Buffer,
  at: number,
  subject: string,
  contentBytes: number,
  headerBytes: number,
  seconds: number,
  nanos: number,
  runBytes = 0,
): void {
  writeHead(bytes, at, PUBLISH, seconds, nanos);
  bytes[at + 1] = runBytes;
  writeMessageHead(bytes, at + HEAD_BYTES, subject, contentBytes, headerBytes);
}

export function encodeOperation({ operation, seconds, nanos }: TimedOperation): Buffer {
  if (operation.kind === 'publish') {
    const { subject, content, headerBytes, run } = operation;
    return encodePublish(subject, content, headerBytes, seconds, nanos, run);
  }
  if (operation.kind === 'batch') return encodeBatch(operation.id, operation.messages, seconds, nanos);
  if (operation.kind === 'ingest') {
    return encodeIngest(operation.key, operation.identity, operation.messages, seconds, nanos);
  }
  const text = JSON.stringify(operation);
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(text));
  writeHead(bytes, 0, JSON_TEXT, seconds, nanos);
  bytes.write(text, HEAD_BYTES);
  return bytes;
}

/**
 * Contents are views of the bytes.
 *
 * @throws RangeError for bytes that are no operation
 */
export function decodeOperation(bytes: Buffer): TimedOperation {
  const operation = decodeKind(bytes);
  return { operation, nanos: bytes.readUInt32LE(2), seconds: bytes.readUIntLE(6, 6) };
}

function decodeKind(bytes: Buffer): Operation {
  switch (bytes[0]) {
    case PUBLISH:
      return { kind: 'publish', ...readMessage(bytes, HEAD_BYTES), ...readRun(bytes) };
    case BATCH:
      return decodeBatch(bytes);
    case INGEST:
      return decodeIngest(bytes);
    case JSON_TEXT:
      return JSON.parse(bytes.toString('utf8', HEAD_BYTES));
    default:
      throw new RangeError(`an operation of kind ${bytes[0]}`);
  }
}

function readRun(bytes: Buffer): { run?: string } {
  const length = bytes[1] as number;
  return length === 0 ? {} : { run: bytes.toString('latin1', bytes.length - length) };
}

function encodeBatch(id: string, messages: readonly Publication[], seconds: number, nanos: number): Buffer {
  const batch = new BatchOperation(id);
  for (const { subject, content, headerBytes } of messages) batch.add(subject, content, 0, content.length, headerBytes);
  return batch.seal(seconds, nanos);
}

function decodeBatch(bytes: Buffer): Operation {
  const idEnd = BATCH_HEAD_BYTES + bytes.readUInt16LE(HEAD_BYTES);
  const messages: Publication[] = [];
  let at = idEnd;
  for (let left = bytes.readUInt16LE(HEAD_BYTES + 2); left > 0; left--) {
    const message = readMessage(bytes, at);
    messages.push(message);
    at += messageBytes(message.subject.length, message.content.length);
  }
  return { kind: 'batch', id: bytes.toString('latin1', BATCH_HEAD_BYTES, idEnd), messages };
}

function encodeIngest(
  key: string,
  identity: string,
  messages: readonly Original[],
  seconds: number,
  nanos: number,
): Buffer {
  let size = HEAD_BYTES + INGEST_HEAD_BYTES + key.length + identity.length;
  for (const { subject, content } of messages) {
    size += ORIGIN_BYTES + messageBytes(subject.length, content.length);
  }
  const bytes = Buffer.allocUnsafe(size);
  writeHead(bytes, 0, INGEST, seconds, nanos);
  bytes.writeUInt16LE(key.length, HEAD_BYTES);
  bytes[HEAD_BYTES + 2] = identity.length;
  bytes.writeUInt16LE(messages.length, HEAD_BYTES + 3);
  let at = HEAD_BYTES + INGEST_HEAD_BYTES;
  at += bytes.write(key, at, 'latin1');
  at += bytes.write(identity, at, 'latin1');
  for (const original of messages) {
    bytes.writeDoubleLE(original.origin, at);
    bytes.writeUInt32LE(original.nanos, at + 8);
    bytes.writeUIntLE(original.seconds, at + 12, 6);
    const { subject, content, headerBytes } = original;
    at = writeMessage(bytes, at + ORIGIN_BYTES, subject, content, 0, content.length, headerBytes);
  }
  return bytes;
}

function decodeIngest(bytes: Buffer): Operation {
  const keyAt = HEAD_BYTES + INGEST_HEAD_BYTES;
  const identityAt = keyAt + bytes.readUInt16LE(HEAD_BYTES);
  let at = identityAt + bytes.readUInt8(HEAD_BYTES + 2);
  const key = bytes.toString('latin1', keyAt, identityAt);
  const identity = bytes.toString('latin1', identityAt, at);
  const messages: Original[] = [];
  for (let left = bytes.readUInt16LE(HEAD_BYTES + 3); left > 0; left--) {
    const origin = bytes.readDoubleLE(at);
    const nanos = bytes.readUInt32LE(at + 8);
    const seconds = bytes.readUIntLE(at + 12, 6);
    const message = readMessage(bytes, at + ORIGIN_BYTES);
    messages.push({ ...message, origin, seconds, nanos });
    at += ORIGIN_BYTES + messageBytes(message.subject.length, message.content.length);
  }
  return { kind: 'ingest', key, identity, messages };
}
