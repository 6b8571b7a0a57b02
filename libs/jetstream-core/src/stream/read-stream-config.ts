import { apiErrors } from '../api-error.ts';
import { parseObject, type Shape, ShapeError } from '../json-shape.ts';
import type { StreamConfig } from './stream-config.ts';

const string: Shape = { kind: 'string' };
const boolean: Shape = { kind: 'boolean' };
const integer: Shape = { kind: 'integer' };
const unsigned: Shape = { kind: 'unsigned' };
const duration: Shape = { kind: 'duration' };
const transform = { src: string, dest: string } as const;

const source = {
  name: string,
  opt_start_seq: unsigned,
  opt_start_time: { kind: 'time' },
  filter_subject: string,
  subject_transforms: { kind: 'objects', type: 'SubjectTransformConfig', fields: transform },
  external: { kind: 'object', type: 'ExternalStream', fields: { api: string, deliver: string } },
  consumer: { kind: 'object', type: 'StreamConsumerSource', fields: { name: string, deliver_subject: string } },
} as const satisfies Record<string, Shape>;

const fields: Readonly<Record<string, Shape>> = {
  name: string,
  description: string,
  subjects: { kind: 'strings' },
  retention: { kind: 'enum', words: ['limits', 'interest', 'workqueue'] },
  max_consumers: integer,
  max_msgs: integer,
  max_bytes: integer,
  max_age: duration,
  max_msgs_per_subject: integer,
  max_msg_size: integer,
  discard: { kind: 'enum', words: ['old', 'new'] },
  storage: { kind: 'enum', words: ['file', 'memory'] },
  num_replicas: integer,
  no_ack: boolean,
  duplicate_window: duration,
  placement: {
    kind: 'object',
    type: 'Placement',
    fields: { cluster: string, tags: { kind: 'strings' }, preferred: string },
  },
  mirror: { kind: 'object', type: 'StreamSource', fields: source },
  sources: { kind: 'objects', type: 'StreamSource', fields: source },
  compression: { kind: 'enum', words: ['none', 's2'], says: 'unknown compression algorithm' },
  first_seq: unsigned,
  subject_transform: { kind: 'object', type: 'SubjectTransformConfig', fields: transform },
  republish: { kind: 'object', type: 'RePublish', fields: { src: string, dest: string, headers_only: boolean } },
  allow_direct: boolean,
  mirror_direct: boolean,
  discard_new_per_subject: boolean,
  sealed: boolean,
  deny_delete: boolean,
  deny_purge: boolean,
  allow_rollup_hdrs: boolean,
  consumer_limits: {
    kind: 'object',
    type: 'StreamConsumerLimits',
    fields: { inactive_threshold: duration, max_ack_pending: integer },
  },
  allow_msg_ttl: boolean,
  subject_delete_marker_ttl: duration,
  allow_msg_counter: boolean,
  allow_atomic: boolean,
  allow_batched: boolean,
  allow_msg_schedules: boolean,
  persist_mode: { kind: 'enum', words: ['default', 'async'] },
  metadata: { kind: 'words' },
};

/** What a request names, and whether unknown rules are to be refused rather than set right (ADR-48). */
export interface StreamRequest {
  config: Partial<StreamConfig>;
  pedantic: boolean;
}

/** @throws ApiError 10025 */
export function readStreamRequest(text: string): StreamRequest {
  if (text.trim() === '') return { config: {}, pedantic: false };
  try {
    const all = { ...fields, pedantic: boolean };
    const { pedantic, ...config } = parseObject(text, 'StreamConfigRequest', all, 'StreamConfigRequest.StreamConfig');
    return { config: config as Partial<StreamConfig>, pedantic: pedantic === true };
  } catch (error) {
    if (error instanceof ShapeError) throw apiErrors.invalidJson(error.message);
    throw error;
  }
}
