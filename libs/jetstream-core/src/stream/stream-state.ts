import { type StreamStore, subjectFilter } from '@skein/storage';
import { NO_TIME, timeText } from '../time.ts';
import type { Stream } from './stream.ts';

/** So many subjects are in one answer; `offset` asks for the others. */
const SUBJECTS_MAX = 100_000;
/** And so many deleted sequences, of which there is no more than the first page. */
const DELETED_MAX = 100_000;

/** A stream's state as the API has it. */
export interface StreamState {
  messages: number;
  bytes: number;
  first_seq: number;
  first_ts: string;
  last_seq: number;
  last_ts: string;
  num_subjects?: number;
  num_deleted?: number;
  subjects?: Record<string, number>;
  deleted?: number[];
  consumer_count: number;
}

/** What an info request may ask for beside the usual. */
export interface StateDetails {
  readonly subjectsFilter?: string;
  readonly offset?: number;
  readonly withDeleted?: boolean;
}

/** A page of subjects: how many match in all, where it begins, how many it may have. Zeros when none match. */
export interface Page {
  total: number;
  offset: number;
  limit: number;
}

export function streamState(
  { store, lastTime }: Stream,
  consumers: number,
  { subjectsFilter = '', offset = 0, withDeleted = false }: StateDetails = {},
): { state: StreamState; page: Page } {
  const page: Page = { total: 0, offset: 0, limit: 0 };
  const subjects = subjectsFilter === '' ? undefined : subjectCounts(store, subjectsFilter, offset, page);
  const { messages, bytes, first, last, subjectCount, deletedCount } = store;
  const state: StreamState = {
    messages,
    bytes,
    // Nothing was ever given.
    first_seq: last === 0 ? 0 : first,
    first_ts: timeOfMessage(store, first),
    last_seq: last,
    last_ts: lastTime.seconds === 0 ? NO_TIME : timeText(lastTime.seconds, lastTime.nanos),
    ...(subjectCount > 0 && { num_subjects: subjectCount }),
    ...(subjects && { subjects }),
    ...(deletedCount > 0 && { num_deleted: deletedCount }),
    ...(withDeleted && deletedCount > 0 && { deleted: store.deleted(first, DELETED_MAX) }),
    consumer_count: consumers,
  };
  return { state, page };
}

function timeOfMessage(store: StreamStore, sequence: number): string {
  const message = store.get(sequence);
  return message === undefined ? NO_TIME : timeText(message.seconds, message.nanos);
}

function subjectCounts(
  store: StreamStore,
  filter: string,
  offset: number,
  page: Page,
): Record<string, number> | undefined {
  const { total, counts } = store.countSubjects(subjectFilter([filter]), Math.max(0, offset), SUBJECTS_MAX);
  if (total === 0) return undefined;
  Object.assign(page, { total, offset, limit: SUBJECTS_MAX });
  return counts.length === 0 ? undefined : Object.fromEntries(counts);
}
