/** A stream's configuration, as the API has it: durations in nanoseconds, -1 is no limit (ADR-1 and those that added to it). */
export interface StreamConfig {
  name: string;
  description?: string;
  /** Absent for mirrors. */
  subjects?: string[];
  retention: Retention;
  max_consumers: number;
  max_msgs: number;
  max_bytes: number;
  max_age: number;
  max_msgs_per_subject: number;
  max_msg_size: number;
  discard: Discard;
  storage: Storage;
  num_replicas: number;
  no_ack?: boolean;
  duplicate_window?: number;
  placement?: Placement;
  mirror?: StreamSource;
  sources?: StreamSource[];
  compression: Compression;
  first_seq?: number;
  subject_transform?: Transform;
  republish?: Republish;
  allow_direct: boolean;
  mirror_direct: boolean;
  discard_new_per_subject?: boolean;
  sealed: boolean;
  deny_delete: boolean;
  deny_purge: boolean;
  allow_rollup_hdrs: boolean;
  consumer_limits: ConsumerLimits;
  allow_msg_ttl: boolean;
  subject_delete_marker_ttl?: number;
  allow_msg_counter?: boolean;
  allow_atomic?: boolean;
  allow_batched?: boolean;
  allow_msg_schedules?: boolean;
  persist_mode?: PersistMode;
  metadata?: Record<string, string>;
}

export type Retention = 'limits' | 'interest' | 'workqueue';
export type Discard = 'old' | 'new';
export type Storage = 'file' | 'memory';
export type Compression = 'none' | 's2';
export type PersistMode = 'default' | 'async';

export interface Placement {
  cluster?: string;
  tags?: string[];
  preferred?: string;
}

export interface Transform {
  src: string;
  dest: string;
}

export interface Republish {
  src?: string;
  dest: string;
  headers_only?: boolean;
}

export interface ConsumerLimits {
  inactive_threshold?: number;
  max_ack_pending?: number;
}

export interface StreamConsumerSource {
  name?: string;
  deliver_subject?: string;
}

export interface StreamSource {
  name: string;
  opt_start_seq?: number;
  /** RFC 3339 */
  opt_start_time?: string;
  filter_subject?: string;
  subject_transforms?: Transform[];
  external?: { api: string; deliver: string };
  /** Made beforehand, to be read from (ADR-60). */
  consumer?: StreamConsumerSource;
}
