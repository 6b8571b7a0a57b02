import { type ApiError, apiErrors } from '../api-error.ts';
import { levelFault } from './api-level.ts';
import type { BatchHeaders } from './batch-headers.ts';
import { BatchOperation } from './batch-operation.ts';
import { withLines } from './header-block.ts';
import type { StreamConfig } from './stream-config.ts';

const ID_MAX = 64;
/** ADR-50's limits: messages of a batch, and batches that a stream has open at once. */
const MESSAGES_MAX = 1000;
const OPEN_MAX = 50;
/** What all open batches of a stream hold may have so many bytes. */
const BYTES_MAX = 64 * 1024 * 1024;
const IDLE_MILLIS = 10_000;

/** How a batch ended that was never whole: nothing came any more; more than a batch may have; a gap; what this server cannot do. */
export type BatchEnd = 'timeout' | 'large' | 'incomplete' | 'unsupported';

interface OpenBatch {
  readonly operation: BatchOperation;
  /** Of its contents. */
  bytes: number;
  /** When its last message came. */
  touched: number;
}

/**
 * What becomes of a message of a batch: it is kept (and acknowledged with nothing), or it makes the batch whole, which is then an
 * operation for `Stream.commitBatch` and whoever gets it has to release, or it ends the batch.
 */
export type Staged = 'kept' | BatchOperation | ApiError;

/**
 * Atomic batches that are not whole yet. They are in the leader's memory alone and no part of the stream's state: a batch
 * is one operation, which exists once its last message has come.
 */
export class AtomicBatches {
  readonly #open = new Map<string, OpenBatch>();
  readonly #abandoned: (id: string, reason: BatchEnd) => void;
  readonly #room: number;
  #bytes = 0;

  /**
   * @param abandoned told of batches that end so that the world should know (seen in nats-server 2.15.2)
   * @param room as `BatchOperation` takes it
   */
  constructor(abandoned: (id: string, reason: BatchEnd) => void = () => {}, room = 0) {
    this.#abandoned = abandoned;
    this.#room = room;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * A message of a batch, which lies in a buffer: what is kept is copied.
   *
   * @param headers of the message
   */
  add(
    headers: Readonly<BatchHeaders>,
    subject: string,
    buf: Buffer,
    start: number,
    end: number,
    headerBytes: number,
    config: StreamConfig,
    millis: number,
  ): Staged {
    const { id, sequence, commit } = headers;
    if (config.sealed) return this.#end(id, apiErrors.streamSealed());
    if (!config.allow_atomic) return apiErrors.batchDisabled();
    if (id.length > ID_MAX) return apiErrors.batchIdInvalid();
    const fault = levelFault(headers.requiredLevel);
    if (fault !== undefined) return this.#end(id, fault, 'unsupported');
    if (Number.isNaN(sequence)) return this.#end(id, apiErrors.batchSequenceMissing());
    const isEnd = commit === 'eob';
    if (sequence > MESSAGES_MAX + (isEnd ? 1 : 0)) return this.#end(id, apiErrors.batchTooLarge(MESSAGES_MAX), 'large');
    const batch = this.#batchFor(id, sequence, isEnd);
    if ('code' in batch) return batch;
    if (commit !== '' && commit !== '1' && !isEnd) return this.#end(id, apiErrors.batchCommitInvalid());
    batch.touched = millis;
    const { operation } = batch;
    if (isEnd) {
      markLast(operation);
      return this.#whole(id, operation);
    }
    const length = end - start;
    if (config.max_msg_size >= 0 && length > config.max_msg_size) return this.#end(id, apiErrors.messageTooLarge());
    if (this.#bytes + length > BYTES_MAX) return this.#end(id, apiErrors.batchTooLarge(MESSAGES_MAX));
    operation.add(subject, buf, start, end, headerBytes);
    batch.bytes += length;
    this.#bytes += length;
    return commit === '' ? 'kept' : this.#whole(id, operation);
  }

  /** Ends those of which nothing came for ten seconds. */
  abandon(millis: number): void {
    for (const [id, { touched }] of this.#open) {
      if (millis - touched < IDLE_MILLIS) continue;
      this.#drop(id);
      this.#abandoned(id, 'timeout');
    }
  }

  #batchFor(id: string, sequence: number, isEnd: boolean): OpenBatch | ApiError {
    const open = this.#open.get(id);
    if (open !== undefined) {
      return sequence === open.operation.count + 1 ? open : this.#end(id, apiErrors.batchIncomplete(), 'incomplete');
    }
    if (sequence !== 1 || isEnd) return apiErrors.batchIncomplete();
    if (this.#open.size >= OPEN_MAX) return apiErrors.batchesTooMany();
    const batch: OpenBatch = { operation: new BatchOperation(id, this.#room), bytes: 0, touched: 0 };
    this.#open.set(id, batch);
    return batch;
  }

  #whole(id: string, operation: BatchOperation): BatchOperation {
    this.#forget(id);
    return operation;
  }

  #end(id: string, error: ApiError, reason?: BatchEnd): ApiError {
    if (reason !== undefined && this.#open.has(id)) this.#abandoned(id, reason);
    this.#drop(id);
    return error;
  }

  #drop(id: string): void {
    this.#forget(id)?.operation.release();
  }

  #forget(id: string): OpenBatch | undefined {
    const batch = this.#open.get(id);
    this.#bytes -= batch?.bytes ?? 0;
    this.#open.delete(id);
    return batch;
  }
}

/** A batch ended by a message that is not stored: the one before it says that it was the last. */
function markLast(operation: BatchOperation): void {
  const { content, headerBytes } = operation.last;
  const block = withLines(content, headerBytes, ['Nats-Batch-Commit: 1']);
  operation.replaceLast(Buffer.concat([block, content.subarray(headerBytes)]), block.length);
}
