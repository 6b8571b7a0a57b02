import type { ChangeCursor, Ranges } from './api.ts';
import { CHANGE } from './frame-writer.ts';
import { type DecodedFrame, Frame } from './messages.ts';
import { FrameError } from './wire.ts';

/** Receives what a FrameReader reads. Buffers, ranges and cursors are valid during the call only. */
export interface FrameHandler {
  onDeliver(
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    plain: boolean,
    queues: Ranges,
    request: number,
    targets: number,
    shownStart: number,
    shownEnd: number,
    frameBytes: number,
  ): void;
  onPublish(
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    shownStart: number,
    shownEnd: number,
    request: number,
    frameBytes: number,
  ): void;
  onReturned(
    request: number,
    targets: number,
    account: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    queues: Ranges,
    shownStart: number,
    shownEnd: number,
    frameBytes: number,
  ): void;
  onLinkAck(frames: number, bytes: number, returnedBytes: number): void;
  onInterest(sequence: number, complete: boolean, changes: ChangeReader): void;
  onInterestUpdate(
    epoch: number,
    version: number,
    snapshot: boolean,
    partial: boolean,
    declarer: number,
    begin: boolean,
    changes: ChangeReader,
  ): void;
  onMessage(frame: DecodedFrame): void;
}

class RangeList implements Ranges {
  count = 0;
  private at = new Int32Array(16);

  start(index: number): number {
    return this.at[2 * index];
  }

  end(index: number): number {
    return this.at[2 * index + 1];
  }

  add(start: number, end: number): void {
    if (2 * this.count === this.at.length) {
      const grown = new Int32Array(2 * this.at.length);
      grown.set(this.at);
      this.at = grown;
    }
    this.at[2 * this.count] = start;
    this.at[2 * this.count + 1] = end;
    this.count++;
  }
}

/** Reads varints and fields of one message in a buffer; throws FrameError where the bytes are no such message. */
class Fields {
  buf: Buffer = Buffer.alloc(0);
  at = 0;
  limit = 0;
  /** Of the bytes field just read. */
  start = 0;

  varint(): number {
    const buf = this.buf;
    let byte = buf[this.at++];
    if (byte < 0x80 && this.at <= this.limit) return byte;
    let value = byte & 0x7f;
    let factor = 128;
    for (let i = 0; i < 9; i++) {
      if (this.at >= this.limit) throw new FrameError('a number goes beyond its message');
      byte = buf[this.at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new FrameError('a number of more than ten bytes');
  }

  /** Sets `start`; returns the end. */
  bytes(): number {
    const length = this.varint();
    this.start = this.at;
    if (length > this.limit - this.at) throw new FrameError('a field goes beyond its message');
    this.at += length;
    return this.at;
  }

  /** A field that this release does not know (a neighbouring one may). */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.at += 8;
        break;
      case 2:
        this.bytes();
        return;
      case 5:
        this.at += 4;
        break;
      default:
        throw new FrameError(`unknown wire type in tag ${tag}`);
    }
    if (this.at > this.limit) throw new FrameError('a field goes beyond its message');
  }
}

/** Text of repeated byte strings: an account is nearly always the one before. */
class TextCache {
  private bytes = Buffer.alloc(0);
  private text = '';

  get(buf: Buffer, start: number, end: number): string {
    const bytes = this.bytes;
    const length = end - start;
    if (length === bytes.length) {
      let i = 0;
      while (i < length && bytes[i] === buf[start + i]) i++;
      if (i === length) return this.text;
    }
    this.bytes = Buffer.from(buf.subarray(start, end));
    this.text = buf.toString('utf8', start, end);
    return this.text;
  }
}

/** The Change elements of an Interest or InterestUpdate. */
export class ChangeReader implements ChangeCursor {
  account = '';
  subject = '';
  queue = '';
  weight = 0;
  /** The elements' bytes, tags included: what the router passes on as it is. */
  buf: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  private readonly fields = new Fields();
  private readonly accounts = new TextCache();

  reset(buf: Buffer, start: number, end: number): void {
    this.buf = buf;
    this.start = start;
    this.end = end;
    this.fields.buf = buf;
    this.fields.at = start;
    this.fields.limit = end;
  }

  next(): boolean {
    const fields = this.fields;
    fields.limit = this.end;
    for (;;) {
      if (fields.at >= this.end) return false;
      const tag = fields.varint();
      if (tag === CHANGE) break;
      fields.skip(tag);
    }
    const end = fields.bytes();
    fields.at = fields.start;
    fields.limit = end;
    this.account = '';
    this.subject = '';
    this.queue = '';
    this.weight = 0;
    while (fields.at < end) {
      const tag = fields.varint();
      switch (tag) {
        case (1 << 3) | 2: {
          const textEnd = fields.bytes();
          this.account = this.accounts.get(this.buf, fields.start, textEnd);
          break;
        }
        case (2 << 3) | 2: {
          const textEnd = fields.bytes();
          this.subject = this.buf.toString('latin1', fields.start, textEnd);
          break;
        }
        case (3 << 3) | 2: {
          const textEnd = fields.bytes();
          this.queue = this.buf.toString('latin1', fields.start, textEnd);
          break;
        }
        case 4 << 3:
          this.weight = fields.varint();
          break;
        default:
          fields.skip(tag);
      }
    }
    return true;
  }
}

/** Cuts a stream of bytes into frames and hands them out; hot frames as byte ranges, without an object each. */
export class FrameReader {
  private readonly handler: FrameHandler;
  private readonly frameBytesMax: number;
  private readonly fields = new Fields();
  private readonly queues = new RangeList();
  private readonly accounts = new TextCache();
  private readonly changes = new ChangeReader();
  /** The beginning of a frame whose end has not come yet. */
  private carry: Buffer = Buffer.alloc(0);
  private carried = 0;
  /** Size of the carried frame with its length prefix; 0 while the prefix itself is incomplete. */
  private wanted = 0;
  private stopped = false;

  constructor(handler: FrameHandler, frameBytesMax: number) {
    this.handler = handler;
    this.frameBytesMax = frameBytesMax;
  }

  /** Hands out nothing more, even of the bytes being worked through. */
  stop(): void {
    this.stopped = true;
  }

  /** Throws FrameError when the bytes are no frames: nothing after that can be read. */
  push(buf: Buffer, start: number, end: number): void {
    let at = start;
    if (this.stopped) return;
    if (this.carried > 0) at = this.complete(buf, start, end);
    while (at < end && !this.stopped) {
      const size = this.frameSize(buf, at, end);
      if (size === 0 || size > end - at) {
        this.keep(buf, at, end, size);
        return;
      }
      const next = at + size;
      this.dispatch(buf, at, next);
      at = next;
    }
  }

  /** Size of the frame at `at` with its length prefix; 0: the prefix is incomplete. */
  private frameSize(buf: Buffer, at: number, end: number): number {
    let value = 0;
    let factor = 1;
    for (let i = at; i < end; i++) {
      const byte = buf[i];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > this.frameBytesMax) throw new FrameError(`a frame of ${value} bytes`);
        return i + 1 - at + value;
      }
      if (i - at >= 4) throw new FrameError('a frame length of more than five bytes');
      factor *= 128;
    }
    return 0;
  }

  private keep(buf: Buffer, start: number, end: number, size: number): void {
    this.wanted = size;
    this.grow(size === 0 ? 8 : size);
    this.carried = 0;
    this.append(buf, start, end);
  }

  private grow(bytes: number): void {
    if (this.carry.length >= bytes) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, 4096));
    this.carry.copy(grown, 0, 0, this.carried);
    this.carry = grown;
  }

  private append(buf: Buffer, start: number, end: number): void {
    buf.copy(this.carry, this.carried, start, end);
    this.carried += end - start;
  }

  /** Adds to the carried frame and hands it out when it is whole; returns where the next one begins. */
  private complete(buf: Buffer, start: number, end: number): number {
    let at = start;
    while (this.wanted === 0) {
      if (at === end) return at;
      this.append(buf, at, at + 1);
      at++;
      this.wanted = this.frameSize(this.carry, 0, this.carried);
    }
    this.grow(this.wanted);
    const upTo = Math.min(end, at + this.wanted - this.carried);
    this.append(buf, at, upTo);
    if (this.carried < this.wanted) return end;
    const carry = this.carry;
    const size = this.wanted;
    this.carried = 0;
    this.wanted = 0;
    this.dispatch(carry, 0, size);
    // A rare huge frame must not hold its memory for good.
    if (carry.length > 256 * 1024) this.carry = Buffer.alloc(0);
    return upTo;
  }

  /** One frame, its length prefix included: `buf[start..end)`. */
  private dispatch(buf: Buffer, start: number, end: number): void {
    const fields = this.fields;
    fields.buf = buf;
    fields.at = start;
    fields.limit = end;
    fields.varint();
    const body = fields.at;
    if (body === end) throw new FrameError('an empty frame');
    const tag = buf[body];
    if (tag <= ((6 << 3) | 2) && (tag & 7) === 2) {
      fields.at = body + 1;
      if (fields.bytes() !== end) throw new FrameError('a frame with more than one body');
      fields.at = fields.start;
      switch (tag >> 3) {
        case 1:
          this.deliver(buf, end, end - start);
          return;
        case 2:
          this.publish(buf, end, end - start);
          return;
        case 3:
          this.returned(buf, end, end - start);
          return;
        case 4:
          this.linkAck(end);
          return;
        case 5:
          this.interest(buf, end);
          return;
        case 6:
          this.interestUpdate(buf, end);
          return;
      }
    }
    let frame: DecodedFrame;
    try {
      frame = Frame.decode(buf.subarray(body, end));
    } catch (error) {
      throw new FrameError(`not a frame: ${(error as Error).message}`);
    }
    this.handler.onMessage(frame);
  }

  private deliver(buf: Buffer, end: number, frameBytes: number): void {
    const fields = this.fields;
    const queues = this.queues;
    queues.count = 0;
    let account = '';
    let subjectStart = 0;
    let subjectEnd = 0;
    let replyStart = 0;
    let replyEnd = 0;
    let headerBytes = 0;
    let payloadStart = 0;
    let payloadEnd = 0;
    let shownStart = 0;
    let shownEnd = 0;
    let plain = false;
    let request = 0;
    let targets = 0;
    while (fields.at < end) {
      const tag = fields.varint();
      switch (tag) {
        case (1 << 3) | 2: {
          const textEnd = fields.bytes();
          account = this.accounts.get(buf, fields.start, textEnd);
          break;
        }
        case (2 << 3) | 2:
          subjectEnd = fields.bytes();
          subjectStart = fields.start;
          break;
        case (3 << 3) | 2:
          replyEnd = fields.bytes();
          replyStart = fields.start;
          break;
        case 4 << 3:
          headerBytes = fields.varint();
          break;
        case (5 << 3) | 2:
          payloadEnd = fields.bytes();
          payloadStart = fields.start;
          break;
        case 6 << 3:
          plain = fields.varint() !== 0;
          break;
        case (7 << 3) | 2: {
          const queueEnd = fields.bytes();
          queues.add(fields.start, queueEnd);
          break;
        }
        case 8 << 3:
          request = fields.varint();
          break;
        case 9 << 3:
          targets = fields.varint();
          break;
        case (10 << 3) | 2:
          shownEnd = fields.bytes();
          shownStart = fields.start;
          break;
        default:
          fields.skip(tag);
      }
    }
    if (headerBytes > payloadEnd - payloadStart) throw new FrameError('headers beyond the payload');
    this.handler.onDeliver(
      account,
      buf,
      subjectStart,
      subjectEnd,
      replyStart,
      replyEnd,
      headerBytes,
      payloadStart,
      payloadEnd,
      plain,
      queues,
      request,
      targets,
      shownStart,
      shownEnd,
      frameBytes,
    );
  }

  private publish(buf: Buffer, end: number, frameBytes: number): void {
    const fields = this.fields;
    let account = '';
    let subjectStart = 0;
    let subjectEnd = 0;
    let replyStart = 0;
    let replyEnd = 0;
    let headerBytes = 0;
    let payloadStart = 0;
    let payloadEnd = 0;
    let request = 0;
    let shownStart = 0;
    let shownEnd = 0;
    while (fields.at < end) {
      const tag = fields.varint();
      switch (tag) {
        case (1 << 3) | 2: {
          const textEnd = fields.bytes();
          account = this.accounts.get(buf, fields.start, textEnd);
          break;
        }
        case (2 << 3) | 2:
          subjectEnd = fields.bytes();
          subjectStart = fields.start;
          break;
        case (3 << 3) | 2:
          replyEnd = fields.bytes();
          replyStart = fields.start;
          break;
        case 4 << 3:
          headerBytes = fields.varint();
          break;
        case (5 << 3) | 2:
          payloadEnd = fields.bytes();
          payloadStart = fields.start;
          break;
        case (6 << 3) | 2:
          shownEnd = fields.bytes();
          shownStart = fields.start;
          break;
        case 7 << 3:
          request = fields.varint();
          break;
        default:
          fields.skip(tag);
      }
    }
    if (headerBytes > payloadEnd - payloadStart) throw new FrameError('headers beyond the payload');
    this.handler.onPublish(
      account,
      buf,
      subjectStart,
      subjectEnd,
      replyStart,
      replyEnd,
      headerBytes,
      payloadStart,
      payloadEnd,
      shownStart,
      shownEnd,
      request,
      frameBytes,
    );
  }

  private returned(buf: Buffer, end: number, frameBytes: number): void {
    const fields = this.fields;
    const queues = this.queues;
    queues.count = 0;
    let request = 0;
    let targets = 0;
    let account = '';
    let subjectStart = 0;
    let subjectEnd = 0;
    let replyStart = 0;
    let replyEnd = 0;
    let headerBytes = 0;
    let payloadStart = 0;
    let payloadEnd = 0;
    let shownStart = 0;
    let shownEnd = 0;
    while (fields.at < end) {
      const tag = fields.varint();
      switch (tag) {
        case 1 << 3:
          request = fields.varint();
          break;
        case 2 << 3:
          targets = fields.varint();
          break;
        case (3 << 3) | 2: {
          const textEnd = fields.bytes();
          account = this.accounts.get(buf, fields.start, textEnd);
          break;
        }
        case (4 << 3) | 2:
          subjectEnd = fields.bytes();
          subjectStart = fields.start;
          break;
        case (5 << 3) | 2:
          replyEnd = fields.bytes();
          replyStart = fields.start;
          break;
        case 6 << 3:
          headerBytes = fields.varint();
          break;
        case (7 << 3) | 2:
          payloadEnd = fields.bytes();
          payloadStart = fields.start;
          break;
        case (8 << 3) | 2: {
          const queueEnd = fields.bytes();
          queues.add(fields.start, queueEnd);
          break;
        }
        case (9 << 3) | 2:
          shownEnd = fields.bytes();
          shownStart = fields.start;
          break;
        default:
          fields.skip(tag);
      }
    }
    if (headerBytes > payloadEnd - payloadStart) throw new FrameError('headers beyond the payload');
    this.handler.onReturned(
      request,
      targets,
      account,
      buf,
      subjectStart,
      subjectEnd,
      replyStart,
      replyEnd,
      headerBytes,
      payloadStart,
      payloadEnd,
      queues,
      shownStart,
      shownEnd,
      frameBytes,
    );
  }

  private linkAck(end: number): void {
    const fields = this.fields;
    let frames = 0;
    let bytes = 0;
    let returnedBytes = 0;
    while (fields.at < end) {
      const tag = fields.varint();
      if (tag === 1 << 3) frames = fields.varint();
      else if (tag === 2 << 3) bytes = fields.varint();
      else if (tag === 3 << 3) returnedBytes = fields.varint();
      else fields.skip(tag);
    }
    this.handler.onLinkAck(frames, bytes, returnedBytes);
  }

  private interest(buf: Buffer, end: number): void {
    const fields = this.fields;
    let sequence = 0;
    let complete = false;
    let changes = end;
    while (fields.at < end) {
      const tagAt = fields.at;
      const tag = fields.varint();
      if (tag === CHANGE) {
        // What this release knows stands in front of the changes.
        changes = tagAt;
        break;
      }
      if (tag === 1 << 3) sequence = fields.varint();
      else if (tag === 2 << 3) complete = fields.varint() !== 0;
      else fields.skip(tag);
    }
    this.changes.reset(buf, changes, end);
    this.handler.onInterest(sequence, complete, this.changes);
  }

  private interestUpdate(buf: Buffer, end: number): void {
    const fields = this.fields;
    let epoch = 0;
    let version = 0;
    let snapshot = false;
    let partial = false;
    let declarer = 0;
    let begin = false;
    let changes = end;
    while (fields.at < end) {
      const tagAt = fields.at;
      const tag = fields.varint();
      if (tag === CHANGE) {
        changes = tagAt;
        break;
      }
      if (tag === 1 << 3) epoch = fields.varint();
      else if (tag === 2 << 3) version = fields.varint();
      else if (tag === 3 << 3) snapshot = fields.varint() !== 0;
      else if (tag === 4 << 3) partial = fields.varint() !== 0;
      else if (tag === 5 << 3) declarer = fields.varint();
      else if (tag === 6 << 3) begin = fields.varint() !== 0;
      else fields.skip(tag);
    }
    this.changes.reset(buf, changes, end);
    this.handler.onInterestUpdate(epoch, version, snapshot, partial, declarer, begin, this.changes);
  }
}
