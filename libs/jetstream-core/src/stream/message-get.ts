import { type StoredMessage, type StreamStore, subjectFilter } from '@skein/storage';
import { apiErrors } from '../api-error.ts';
import { millisOf, timeText } from '../time.ts';
import { sequenceAt } from './sequence-at.ts';

/** Which message: by sequence, the last on a subject, the next on a subject or since a moment (ADR-31). */
export interface MessageRequest {
  readonly seq?: number;
  readonly last_by_subj?: string;
  readonly next_by_subj?: string;
  readonly start_time?: { seconds: number; nanos: number };
}

/** Whether the request names one message, in one way. */
export function isMessageRequest({
  seq = 0,
  last_by_subj = '',
  next_by_subj = '',
  start_time,
}: MessageRequest): boolean {
  if (last_by_subj !== '') return seq === 0 && next_by_subj === '' && start_time === undefined;
  if (start_time !== undefined) return seq === 0;
  return seq > 0 || next_by_subj !== '';
}

/** The message that is asked for; undefined when there is none. */
export function findMessage(store: StreamStore, request: MessageRequest): StoredMessage | undefined {
  const { seq = 0, last_by_subj = '', next_by_subj = '', start_time } = request;
  if (last_by_subj !== '') return store.get(store.previous(store.last, subjectFilter([last_by_subj])));
  if (next_by_subj === '' && start_time === undefined) return store.get(seq);
  const filter = next_by_subj === '' ? undefined : subjectFilter([next_by_subj]);
  return store.get(store.next(start_time === undefined ? seq : firstSince(store, start_time), filter));
}

/** The first message that is not older than the moment. */
export function firstSince(store: StreamStore, { seconds, nanos }: { seconds: number; nanos: number }): number {
  const since = millisOf(seconds, nanos);
  return sequenceAt(store, (millis) => millis >= since);
}

/** A message as the API writes it. */
export interface MessageView {
  subject: string;
  seq: number;
  /** Base64, like `data`; absent where empty. */
  hdrs?: string;
  data?: string;
  time: string;
}

/** @throws ApiError */
export function getMessage(store: StreamStore, request: MessageRequest): MessageView {
  if (!isMessageRequest(request)) throw apiErrors.badRequest();
  const message = findMessage(store, request);
  if (message === undefined) throw apiErrors.messageNotFound();
  const { subject, sequence, content, headerBytes, seconds, nanos } = message;
  return {
    subject,
    seq: sequence,
    ...(headerBytes > 0 && { hdrs: content.toString('base64', 0, headerBytes) }),
    ...(content.length > headerBytes && { data: content.toString('base64', headerBytes) }),
    time: timeText(seconds, nanos),
  };
}
