import type { Link } from '@skein/bus';
import {
  BatchHeaders,
  type BatchOperation,
  FastMessage,
  PUBLISH_HEAD_BYTES,
  PublishOutcome,
  pubAck,
  pubRefusal,
  writePublish,
} from '@skein/jetstream-core';
import { AckWriter } from './ack-writer.ts';
import { addressBytes, addressOf, GATEWAY_BYTES, writeAddress } from './address.ts';
import type { Entry } from './host.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { Address } from './hosting.ts';
import { RECORD_HEAD_BYTES, RecordKind, writeRecordHead } from './record.ts';
import { Slab, Slabs } from './slabs.ts';
import { storeUnavailable } from './store-errors.ts';

/** So many entries are kept for the next messages. */
const SPARE_MAX = 4096;

/** Takes publishes: one record, one entry, one acknowledgement each; and batches, with fewer. */
export class Publishing {
  readonly #slabs = new Slabs();
  readonly #spare: PublishEntry[] = [];
  readonly #spareFast: FastEntry[] = [];
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
      const replyBytes = writeAddress(link.peer.id, buf, replyStart, replyEnd);
      this.#publishFast(stream, replyBytes, subject, buf, headerBytes, start, end);
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
    stream.host.clock.tick();
    const entry = this.#spare.pop() ?? new PublishEntry(this.#spare);
    const at = this.#write(entry, stream, subject, buf, headerBytes, start, end, replyBytes);
    const { bytes } = entry.slab;
    const recordEnd = entry.contentEnd;
    if (replyBytes > 0) buf.copy(bytes, recordEnd, replyStart, replyEnd);
    entry.size = size;
    share?.expect(size);
    entry.link = link;
    entry.replyEnd = recordEnd + replyBytes;
    if (stream.isVoid || stream.host.append(bytes, at, recordEnd, entry) === 0) entry.fail();
  }

  /**
   * Writes the record of a publish at the clock's last tick, up to its content.
   *
   * @param more bytes that follow
   * @returns where it begins in the entry's slab
   */
  #write(
    entry: MessageEntry,
    stream: StreamHost,
    subject: string,
    buf: Buffer,
    headerBytes: number,
    start: number,
    end: number,
    more: number,
    runBytes = 0,
  ): number {
    const contentBytes = end - start;
    const headBytes = RECORD_HEAD_BYTES + PUBLISH_HEAD_BYTES + subject.length;
    const slab = this.#slabs.take(headBytes + contentBytes + more);
    const at = this.#slabs.start;
    const { bytes } = slab;
    const { seconds, nanos } = stream.host.clock;
    writeRecordHead(bytes, at, RecordKind.Operation, stream.number);
    writePublish(bytes, at + RECORD_HEAD_BYTES, subject, contentBytes, headerBytes, seconds, nanos, runBytes);
    buf.copy(bytes, at + headBytes, start, end);
    entry.stream = stream;
    entry.subject = subject;
    entry.slab = slab;
    entry.contentStart = at + headBytes;
    entry.contentEnd = at + headBytes + contentBytes;
    entry.headerBytes = headerBytes;
    entry.seconds = seconds;
    entry.nanos = nanos;
    return at;
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

  /**
   * One of a fast batch (ADR-50): a publish, of which the batch says what became of it.
   *
   * @param replyEnd of the address in `addressBytes`
   */
  #publishFast(
    stream: StreamHost,
    replyEnd: number,
    subject: string,
    buf: Buffer,
    headerBytes: number,
    start: number,
    end: number,
  ): void {
    const { host, fastBatches } = stream;
    const { clock, turn } = host;
    const { config } = stream.stream;
    const headers = this.#batchHeaders;
    headers.read(buf, start, headerBytes);
    const entry = this.#spareFast.pop() ?? new FastEntry(this.#spareFast);
    const { message } = entry;
    const { requiredLevel } = headers;
    const millis = clock.tick();
    const bytes = end - start;
    const from = GATEWAY_BYTES;
    const isTaken = fastBatches.take(message, addressBytes, from, replyEnd, bytes, requiredLevel, config, millis);
    turn.plan(stream);
    if (!isTaken) {
      this.#spareFast.push(entry);
      return;
    }
    const fault = stream.placeFault(stream.store.sizeOf(subject, bytes, headerBytes));
    if (fault !== undefined) {
      fastBatches.notTaken(message, fault);
      this.#spareFast.push(entry);
      return;
    }
    const { run } = message;
    const at = this.#write(entry, stream, subject, buf, headerBytes, start, end, run.length, run.length);
    const record = entry.slab.bytes;
    if (run !== '') record.write(run, entry.contentEnd, 'latin1');
    if (stream.isVoid || host.append(record, at, entry.contentEnd + run.length, entry) === 0) entry.notTaken();
  }
}

/** `.$FI` */
function isFastReply(buf: Buffer, end: number): boolean {
  return buf[end - 1] === 0x49 && buf[end - 2] === 0x46 && buf[end - 3] === 0x24 && buf[end - 4] === 0x2e;
}

const nothing = new Slab(Buffer.alloc(0));
const ack = new AckWriter();

/** A message on its way to the disk. Used again for others. */
abstract class MessageEntry implements Entry {
  stream!: StreamHost;
  subject = '';
  /** Has the content. */
  slab = nothing;
  contentStart = 0;
  contentEnd = 0;
  headerBytes = 0;
  seconds = 0;
  nanos = 0;

  get isVoid(): boolean {
    return this.stream.isVoid;
  }

  /** Made when it is needed: a view that waits for the disk is one more thing to collect. */
  get content(): Buffer {
    return this.slab.bytes.subarray(this.contentStart, this.contentEnd);
  }

  abstract apply(): void;
  abstract fail(): void;

  broke(error: Error): void {
    const { stream } = this;
    this.fail();
    stream.quarantine(error);
  }
}

/** A publish. */
class PublishEntry extends MessageEntry {
  link!: Link;
  /** What it counts for. */
  size = 0;
  /** The reply subject lies in the slab, from the content's end on. */
  replyEnd = 0;
  readonly #spare: PublishEntry[];

  constructor(spare: PublishEntry[]) {
    super();
    this.#spare = spare;
  }

  apply(): void {
    const { stream } = this;
    const core = stream.stream;
    core.publish(this.subject, this.content, this.headerBytes, this.seconds, this.nanos);
    stream.changed();
    if (this.replyEnd > this.contentEnd && core.config.no_ack !== true) {
      ack.outcome(stream.ackBytes, core.outcome, stream.ackOpening);
      this.#send();
    }
    this.#recycle();
  }

  fail(): void {
    if (this.replyEnd > this.contentEnd) {
      ack.text(pubRefusal(this.stream.ackOpening, storeUnavailable()));
      this.#send();
    }
    this.#recycle();
  }

  #send(): void {
    const { outbox } = this.stream.host;
    const account = outbox.accountBytes(this.stream.account);
    outbox.send(this.link, account, this.slab.bytes, this.contentEnd, this.replyEnd, ack.bytes, ack.end);
  }

  /** Nothing is held on to. */
  #recycle(): void {
    this.stream.share?.expect(-this.size);
    this.slab.release();
    this.slab = nothing;
    if (this.#spare.length < SPARE_MAX) this.#spare.push(this);
  }
}

/** One of a fast batch. */
class FastEntry extends MessageEntry {
  readonly message = new FastMessage();
  readonly #spare: FastEntry[];

  constructor(spare: FastEntry[]) {
    super();
    this.#spare = spare;
  }

  apply(): void {
    const { fastBatches, stream } = this.stream;
    const { message } = this;
    stream.publish(this.subject, this.content, this.headerBytes, this.seconds, this.nanos, message.run);
    this.stream.changed();
    fastBatches.applied(message, stream.outcome, stream.config.no_ack);
    this.#recycle();
  }

  fail(): void {
    const outcome = new PublishOutcome();
    outcome.error = storeUnavailable();
    this.stream.fastBatches.applied(this.message, outcome);
    this.#recycle();
  }

  /** It was not even put on its way. */
  notTaken(): void {
    this.stream.fastBatches.notTaken(this.message, storeUnavailable());
    this.#recycle();
  }

  #recycle(): void {
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
