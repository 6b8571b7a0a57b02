import type { Link } from '@skein/bus';
import {
  type ApiError,
  encodeOperation,
  type FastMessage,
  PUBLISH_HEAD_BYTES,
  type PublishHeaders,
  PublishOutcome,
  pubRefusal,
  readPublishHeaders,
  writePublish,
} from '@skein/jetstream-core';
import { AckWriter } from './ack-writer.ts';
import { addressOf } from './address.ts';
import type { Entry } from './host.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { Address } from './hosting.ts';
import { RECORD_HEAD_BYTES, RecordKind, record, writeRecordHead } from './record.ts';
import { Slab, Slabs } from './slabs.ts';
import { storeUnavailable } from './store-errors.ts';

/** Where there are no batches, one is refused. */
const BATCH = 'Nats-Batch-Id';
/** So many entries are kept for the next messages. */
const SPARE_MAX = 4096;

/** Takes publishes: one record, one entry, one acknowledgement each. */
export class Publishing {
  readonly #slabs = new Slabs();
  readonly #spare: PublishEntry[] = [];

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
    if (
      headerBytes > 0 &&
      (stream.stream.config.allow_atomic || entry.content.subarray(0, headerBytes).includes(BATCH))
    ) {
      const headers = readPublishHeaders(entry.content, headerBytes);
      if (headers.batchId !== '') {
        this.#stage(entry, headers);
        return;
      }
    }
    if (stream.isVoid || host.append(bytes, at, recordEnd, entry) === 0) entry.fail();
  }

  /** One of an atomic batch (ADR-50): the batch is one operation, once it is whole. */
  #stage(entry: PublishEntry, headers: Readonly<PublishHeaders>): void {
    const { stream, subject, headerBytes, seconds, nanos } = entry;
    const { host } = stream;
    // It is kept for as long as the batch is open: not the whole slab with it.
    const content = Buffer.from(entry.content);
    const staged = stream.batches.add(
      { subject, content, headerBytes },
      headers,
      stream.stream.config,
      host.clock.millis,
    );
    host.turn.plan(stream);
    if (staged === 'kept') {
      entry.acknowledge('');
      entry.recycle();
      return;
    }
    if (!('messages' in staged)) {
      entry.refuse(staged);
      return;
    }
    const operation = { kind: 'batch', ...staged } as const;
    entry.batch = () => stream.stream.commitBatch(staged.id, staged.messages, seconds, nanos);
    const bytes = record(RecordKind.Operation, stream.number, encodeOperation({ operation, seconds, nanos }));
    if (stream.isVoid || host.append(bytes, 0, bytes.length, entry) === 0) entry.fail();
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
    const headers = readPublishHeaders(buf.subarray(start, end), headerBytes);
    const message = fastBatches.take(reply, end - start, headers, reply, stream.stream.config, clock.millis);
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
  /** It makes a batch whole. */
  batch: (() => number) | undefined;
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
    if (this.batch === undefined) {
      core.publish(this.subject, this.content, this.headerBytes, this.seconds, this.nanos);
    } else this.batch();
    stream.changed();
    if (this.replyEnd > this.replyStart && core.config.no_ack !== true) {
      ack.outcome(stream.ackBytes, core.outcome, stream.ackOpening);
      this.#send();
    }
    this.recycle();
  }

  acknowledge(text: string): void {
    if (this.replyEnd === this.replyStart) return;
    ack.text(text);
    this.#send();
  }

  #send(): void {
    const { outbox } = this.stream.host;
    const account = outbox.accountBytes(this.stream.account);
    outbox.send(this.link, account, this.slab.bytes, this.replyStart, this.replyEnd, ack.bytes, ack.end);
  }

  refuse(error: ApiError): void {
    this.acknowledge(pubRefusal(this.stream.ackOpening, error));
    this.recycle();
  }

  fail(): void {
    this.refuse(storeUnavailable());
  }

  broke(error: Error): void {
    const { stream } = this;
    this.fail();
    stream.quarantine(error);
  }

  /** Nothing is held on to. */
  recycle(): void {
    this.stream.share?.expect(-this.size);
    this.slab.release();
    this.slab = nothing;
    this.batch = undefined;
    if (this.#spare.length < SPARE_MAX) this.#spare.push(this);
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
