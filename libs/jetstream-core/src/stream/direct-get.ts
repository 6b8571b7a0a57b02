import { type StoredMessage, type StreamStore, subjectFilter } from '@skein/storage';
import { millisOf, timeText } from '../time.ts';
import { withLines } from './header-block.ts';
import { findMessage, firstSince, isMessageRequest, type MessageRequest } from './message-get.ts';
import { sequenceAt, timeOf } from './sequence-at.ts';

/** Subjects that one request may match (ADR-31). */
const SUBJECTS_MAX = 1024;
/** Bytes of messages in one batch where the request names none. */
const BATCH_BYTES = 64 * 1024 * 1024;

export interface DirectRequest extends MessageRequest {
  readonly batch?: number;
  readonly max_bytes?: number;
  readonly multi_last?: readonly string[];
  readonly up_to_seq?: number;
  readonly up_to_time?: { seconds: number; nanos: number };
}

/** A message of the answer: header block, then payload. */
export interface AnswerPart {
  readonly content: Buffer;
  readonly headerBytes: number;
}

/** Answers as messages are asked for, so that a large batch need not be in memory at once. What goes meanwhile is left out. */
export function directGet(stream: string, store: StreamStore, request: DirectRequest): Iterable<AnswerPart> {
  const { multi_last = [], batch = 0 } = request;
  if (multi_last.length > 0) return lastOfEach(stream, store, request);
  if (!isMessageRequest(request)) return [status(isEmpty(request) ? '408 Empty Request' : '408 Bad Request')];
  if (batch !== 0) return consecutive(stream, store, request);
  const message = findMessage(store, request);
  return [message === undefined ? status('404 Message Not Found') : part(stream, message)];
}

/** What says that the request cannot be read. */
export const malformedRequest = (): AnswerPart => status('408 Malformed Request');
/** What says that it asks for what does not go together. */
export const badDirectRequest = (): AnswerPart => status('408 Bad Request');

/** What says that it needs a server with more than this one has (ADR-44); also to who asks a consumer. */
export const levelRequired = (): AnswerPart => status('412 Required Api Level');

function isEmpty({ seq = 0, last_by_subj = '', next_by_subj = '', start_time }: DirectRequest): boolean {
  return seq === 0 && last_by_subj === '' && next_by_subj === '' && start_time === undefined;
}

function* consecutive(stream: string, store: StreamStore, request: DirectRequest): Generator<AnswerPart> {
  const { seq = 0, next_by_subj = '', last_by_subj = '', start_time, batch = 0, max_bytes } = request;
  if (last_by_subj !== '') {
    yield status('408 Bad Request');
    return;
  }
  const filter = next_by_subj === '' ? undefined : subjectFilter([next_by_subj]);
  const from = Math.max(1, start_time === undefined ? seq : firstSince(store, start_time));
  let pending = store.count(from, filter);
  if (pending === 0) {
    yield status('404 Message Not Found');
    return;
  }
  let room = max_bytes || BATCH_BYTES;
  let last = 0;
  let at = store.next(from, filter);
  for (let sent = 0; sent < batch && room > 0 && at > 0; at = store.next(at + 1, filter)) {
    const message = store.get(at);
    if (message === undefined) continue;
    sent++;
    pending = Math.max(0, pending - 1);
    yield part(stream, message, pending, last);
    room -= weightOf(message);
    last = at;
  }
  yield end(pending, last);
}

function* lastOfEach(stream: string, store: StreamStore, request: DirectRequest): Generator<AnswerPart> {
  const { multi_last = [], seq = 0, batch = 0, max_bytes, up_to_seq = 0, up_to_time } = request;
  const asksOtherwise = request.last_by_subj || request.next_by_subj || request.start_time;
  if (asksOtherwise || (up_to_seq > 0 && up_to_time !== undefined)) {
    yield status('408 Bad Request');
    return;
  }
  const upTo = up_to_time === undefined ? up_to_seq || store.last : lastUntil(store, up_to_time);
  const found: number[] = [];
  for (const [subject, state] of store.subjects(subjectFilter(multi_last))) {
    const last = state.last <= upTo ? state.last : store.previous(upTo, subjectFilter([subject]));
    if (last > 0 && found.push(last) > SUBJECTS_MAX) {
      yield status('413 Too Many Results');
      return;
    }
  }
  if (found.length === 0) {
    yield status('404 No Results');
    return;
  }
  const sequences = found.filter((sequence) => sequence >= seq).sort((a, b) => a - b);
  let pending = sequences.length;
  let room = max_bytes || BATCH_BYTES;
  let last = 0;
  for (const sequence of sequences.slice(0, batch > 0 ? batch : SUBJECTS_MAX)) {
    if (room <= 0) break;
    const message = store.get(sequence);
    if (message === undefined) continue;
    yield part(stream, message, --pending, last);
    room -= weightOf(message);
    last = sequence;
  }
  yield end(pending, last, upTo);
}

/** The last message that is not younger than the moment; 0: none. */
function lastUntil(store: StreamStore, { seconds, nanos }: { seconds: number; nanos: number }): number {
  const until = millisOf(seconds, nanos);
  const found = store.previous(sequenceAt(store, (millis) => millis > until) - 1);
  return found > 0 && timeOf(store.get(found) as StoredMessage) <= until ? found : 0;
}

const weightOf = ({ subject, content }: StoredMessage): number => subject.length + content.length;

function part(stream: string, message: StoredMessage, pending?: number, last = 0): AnswerPart {
  const { subject, sequence, content, headerBytes, seconds, nanos } = message;
  let lines = `Nats-Stream: ${stream}\r\nNats-Subject: ${subject}\r\nNats-Sequence: ${sequence}\r\nNats-Time-Stamp: ${timeText(seconds, nanos)}`;
  if (pending !== undefined) lines += `\r\nNats-Num-Pending: ${pending}\r\nNats-Last-Sequence: ${last}`;
  if (headerBytes === 0) return headed(`NATS/1.0\r\n${lines}\r\n\r\n`, content);
  const block = withLines(content, headerBytes, [lines]);
  return { content: Buffer.concat([block, content.subarray(headerBytes)]), headerBytes: block.length };
}

/** Most messages have no headers of their own: the rest is copied once. */
function headed(block: string, payload: Buffer): AnswerPart {
  const content = Buffer.allocUnsafe(block.length + payload.length);
  content.write(block, 0, 'latin1');
  payload.copy(content, block.length);
  return { content, headerBytes: block.length };
}

function end(pending: number, last: number, upTo?: number): AnswerPart {
  const lines = [`Nats-Num-Pending: ${pending}`, `Nats-Last-Sequence: ${last}`];
  if (upTo !== undefined) lines.push(`Nats-UpTo-Sequence: ${upTo}`);
  return status('204 EOB', lines);
}

function status(words: string, lines: readonly string[] = []): AnswerPart {
  const content = Buffer.from(`NATS/1.0 ${words}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1');
  return { content, headerBytes: content.length };
}
