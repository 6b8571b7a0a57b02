import { apiErrors } from '../api-error.ts';
import { parseObject, type Shape, ShapeError } from '../json-shape.ts';
import type { RequestedConsumer } from './consumer-config.ts';

const string: Shape = { kind: 'string' };
const boolean: Shape = { kind: 'boolean' };
const int: Shape = { kind: 'int' };
const unsigned: Shape = { kind: 'unsigned' };
const duration: Shape = { kind: 'duration' };
const time: Shape = { kind: 'time' };
const strings: Shape = { kind: 'strings' };

const config: Readonly<Record<string, Shape>> = {
  durable_name: string,
  name: string,
  description: string,
  deliver_policy: {
    kind: 'enum',
    words: ['all', 'last', 'new', 'by_start_sequence', 'by_start_time', 'last_per_subject'],
  },
  opt_start_seq: unsigned,
  opt_start_time: time,
  ack_policy: { kind: 'enum', words: ['none', 'all', 'explicit', 'flow_control'] },
  ack_wait: duration,
  max_deliver: int,
  backoff: { kind: 'durations' },
  filter_subject: string,
  filter_subjects: strings,
  replay_policy: { kind: 'enum', words: ['instant', 'original'] },
  rate_limit_bps: unsigned,
  sample_freq: string,
  max_waiting: int,
  max_ack_pending: int,
  flow_control: boolean,
  headers_only: boolean,
  max_batch: int,
  max_expires: duration,
  max_bytes: int,
  deliver_subject: string,
  deliver_group: string,
  idle_heartbeat: duration,
  inactive_threshold: duration,
  num_replicas: int,
  mem_storage: boolean,
  direct: boolean,
  metadata: { kind: 'words' },
  pause_until: time,
  priority_groups: strings,
  priority_policy: {
    kind: 'enum',
    words: ['none', 'overflow', 'pinned_client', 'prioritized'],
    says: 'unknown priority policy: ',
  },
  priority_timeout: duration,
};

const request: Readonly<Record<string, Shape>> = {
  stream_name: string,
  config: { kind: 'object', type: 'ConsumerConfig', fields: config, path: 'ConsumerConfig.config' },
  action: { kind: 'enum', words: ['', 'create', 'update'], says: 'unknown consumer action: ' },
  pedantic: boolean,
};

/** What a request to create or update a consumer names. */
export interface ConsumerRequest {
  streamName: string;
  config: RequestedConsumer;
  /** Empty: whatever is called for. */
  action: '' | 'create' | 'update';
  pedantic: boolean;
}

/** @throws ApiError 10025 */
export function readConsumerRequest(text: string): ConsumerRequest {
  const read = text.trim() === '' ? {} : parse(text);
  return {
    streamName: (read.stream_name as string | undefined) ?? '',
    config: (read.config as RequestedConsumer | undefined) ?? {},
    action: (read.action as ConsumerRequest['action'] | undefined) ?? '',
    pedantic: read.pedantic === true,
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return parseObject(text, 'CreateConsumerRequest', request, 'CreateConsumerRequest');
  } catch (error) {
    if (error instanceof ShapeError) throw apiErrors.invalidJson(error.message);
    throw error;
  }
}
