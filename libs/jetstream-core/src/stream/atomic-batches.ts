import { type ApiError, apiErrors } from '../api-error.ts';
import { levelFault } from './api-level.ts';
import { withLines } from './header-block.ts';
import type { PublishHeaders } from './publish-headers.ts';
import type { Publication } from './stream.ts';
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
  readonly messages: Publication[];
  bytes: number;
  /** When its last message came. */
  touched: number;
}

/** A batch that is whole: it goes to `Stream.commitBatch` as one operation. */
export interface WholeBatch {
  readonly id: string;
  readonly messages: readonly Publication[];
}

/** What becomes of a message of a batch: it is kept (and acknowledged with nothing), or it makes the batch whole, or ends it. */
export type Staged = 'kept' | WholeBatch | ApiError;

/**
 * Atomic batches that are not whole yet. They are in the leader's memory alone and no part of the stream's state: a batch
 * is one operation, which exists once its last message has come.
 */
export class AtomicBatches {
  readonly #open = new Map<string, OpenBatch>();
  readonly #abandoned: (id: string, reason: BatchEnd) => void;
  #bytes = 0;

  /** @param abandoned told of batches that end so that the world should know (seen in nats-server 2.15.2) */
  constructor(abandoned: (id: string, reason: BatchEnd) => void = () => {}) {
    this.#abandoned = abandoned;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @param headers of the publication, with a batch id */
  add(publication: Publication, headers: Readonly<PublishHeaders>, config: StreamConfig, millis: number): Staged {
    const { batchId: id, batchCommit } = headers;
    if (config.sealed) return this.#end(id, apiErrors.streamSealed());
    if (!config.allow_atomic) return apiErrors.batchDisabled();
    if (id.length > ID_MAX) return apiErrors.batchIdInvalid();
    const fault = levelFault(headers.requiredLevel);
    if (fault !== undefined) return this.#end(id, fault, 'unsupported');
    if (!/^\d+$/.test(headers.batchSequence)) return this.#end(id, apiErrors.batchSequenceMissing());
    const sequence = Number(headers.batchSequence);
    const isEnd = batchCommit === 'eob';
    if (sequence > MESSAGES_MAX + (isEnd ? 1 : 0)) return this.#end(id, apiErrors.batchTooLarge(MESSAGES_MAX), 'large');
    const batch = this.#batchFor(id, sequence, isEnd);
    if ('code' in batch) return batch;
    if (batchCommit !== '' && batchCommit !== '1' && !isEnd) return this.#end(id, apiErrors.batchCommitInvalid());
    batch.touched = millis;
    if (isEnd) return this.#whole(id, withCommit(batch.messages));
    const { length } = publication.content;
    if (config.max_msg_size >= 0 && length > config.max_msg_size) return this.#end(id, apiErrors.messageTooLarge());
    if (this.#bytes + length > BYTES_MAX) return this.#end(id, apiErrors.batchTooLarge(MESSAGES_MAX));
    batch.messages.push(publication);
    batch.bytes += length;
    this.#bytes += length;
    return batchCommit === '' ? 'kept' : this.#whole(id, batch.messages);
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
      return sequence === open.messages.length + 1 ? open : this.#end(id, apiErrors.batchIncomplete(), 'incomplete');
    }
    if (sequence !== 1 || isEnd) return apiErrors.batchIncomplete();
    if (this.#open.size >= OPEN_MAX) return apiErrors.batchesTooMany();
    const batch: OpenBatch = { messages: [], bytes: 0, touched: 0 };
    this.#open.set(id, batch);
    return batch;
  }

  #whole(id: string, messages: readonly Publication[]): WholeBatch {
    this.#drop(id);
    return { id, messages };
  }

  #end(id: string, error: ApiError, reason?: BatchEnd): ApiError {
    if (reason !== undefined && this.#open.has(id)) this.#abandoned(id, reason);
    this.#drop(id);
    return error;
  }

  #drop(id: string): void {
    this.#bytes -= this.#open.get(id)?.bytes ?? 0;
    this.#open.delete(id);
  }
}

/** A batch ended by a message that is not stored: the one before it says that it was the last. */
function withCommit(messages: readonly Publication[]): Publication[] {
  const { subject, content, headerBytes } = messages.at(-1) as Publication;
  const block = withLines(content, headerBytes, ['Nats-Batch-Commit: 1']);
  const last = { subject, content: Buffer.concat([block, content.subarray(headerBytes)]), headerBytes: block.length };
  return [...messages.slice(0, -1), last];
}
