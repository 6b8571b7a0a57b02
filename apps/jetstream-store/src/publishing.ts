import type { Link } from '@skein/bus';
import {
  BatchHeaders,
  type BatchOperation,
  type FastMessage,
  PUBLISH_HEAD_BYTES,
  PublishOutcome,
  pubAck,
  pubRefusal,
  writePublish,
} from '@skein/jetstream-core';
import { AckWriter } from './ack-writer.ts';
import { addressOf } from './address.ts';
import type { Entry } from './host.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { Address } from './hosting.ts';
import { RECORD_HEAD_BYTES, RecordKind, writeRecordHead } from './record.ts';
import { Slab, Slabs } from './slabs.ts';
import { storeUnavailable } from './store-errors.ts';

/** So many entries are kept for the next messages. */
const SPARE_MAX = 4096;

/** Takes publishes: one record, one entry, one acknowledgement each. */
export class Publishing {
  readonly #slabs = new Slabs();
  readonly #spare: PublishEntry[] = [];
  readonly #batchHeaders = new BatchHeaders();

  /** A message on a subject of the stream. The ranges are lent for the call. */
  publish(
    stream: StreamHost,
    link: Link,
    subject: string,
    buf: Buffer,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    start: number,
    end: number,
  ): void {
    const replyBytes = replyEnd - replyStart;
    if (replyBytes > 0 && isFastReply(buf, replyEnd)) {
      const reply = addressOf(link.peer.id, buf, replyStart, replyEnd);
      this.#publishFast(stream, reply, subject, buf, headerBytes, start, end);
      return;
    }
    const { share } = stream;
    const size = share === undefined ? 0 : stream.store.sizeOf(subject, end - start, headerBytes);
    const fault = stream.placeFault(size);
    if (fault !== undefined) {
      stream.refuse(addressOf(link.peer.id, buf, replyStart, replyEnd), fault);
      return;
    }
    if (headerBytes > 0 && this.#batchHeaders.read(buf, start, headerBytes)) {
      this.#stage(stream, addressOf(link.peer.id, buf, replyStart, replyEnd), subject, buf, headerBytes, start, end);
      return;
    }
    const recordBytes = RECORD_HEAD_BYTES + PUBLISH_HEAD_BYTES + subject.length + (end - start);
    const slab = this.#slabs.take(recordBytes + replyBytes);
    const at = this.#slabs.start;
    const { bytes } = slab;
    const entry = this.#spare.pop() ?? new PublishEntry(this.#spare);
    const { host } = stream;
    const { clock } = host;
    clock.tick();
    writeRecordHead(bytes, at, RecordKind.Operation, stream.number);
    const recordEnd = at + recordBytes;
    const contentAt = recordEnd - (end - start);
    writePublish(bytes, at + RECORD_HEAD_BYTES, subject, end - start, headerBytes, clock.seconds, clock.nanos);
    buf.copy(bytes, contentAt, start, end);
    if (replyBytes > 0) buf.copy(bytes, recordEnd, replyStart, replyEnd);
    entry.stream = stream;
    entry.size = size;
    share?.expect(size);
    entry.link = link;
    entry.subject = subject;
    entry.contentStart = contentAt;
    entry.headerBytes = headerBytes;
    entry.seconds = clock.seconds;
    entry.nanos = clock.nanos;
    entry.slab = slab;
    entry.replyStart = recordEnd;
    entry.replyEnd = recordEnd + replyBytes;
    if (stream.isVoid || host.append(bytes, at, recordEnd, entry) === 0) entry.fail();
  }

  /** One of an atomic batch (ADR-50): the batch is one operation, once it is whole. */
  #stage(
    stream: StreamHost,
    reply: Address,
    subject: string,
    buf: Buffer,
    headerBytes: number,
    start: number,
    end: number,
  ): void {
    const { host, batches } = stream;
    const { clock, turn } = host;
    const millis = clock.tick();
    const { config } = stream.stream;
    const staged = batches.add(this.#batchHeaders, subject, buf, start, end, headerBytes, config, millis);
    turn.plan(stream);
    if (staged === 'kept') {
      if (config.no_ack !== true) host.outbox.answer(stream.account, reply, '');
      return;
    }
    if ('code' in staged) {
      stream.refuse(reply, staged);
      return;
    }
    const { seconds, nanos } = clock;
    const record = staged.seal(seconds, nanos);
    writeRecordHead(record, 0, RecordKind.Operation, stream.number);
    const entry = new BatchEntry(stream, staged, reply, seconds, nanos);
    if (stream.isVoid || host.append(record, 0, record.length, entry) === 0) entry.fail();
  }

  /** One of a fast batch (ADR-50): a publish, of which the batch says what became of it. */
  #publishFast(
    stream: StreamHost,
    reply: Address,
    subject: string,
    buf: Buffer,
    headerBytes: number,
    start: number,
    end: number,
  ): void {
    const { host, fastBatches } = stream;
    const { clock, turn } = host;
    clock.tick();
    const headers = this.#batchHeaders;
    headers.read(buf, start, headerBytes);
    const { config } = stream.stream;
    const message = fastBatches.take(reply, end - start, headers.requiredLevel, reply, config, clock.millis);
    turn.plan(stream);
    if (message === undefined) return;
    const fault = stream.placeFault(stream.store.sizeOf(subject, end - start, headerBytes));
    if (fault !== undefined) {
      fastBatches.notTaken(message, fault);
      return;
    }
    const { run } = message;
    const contentAt = RECORD_HEAD_BYTES + PUBLISH_HEAD_BYTES + subject.length;
    const recordBytes = contentAt + (end - start) + run.length;
    const slab = this.#slabs.take(recordBytes);
    const at = this.#slabs.start;
    const { bytes } = slab;
    const { seconds, nanos } = clock;
    writeRecordHead(bytes, at, RecordKind.Operation, stream.number);
    writePublish(bytes, at + RECORD_HEAD_BYTES, subject, end - start, headerBytes, seconds, nanos, run.length);
    buf.copy(bytes, at + contentAt, start, end);
    bytes.write(run, at + recordBytes - run.length, 'latin1');
    const content = bytes.subarray(at + contentAt, at + recordBytes - run.length);
    const entry = new FastEntry(stream, message, subject, slab, content, headerBytes, seconds, nanos);
    if (stream.isVoid || host.append(bytes, at, at + recordBytes, entry) === 0) {
      slab.release();
      fastBatches.notTaken(message, storeUnavailable());
    }
  }
}

/** `.$FI` */
function isFastReply(buf: Buffer, end: number): boolean {
  return buf[end - 1] === 0x49 && buf[end - 2] === 0x46 && buf[end - 3] === 0x24 && buf[end - 4] === 0x2e;
}

const nothing = new Slab(Buffer.alloc(0));
const ack = new AckWriter();

/** A message on its way to the disk. Used again for others. */
class PublishEntry implements Entry {
  stream!: StreamHost;
  link!: Link;
  subject = '';
  /** Has the content, up to where the reply subject begins, and that. */
  slab = nothing;
  contentStart = 0;
  headerBytes = 0;
  /** What it counts for. */
  size = 0;
  seconds = 0;
  nanos = 0;
  replyStart = 0;
  replyEnd = 0;
  readonly #spare: PublishEntry[];

  constructor(spare: PublishEntry[]) {
    this.#spare = spare;
  }

  get isVoid(): boolean {
    return this.stream.isVoid;
  }

  /** Made when it is needed: a view that waits for the disk is one more thing to collect. */
  get content(): Buffer {
    return this.slab.bytes.subarray(this.contentStart, this.replyStart);
  }

  apply(): void {
    const { stream } = this;
    const core = stream.stream;
    core.publish(this.subject, this.content, this.headerBytes, this.seconds, this.nanos);
    stream.changed();
    if (this.replyEnd > this.replyStart && core.config.no_ack !== true) {
      ack.outcome(stream.ackBytes, core.outcome, stream.ackOpening);
      this.#send();
    }
    this.#recycle();
  }

  #send(): void {
    const { outbox } = this.stream.host;
    const account = outbox.accountBytes(this.stream.account);
    outbox.send(this.link, account, this.slab.bytes, this.replyStart, this.replyEnd, ack.bytes, ack.end);
  }

  fail(): void {
    if (this.replyEnd > this.replyStart) {
      ack.text(pubRefusal(this.stream.ackOpening, storeUnavailable()));
      this.#send();
    }
    this.#recycle();
  }

  broke(error: Error): void {
    const { stream } = this;
    this.fail();
    stream.quarantine(error);
  }

  /** Nothing is held on to. */
  #recycle(): void {
    this.stream.share?.expect(-this.size);
    this.slab.release();
    this.slab = nothing;
    if (this.#spare.length < SPARE_MAX) this.#spare.push(this);
  }
}

/** An atomic batch on its way to the disk, whole. */
class BatchEntry implements Entry {
  readonly #stream: StreamHost;
  readonly #operation: BatchOperation;
  readonly #reply: Address;
  readonly #seconds: number;
  readonly #nanos: number;

  constructor(stream: StreamHost, operation: BatchOperation, reply: Address, seconds: number, nanos: number) {
    this.#stream = stream;
    this.#operation = operation;
    this.#reply = reply;
    this.#seconds = seconds;
    this.#nanos = nanos;
  }

  get isVoid(): boolean {
    return this.#stream.isVoid;
  }

  apply(): void {
    const { stream, account, host, ackOpening } = this.#stream;
    const operation = this.#operation;
    stream.commitBatch(operation.id, operation.messages(), this.#seconds, this.#nanos);
    this.#stream.changed();
    if (stream.config.no_ack !== true) host.outbox.answer(account, this.#reply, pubAck(ackOpening, stream.outcome));
    operation.release();
  }

  fail(): void {
    this.#stream.refuse(this.#reply, storeUnavailable());
    this.#operation.release();
  }

  broke(error: Error): void {
    this.fail();
    this.#stream.quarantine(error);
  }
}

/** A message of a fast batch on its way to the disk. */
class FastEntry implements Entry {
  readonly #stream: StreamHost;
  readonly #message: FastMessage<Address>;
  readonly #subject: string;
  readonly #slab: Slab;
  readonly #content: Buffer;
  readonly #headerBytes: number;
  readonly #seconds: number;
  readonly #nanos: number;

  constructor(
    stream: StreamHost,
    message: FastMessage<Address>,
    subject: string,
    slab: Slab,
    content: Buffer,
    headerBytes: number,
    seconds: number,
    nanos: number,
  ) {
    this.#stream = stream;
    this.#message = message;
    this.#subject = subject;
    this.#slab = slab;
    this.#content = content;
    this.#headerBytes = headerBytes;
    this.#seconds = seconds;
    this.#nanos = nanos;
  }

  get isVoid(): boolean {
    return this.#stream.isVoid;
  }

  apply(): void {
    const { fastBatches, stream } = this.#stream;
    const message = this.#message;
    stream.publish(this.#subject, this.#content, this.#headerBytes, this.#seconds, this.#nanos, message.run);
    this.#stream.changed();
    fastBatches.applied(message, stream.outcome, stream.config.no_ack);
    this.#slab.release();
  }

  fail(): void {
    const outcome = new PublishOutcome();
    outcome.error = storeUnavailable();
    this.#stream.fastBatches.applied(this.#message, outcome);
    this.#slab.release();
  }

  broke(error: Error): void {
    this.fail();
    this.#stream.quarantine(error);
  }
}
