import type { ConsumerConfig, StreamConfig } from '@skein/jetstream-core';
import type { Moment } from './hosting.ts';

/*
 * A record of a shard's journal: kind (u8), number of the stream (u48, little endian), then by kind
 *   1 operation         of a stream (operation-codec.ts)
 *   2 consumer          number of the consumer (u48); of each operation its length (u32), and itself (consumer-operation.ts)
 *   3 stream created    JSON; its number is the record's own, the one here is 0
 *   4 stream deleted
 *   5 consumer created  JSON; its number is the record's own
 *   6 consumer updated  JSON
 *   7 consumer deleted  JSON
 *   8 stream restored   JSON; its number is the record's own. Its messages and consumers are in the database before
 */
export const RecordKind = {
  Operation: 1,
  ConsumerOperation: 2,
  StreamCreated: 3,
  StreamDeleted: 4,
  ConsumerCreated: 5,
  ConsumerUpdated: 6,
  ConsumerDeleted: 7,
  StreamRestored: 8,
} as const;

export const RECORD_HEAD_BYTES = 7;
const CONSUMER_HEAD_BYTES = RECORD_HEAD_BYTES + 6;

export interface StreamCreated {
  readonly account: string;
  readonly config: StreamConfig;
  readonly created: Moment;
}

export interface StreamRestored {
  /** Under which number the shard has its messages. */
  readonly restoring: number;
  readonly account: string;
  readonly created: Moment;
  /** Of the node. */
  readonly life?: string;
}

export interface ConsumerCreated {
  readonly config: ConsumerConfig;
  readonly created: Moment;
  /** Of the node, with `mem_storage`. */
  readonly life?: string;
}

export interface ConsumerUpdated {
  readonly number: number;
  readonly config: ConsumerConfig;
}

export interface ConsumerDeleted {
  readonly number: number;
  /** What nobody else wants goes with it. Default: true. */
  readonly isReleasing?: boolean;
}

export function writeRecordHead(target: Buffer, at: number, kind: number, stream: number): void {
  target[at] = kind;
  target.writeUIntLE(stream, at + 1, 6);
}

export function record(kind: number, stream: number, content: Buffer | object): Buffer {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const head = Buffer.allocUnsafe(RECORD_HEAD_BYTES);
  writeRecordHead(head, 0, kind, stream);
  return Buffer.concat([head, bytes]);
}

export function consumerRecord(stream: number, consumer: number, operations: readonly Buffer[]): Buffer {
  const size = operations.reduce((sum, { length }) => sum + 4 + length, CONSUMER_HEAD_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  writeRecordHead(bytes, 0, RecordKind.ConsumerOperation, stream);
  bytes.writeUIntLE(consumer, RECORD_HEAD_BYTES, 6);
  let at = CONSUMER_HEAD_BYTES;
  for (const operation of operations) {
    bytes.writeUInt32LE(operation.length, at);
    at += 4 + operation.copy(bytes, at + 4);
  }
  return bytes;
}

export interface ShardRecord {
  readonly kind: number;
  readonly stream: number;
  readonly content: Buffer;
}

/** @throws RangeError for bytes that are no record */
export function readRecord(bytes: Buffer): ShardRecord {
  if (bytes.length < RECORD_HEAD_BYTES) throw new RangeError('no record of a shard');
  return { kind: bytes[0] as number, stream: bytes.readUIntLE(1, 6), content: bytes.subarray(RECORD_HEAD_BYTES) };
}

export function readConsumerRecord(content: Buffer): { consumer: number; operations: Buffer[] } {
  const operations: Buffer[] = [];
  for (let at = 6; at < content.length; ) {
    const end = at + 4 + content.readUInt32LE(at);
    operations.push(content.subarray(at + 4, end));
    at = end;
  }
  return { consumer: content.readUIntLE(0, 6), operations };
}

export const readJson = <T>(content: Buffer): T => JSON.parse(content.toString()) as T;
