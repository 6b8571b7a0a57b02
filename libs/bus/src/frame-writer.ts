import { Frame, type FrameBody } from './messages.ts';
import { putBytes, putLatin1, putVarint, varintBytes } from './wire.ts';

/** What a full chunk is given to. True: it has been taken and the buffer may be filled again. */
export type ChunkSink = (base: Buffer, length: number) => boolean;

// Tags of the hot frames in Frame, and of their fields: number << 3 | wire type.
const DELIVER = (1 << 3) | 2;
const PUBLISH = (2 << 3) | 2;
const RETURNED = (3 << 3) | 2;
const LINK_ACK = (4 << 3) | 2;
const INTEREST = (5 << 3) | 2;
const INTEREST_UPDATE = (6 << 3) | 2;
export const CHANGE = (8 << 3) | 2;

const varintField = (n: number): number => (n === 0 ? 0 : 1 + varintBytes(n));
const bytesField = (length: number): number => (length === 0 ? 0 : 1 + varintBytes(length) + length);

function queuesBytes(queues: readonly Buffer[], count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += 1 + varintBytes(queues[i].length) + queues[i].length;
  return total;
}

function putVarintField(buf: Buffer, at: number, tag: number, n: number): number {
  if (n === 0) return at;
  buf[at] = tag;
  return putVarint(buf, at + 1, n);
}

function putBytesField(buf: Buffer, at: number, tag: number, from: Buffer, start: number, end: number): number {
  if (start === end) return at;
  buf[at] = tag;
  return putBytes(buf, putVarint(buf, at + 1, end - start), from, start, end);
}

function putQueues(buf: Buffer, at: number, tag: number, queues: readonly Buffer[], count: number): number {
  for (let i = 0; i < count; i++) {
    buf[at] = tag;
    at = putBytes(buf, putVarint(buf, at + 1, queues[i].length), queues[i], 0, queues[i].length);
  }
  return at;
}

/** Bytes of a Change as an element of `changes`, tag and length included. */
export function changeBytes(account: Buffer, subject: string, queue: string, weight: number): number {
  const body = bytesField(account.length) + bytesField(subject.length) + bytesField(queue.length) + varintField(weight);
  return 1 + varintBytes(body) + body;
}

export function putChange(
  buf: Buffer,
  at: number,
  account: Buffer,
  subject: string,
  queue: string,
  weight: number,
): number {
  const body = bytesField(account.length) + bytesField(subject.length) + bytesField(queue.length) + varintField(weight);
  buf[at] = CHANGE;
  at = putVarint(buf, at + 1, body);
  at = putBytesField(buf, at, (1 << 3) | 2, account, 0, account.length);
  buf[at] = (2 << 3) | 2;
  at = putLatin1(buf, putVarint(buf, at + 1, subject.length), subject);
  if (queue.length > 0) {
    buf[at] = (3 << 3) | 2;
    at = putLatin1(buf, putVarint(buf, at + 1, queue.length), queue);
  }
  return putVarintField(buf, at, 4 << 3, weight);
}

/** Free chunks kept: a backlog under way reuses them instead of making garbage of 128 KiB each. */
const SPARES_MAX = 32;

/**
 * Appends length-delimited frames to a chunk of memory and passes full chunks on. The hot frames are written by hand,
 * straight from the caller's buffers (byte for byte what protobufjs writes); each returns the frame's size.
 */
export class FrameWriter {
  private readonly chunkBytes: number;
  private readonly spares: Buffer[];
  private readonly sink: ChunkSink;
  /** Null while there is nothing to write: an idle connection owns no chunk. */
  private buf: Buffer | null = null;
  private at = 0;

  /** @param spares free chunks of this size, which several writers may share */
  constructor(chunkBytes: number, sink: ChunkSink, spares: Buffer[] = []) {
    this.chunkBytes = chunkBytes;
    this.spares = spares;
    this.sink = sink;
  }

  get pending(): number {
    return this.at;
  }

  /** The frames not passed on yet. */
  unsent(): Buffer {
    return this.buf === null ? Buffer.alloc(0) : this.buf.subarray(0, this.at);
  }

  /** Gives a chunk back that the sink had kept. */
  recycle(chunk: Buffer): void {
    if (chunk.length === this.chunkBytes && this.spares.length < SPARES_MAX) this.spares.push(chunk);
  }

  /** Passes on what there is. */
  flush(): void {
    const buf = this.buf;
    if (buf === null || this.at === 0) return;
    const length = this.at;
    this.at = 0;
    this.buf = null;
    if (this.sink(buf, length)) this.recycle(buf);
  }

  private reserve(bytes: number): Buffer {
    if (this.buf !== null) {
      if (this.at + bytes <= this.buf.length) return this.buf;
      this.flush();
    }
    if (bytes > this.chunkBytes) this.buf = Buffer.allocUnsafeSlow(bytes);
    else this.buf = this.spares.pop() ?? Buffer.allocUnsafeSlow(this.chunkBytes);
    return this.buf;
  }

  /** Any frame but the hot ones; written by protobufjs. */
  message(body: FrameBody): number {
    const bytes = Frame.encode(body).finish();
    const total = varintBytes(bytes.length) + bytes.length;
    const buf = this.reserve(total);
    const at = putVarint(buf, this.at, bytes.length);
    buf.set(bytes, at);
    this.at = at + bytes.length;
    return total;
  }

  deliver(
    account: Buffer,
    subject: Buffer,
    subjectStart: number,
    subjectEnd: number,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payload: Buffer,
    payloadStart: number,
    payloadEnd: number,
    plain: boolean,
    queues: readonly Buffer[],
    queueCount: number,
    request: number,
    targets: number,
    shown: Buffer,
    shownStart: number,
    shownEnd: number,
  ): number {
    const body =
      bytesField(account.length) +
      bytesField(subjectEnd - subjectStart) +
      bytesField(replyEnd - replyStart) +
      varintField(headerBytes) +
      bytesField(payloadEnd - payloadStart) +
      (plain ? 2 : 0) +
      (queueCount === 0 ? 0 : queuesBytes(queues, queueCount)) +
      varintField(request) +
      varintField(targets) +
      bytesField(shownEnd - shownStart);
    const frame = 1 + varintBytes(body) + body;
    const total = varintBytes(frame) + frame;
    const buf = this.reserve(total);
    let at = putVarint(buf, this.at, frame);
    buf[at] = DELIVER;
    at = putVarint(buf, at + 1, body);
    at = putBytesField(buf, at, (1 << 3) | 2, account, 0, account.length);
    at = putBytesField(buf, at, (2 << 3) | 2, subject, subjectStart, subjectEnd);
    at = putBytesField(buf, at, (3 << 3) | 2, reply, replyStart, replyEnd);
    at = putVarintField(buf, at, 4 << 3, headerBytes);
    at = putBytesField(buf, at, (5 << 3) | 2, payload, payloadStart, payloadEnd);
    if (plain) {
      buf[at] = 6 << 3;
      buf[at + 1] = 1;
      at += 2;
    }
    if (queueCount > 0) at = putQueues(buf, at, (7 << 3) | 2, queues, queueCount);
    at = putVarintField(buf, at, 8 << 3, request);
    at = putVarintField(buf, at, 9 << 3, targets);
    this.at = putBytesField(buf, at, (10 << 3) | 2, shown, shownStart, shownEnd);
    return total;
  }

  publish(
    account: Buffer,
    subject: Buffer,
    subjectStart: number,
    subjectEnd: number,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payload: Buffer,
    payloadStart: number,
    payloadEnd: number,
    shown: Buffer,
    shownStart: number,
    shownEnd: number,
    request: number,
  ): number {
    const body =
      bytesField(account.length) +
      bytesField(subjectEnd - subjectStart) +
      bytesField(replyEnd - replyStart) +
      varintField(headerBytes) +
      bytesField(payloadEnd - payloadStart) +
      bytesField(shownEnd - shownStart) +
      varintField(request);
    const frame = 1 + varintBytes(body) + body;
    const total = varintBytes(frame) + frame;
    const buf = this.reserve(total);
    let at = putVarint(buf, this.at, frame);
    buf[at] = PUBLISH;
    at = putVarint(buf, at + 1, body);
    at = putBytesField(buf, at, (1 << 3) | 2, account, 0, account.length);
    at = putBytesField(buf, at, (2 << 3) | 2, subject, subjectStart, subjectEnd);
    at = putBytesField(buf, at, (3 << 3) | 2, reply, replyStart, replyEnd);
    at = putVarintField(buf, at, 4 << 3, headerBytes);
    at = putBytesField(buf, at, (5 << 3) | 2, payload, payloadStart, payloadEnd);
    at = putBytesField(buf, at, (6 << 3) | 2, shown, shownStart, shownEnd);
    this.at = putVarintField(buf, at, 7 << 3, request);
    return total;
  }

  returned(
    request: number,
    targets: number,
    account: Buffer,
    subject: Buffer,
    subjectStart: number,
    subjectEnd: number,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payload: Buffer,
    payloadStart: number,
    payloadEnd: number,
    queues: readonly Buffer[],
    queueCount: number,
    shown: Buffer,
    shownStart: number,
    shownEnd: number,
  ): number {
    const body =
      varintField(request) +
      varintField(targets) +
      bytesField(account.length) +
      bytesField(subjectEnd - subjectStart) +
      bytesField(replyEnd - replyStart) +
      varintField(headerBytes) +
      bytesField(payloadEnd - payloadStart) +
      queuesBytes(queues, queueCount) +
      bytesField(shownEnd - shownStart);
    const frame = 1 + varintBytes(body) + body;
    const total = varintBytes(frame) + frame;
    const buf = this.reserve(total);
    let at = putVarint(buf, this.at, frame);
    buf[at] = RETURNED;
    at = putVarint(buf, at + 1, body);
    at = putVarintField(buf, at, 1 << 3, request);
    at = putVarintField(buf, at, 2 << 3, targets);
    at = putBytesField(buf, at, (3 << 3) | 2, account, 0, account.length);
    at = putBytesField(buf, at, (4 << 3) | 2, subject, subjectStart, subjectEnd);
    at = putBytesField(buf, at, (5 << 3) | 2, reply, replyStart, replyEnd);
    at = putVarintField(buf, at, 6 << 3, headerBytes);
    at = putBytesField(buf, at, (7 << 3) | 2, payload, payloadStart, payloadEnd);
    at = putQueues(buf, at, (8 << 3) | 2, queues, queueCount);
    this.at = putBytesField(buf, at, (9 << 3) | 2, shown, shownStart, shownEnd);
    return total;
  }

  linkAck(frames: number, bytes: number, returnedBytes: number): number {
    const body = varintField(frames) + varintField(bytes) + varintField(returnedBytes);
    const buf = this.reserve(3 + body);
    let at = this.at;
    buf[at] = 2 + body;
    buf[at + 1] = LINK_ACK;
    buf[at + 2] = body;
    at = putVarintField(buf, at + 3, 1 << 3, frames);
    at = putVarintField(buf, at, 2 << 3, bytes);
    this.at = putVarintField(buf, at, 3 << 3, returnedBytes);
    return 3 + body;
  }

  /** `changes[start..end)`: encoded Change elements, tags included (`putChange`). */
  interest(sequence: number, complete: boolean, changes: Buffer, start: number, end: number): number {
    const body = varintField(sequence) + (complete ? 2 : 0) + (end - start);
    const frame = 1 + varintBytes(body) + body;
    const total = varintBytes(frame) + frame;
    const buf = this.reserve(total);
    let at = putVarint(buf, this.at, frame);
    buf[at] = INTEREST;
    at = putVarint(buf, at + 1, body);
    at = putVarintField(buf, at, 1 << 3, sequence);
    at = putVarintField(buf, at, 2 << 3, complete ? 1 : 0);
    this.at = putBytes(buf, at, changes, start, end);
    return total;
  }

  interestUpdate(
    epoch: number,
    version: number,
    snapshot: boolean,
    partial: boolean,
    declarer: number,
    begin: boolean,
    changes: Buffer,
    start: number,
    end: number,
  ): number {
    const body =
      varintField(epoch) +
      varintField(version) +
      (snapshot ? 2 : 0) +
      (partial ? 2 : 0) +
      varintField(declarer) +
      (begin ? 2 : 0) +
      (end - start);
    const frame = 1 + varintBytes(body) + body;
    const total = varintBytes(frame) + frame;
    const buf = this.reserve(total);
    let at = putVarint(buf, this.at, frame);
    buf[at] = INTEREST_UPDATE;
    at = putVarint(buf, at + 1, body);
    at = putVarintField(buf, at, 1 << 3, epoch);
    at = putVarintField(buf, at, 2 << 3, version);
    at = putVarintField(buf, at, 3 << 3, snapshot ? 1 : 0);
    at = putVarintField(buf, at, 4 << 3, partial ? 1 : 0);
    at = putVarintField(buf, at, 5 << 3, declarer);
    at = putVarintField(buf, at, 6 << 3, begin ? 1 : 0);
    this.at = putBytes(buf, at, changes, start, end);
    return total;
  }
}
