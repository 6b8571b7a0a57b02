import { type StoredMessage, type StreamStore, subjectFilter } from '@skein/storage';
import { type ApiError, apiErrors } from '../api-error.ts';
import type { BatchSoFar } from './batch-so-far.ts';
import { parseIncrement } from './counter.ts';
import type { DuplicateWindow } from './duplicate-window.ts';
import { parseTtl } from './message-ttl.ts';
import type { PublishHeaders } from './publish-headers.ts';
import { endFault, readSchedule } from './schedule.ts';
import type { StreamConfig } from './stream-config.ts';

const MILLISECOND = 1_000_000;

const HEADER_BYTES_MAX = 64 * 1024 - 1;

/**
 * Whether a stream takes a message. The order of the checks is nats-server's, as seen: it decides which of several errors
 * is said. In a batch (ADR-50) what the messages before it will have done counts, and nothing may be asked of it.
 */
export class PublishRules {
  readonly #store: StreamStore;
  readonly #duplicates: DuplicateWindow;
  readonly #config: StreamConfig;
  readonly #windowMillis: number;
  /** The sequence of the message that the one just checked repeats; 0: none. It is then neither refused nor stored. */
  duplicateOf = 0;

  constructor(store: StreamStore, duplicates: DuplicateWindow, config: StreamConfig) {
    this.#store = store;
    this.#duplicates = duplicates;
    this.#config = config;
    this.#windowMillis = (config.duplicate_window ?? 0) / MILLISECOND;
  }

  /** Why no message like this is taken, whatever the stream holds. */
  refusal(content: Buffer, headerBytes: number): ApiError | undefined {
    const { sealed, max_msg_size } = this.#config;
    if (sealed) return apiErrors.streamSealed();
    if (max_msg_size >= 0 && content.length > max_msg_size) return apiErrors.messageTooLarge();
    return headerBytes > HEADER_BYTES_MAX ? apiErrors.headersTooLarge() : undefined;
  }

  /** Whether there is a place for a message of another stream, of which nothing else is asked. */
  placeFault(subject: string, content: Buffer, headerBytes: number): ApiError | undefined {
    const { discard } = this.#config;
    return (
      this.refusal(content, headerBytes) ?? (discard === 'new' ? this.#full(subject, content, headerBytes) : undefined)
    );
  }

  isDuplicate(messageId: string, millis: number): boolean {
    return this.#windowMillis > 0 && this.#duplicates.find(messageId, millis, this.#windowMillis) > 0;
  }

  /** @param lastId message id of the message that was stored last */
  fault(
    subject: string,
    content: Buffer,
    headerBytes: number,
    headers: Readonly<PublishHeaders>,
    millis: number,
    lastId: string,
    batch?: BatchSoFar,
  ): ApiError | undefined {
    this.duplicateOf = 0;
    const isBatched = batch !== undefined;
    return (
      this.#counterFault(headers, content.length > headerBytes) ??
      this.#streamFault(headers) ??
      this.#ttlDisabled(headers, isBatched) ??
      this.#sequenceFault(subject, headers, batch) ??
      this.#scheduleFault(subject, content, headerBytes, headers) ??
      this.#idFault(headers, millis, lastId, batch) ??
      (this.duplicateOf > 0 ? undefined : this.#roomFault(subject, content, headerBytes, headers, batch))
    );
  }

  /** What a counter takes, and what only a counter takes (ADR-49). */
  #counterFault(headers: Readonly<PublishHeaders>, hasPayload: boolean): ApiError | undefined {
    const { allow_msg_counter: isCounter } = this.#config;
    const { increment, rollup, expectedStream, expectedLastSequence } = headers;
    if (increment === '') return isCounter ? apiErrors.incrementMissing() : undefined;
    if (parseIncrement(increment) === undefined) return apiErrors.incrementInvalid();
    if (!isCounter) return apiErrors.countersDisabled();
    if (hasPayload) return apiErrors.counterHasPayload();
    const expects = headers.expectedLastSubjectSequence !== '' || headers.expectedLastMessageId !== '';
    const isBound = expects || expectedStream !== '' || expectedLastSequence !== '' || rollup !== '';
    return isBound ? apiErrors.incrementInvalid() : undefined;
  }

  #streamFault({ expectedStream }: Readonly<PublishHeaders>): ApiError | undefined {
    return expectedStream === '' || expectedStream === this.#config.name
      ? undefined
      : apiErrors.expectedStreamDiffers();
  }

  /** Outside of batches what is no TTL is found out later. */
  #ttlDisabled({ ttl }: Readonly<PublishHeaders>, isBatched: boolean): ApiError | undefined {
    if (ttl === '' || this.#config.allow_msg_ttl) return undefined;
    return isBatched || parseTtl(ttl) !== undefined ? apiErrors.ttlDisabled() : undefined;
  }

  #sequenceFault(subject: string, headers: Readonly<PublishHeaders>, batch?: BatchSoFar): ApiError | undefined {
    const { expectedLastSubjectSequence, expectedLastSubject, expectedLastSequence } = headers;
    if (expectedLastSubjectSequence !== '') {
      const about = expectedLastSubject || subject;
      if (batch?.touches(about)) return apiErrors.wrongLastSequenceInBatch();
      const last = this.#lastOf(about);
      if (!isSequence(expectedLastSubjectSequence, last)) return apiErrors.wrongLastSequence(last);
    } else if (expectedLastSubject !== '') {
      return apiErrors.expectedSubjectSequenceMissing();
    }
    if (expectedLastSequence === '') return undefined;
    const before = batch?.messages ?? 0;
    const last = this.#store.last + before;
    if (!isSequence(expectedLastSequence, last)) return apiErrors.wrongLastSequence(last);
    return before > 0 ? apiErrors.wrongLastSequenceInBatch() : undefined;
  }

  #scheduleFault(
    subject: string,
    content: Buffer,
    headerBytes: number,
    { schedule, scheduler, scheduleNext }: Readonly<PublishHeaders>,
  ): ApiError | undefined {
    if (schedule === '' && scheduler === '' && scheduleNext === '') return undefined;
    if (!this.#config.allow_msg_schedules) return apiErrors.schedulesDisabled();
    if (schedule === '') return endFault(subject, scheduler, scheduleNext);
    const read = readSchedule(subject, content, headerBytes, this.#config);
    return read instanceof Error ? read : undefined;
  }

  #lastOf(subject: string): number {
    const store = this.#store;
    return store.subject(subject)?.last ?? store.previous(store.last, subjectFilter([subject]));
  }

  #idFault(
    { messageId, expectedLastMessageId, ttl }: Readonly<PublishHeaders>,
    millis: number,
    lastId: string,
    batch?: BatchSoFar,
  ): ApiError | undefined {
    if (messageId !== '') {
      this.duplicateOf = this.#duplicates.find(messageId, millis, this.#windowMillis);
      if (batch !== undefined && (this.duplicateOf > 0 || batch.hasId(messageId))) return apiErrors.batchDuplicateId();
      if (this.duplicateOf > 0) return undefined;
    }
    if (ttl !== '' && parseTtl(ttl) === undefined) return apiErrors.ttlInvalid();
    if (expectedLastMessageId === '') return undefined;
    if (batch !== undefined) return apiErrors.batchHeaderUnsupported('Nats-Expected-Last-Msg-Id');
    return expectedLastMessageId === lastId ? undefined : apiErrors.wrongLastMessageId(lastId);
  }

  #roomFault(
    subject: string,
    content: Buffer,
    headerBytes: number,
    { rollup }: Readonly<PublishHeaders>,
    batch?: BatchSoFar,
  ): ApiError | undefined {
    return (
      (rollup === '' ? undefined : this.#rollupFault(rollup.toLowerCase(), rollup, subject, batch)) ??
      (this.#config.discard === 'new' ? this.#full(subject, content, headerBytes, batch) : undefined)
    );
  }

  #rollupFault(kind: string, rollup: string, subject: string, batch?: BatchSoFar): ApiError | undefined {
    if (!this.#config.allow_rollup_hdrs) return apiErrors.rollupFailed('rollup not permitted');
    if (kind !== 'sub' && kind !== 'all') return apiErrors.rollupFailed(`rollup value invalid: "${rollup}"`);
    if (batch === undefined) return undefined;
    // It would roll up what the batch itself brings.
    const isLate = kind === 'all' ? batch.messages > 0 : batch.on(subject) > 0;
    return isLate ? apiErrors.rollupFailed(`batch rollup ${kind} invalid`) : undefined;
  }

  /** Whether a stream that discards new messages has no place for this one. */
  #full(subject: string, content: Buffer, headerBytes: number, batch?: BatchSoFar): ApiError | undefined {
    const { discard_new_per_subject, max_msgs, max_bytes, max_msgs_per_subject } = this.#config;
    const store = this.#store;
    const state = max_msgs_per_subject > 0 ? store.subject(subject) : undefined;
    const onSubject = (state?.messages ?? 0) + (batch?.on(subject) ?? 0);
    const isAtLimit = max_msgs_per_subject > 0 && onSubject >= max_msgs_per_subject;
    // What takes the place of an older message of its subject needs no other place; in a batch that is not looked at.
    const replaced = isAtLimit && batch === undefined ? (store.get(state?.first ?? 0) as StoredMessage) : undefined;
    if (isAtLimit && discard_new_per_subject && batch === undefined) {
      return apiErrors.streamStoreFailed('maximum messages per subject exceeded');
    }
    if (max_msgs > 0 && store.messages + (batch?.messages ?? 0) >= max_msgs && replaced === undefined) {
      return apiErrors.streamStoreFailed('maximum messages exceeded');
    }
    const freed =
      replaced === undefined ? 0 : store.sizeOf(replaced.subject, replaced.content.length, replaced.headerBytes);
    const taken = store.bytes - freed + (batch?.bytes ?? 0);
    if (max_bytes > 0 && taken + store.sizeOf(subject, content.length, headerBytes) > max_bytes) {
      return apiErrors.streamStoreFailed('maximum bytes exceeded');
    }
    return isAtLimit && discard_new_per_subject
      ? apiErrors.streamStoreFailed('maximum messages per subject exceeded')
      : undefined;
  }
}

const isSequence = (text: string, sequence: number): boolean => /^\d+$/.test(text) && Number(text) === sequence;
