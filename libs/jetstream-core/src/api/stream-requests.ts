import { isLiteral } from '@skein/subjects';
import { ApiError, apiErrors } from '../api-error.ts';
import { parseObject, type Shape } from '../json-shape.ts';
import type { DirectRequest } from '../stream/direct-get.ts';
import type { MessageRequest } from '../stream/message-get.ts';
import { readStreamRequest } from '../stream/read-stream-config.ts';
import type { Purge } from '../stream/stream.ts';
import type { StreamConfig } from '../stream/stream-config.ts';
import type { StateDetails } from '../stream/stream-state.ts';
import { parseTime } from '../time.ts';
import { type Fields, readOptional, readRequired } from './optional-request.ts';

const string: Shape = { kind: 'string' };
const boolean: Shape = { kind: 'boolean' };
const unsigned: Shape = { kind: 'unsigned' };
const integer: Shape = { kind: 'integer' };
const time: Shape = { kind: 'time' };

const purgeFields: Fields = { filter: string, seq: unsigned, keep: unsigned };
const deleteFields: Fields = { seq: unsigned, no_erase: boolean };
const infoFields: Fields = { subjects_filter: string, deleted_details: boolean, offset: { kind: 'int' } };
/** What a backup is to be like. */
export interface SnapshotRequest {
  readonly deliverSubject: string;
  readonly withConsumers: boolean;
  /** 0: as the server likes. */
  readonly chunkBytes: number;
  readonly windowBytes: number;
}

const snapshotFields: Fields = {
  deliver_subject: string,
  no_consumers: boolean,
  jsck: boolean,
  chunk_size: integer,
  window_size: integer,
};
const getFields: Fields = {
  seq: unsigned,
  last_by_subj: string,
  next_by_subj: string,
  start_time: time,
  batch: integer,
  max_bytes: integer,
  multi_last: { kind: 'strings' },
  up_to_seq: unsigned,
  up_to_time: time,
};

/** All is optional: what is no object asks for everything. @throws ApiError 10025 */
export const readPurgeRequest = (text: string): Purge => readOptional(text, 'JSApiStreamPurgeRequest', purgeFields);

/** @throws ApiError 10003, 10025 */
export function readDeleteRequest(text: string): { sequence: number; secure: boolean } {
  const request: { seq?: number; no_erase?: boolean } = readRequired(text, 'JSApiMsgDeleteRequest', deleteFields);
  if (request.seq === undefined) throw apiErrors.badRequest();
  return { sequence: request.seq, secure: request.no_erase !== true };
}

/** What an info request asks for beside the usual. @throws ApiError 10025 */
export function readInfoRequest(text: string): StateDetails {
  const request: { subjects_filter?: string; offset?: number; deleted_details?: boolean } = readOptional(
    text,
    'JSApiStreamInfoRequest',
    infoFields,
    // Of these only the offset can be wrong and be told so.
    'JSApiStreamInfoRequest.ApiPagedRequest',
  );
  return {
    subjectsFilter: request.subjects_filter ?? '',
    offset: Math.max(0, request.offset ?? 0),
    withDeleted: request.deleted_details === true,
  };
}

/** @throws ApiError 10003, 10025 */
export function readGetRequest(text: string): MessageRequest {
  const read = withTimes(readRequired(text, 'JSApiMsgGetRequest', getFields));
  const { batch = 0, max_bytes = 0, multi_last = [], up_to_seq = 0, up_to_time } = read;
  // Of direct gets.
  if (batch !== 0 || max_bytes !== 0 || multi_last.length > 0 || up_to_seq > 0 || up_to_time !== undefined) {
    throw apiErrors.badRequest();
  }
  return read;
}

/** @throws ApiError 10003, 10015, 10025 */
export function readSnapshotRequest(text: string): SnapshotRequest {
  const request: { deliver_subject?: string; no_consumers?: boolean; chunk_size?: number; window_size?: number } =
    readRequired(text, 'JSApiStreamSnapshotRequest', snapshotFields);
  const { deliver_subject: deliverSubject = '', no_consumers, chunk_size = 0, window_size = 0 } = request;
  if (deliverSubject === '') throw apiErrors.badRequest();
  if (!isLiteral(deliverSubject)) throw apiErrors.deliverSubjectInvalid();
  return { deliverSubject, withConsumers: no_consumers !== true, chunkBytes: chunk_size, windowBytes: window_size };
}

/** The configuration that a stream is to be restored with. @throws ApiError 10003, 10025 */
export function readRestoreRequest(text: string): Partial<StreamConfig> {
  if (text === '') throw apiErrors.badRequest();
  let config: unknown;
  try {
    const request = JSON.parse(text) as Record<string, unknown>;
    const unknown = Object.keys(request).find((key) => key !== 'config' && key !== 'state');
    if (unknown !== undefined) throw apiErrors.invalidJson(`json: unknown field ${JSON.stringify(unknown)}`);
    config = request.config;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // Says what is wrong with it in nats-server's words.
    readRequired(text, 'JSApiStreamRestoreRequest', {});
  }
  if (config === undefined || config === null) throw apiErrors.badRequest();
  return readStreamRequest(JSON.stringify(config)).config;
}

/** Undefined for what cannot be read. Fields that nobody knows are passed over, other than in the API. */
export function readDirectRequest(text: string): DirectRequest | undefined {
  try {
    const known =
      text === ''
        ? {}
        : JSON.parse(text, (key, value) => (key === '' || key in getFields || /^\d+$/.test(key) ? value : undefined));
    return withTimes(parseObject(JSON.stringify(known), 'JSApiMsgGetRequest', getFields, 'JSApiMsgGetRequest'));
  } catch {
    return undefined;
  }
}

function withTimes(read: object): DirectRequest {
  const { start_time, up_to_time, ...rest } = read as Record<string, string>;
  return {
    ...rest,
    ...(start_time !== undefined && { start_time: parseTime(start_time) }),
    ...(up_to_time !== undefined && { up_to_time: parseTime(up_to_time) }),
  } as DirectRequest;
}
