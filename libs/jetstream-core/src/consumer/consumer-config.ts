/** A consumer's configuration, as the API has it: durations in nanoseconds (ADR-13, ADR-42 and those that added to it). */
export interface ConsumerConfig {
  durable_name?: string;
  name: string;
  description?: string;
  deliver_policy: DeliverPolicy;
  opt_start_seq?: number;
  /** RFC 3339 */
  opt_start_time?: string;
  ack_policy: AckPolicy;
  ack_wait?: number;
  /** -1: no limit. */
  max_deliver: number;
  backoff?: number[];
  filter_subject?: string;
  filter_subjects?: string[];
  replay_policy: ReplayPolicy;
  /** Bits per second. */
  rate_limit_bps?: number;
  /** Per cent, as it was written. */
  sample_freq?: string;
  max_waiting?: number;
  /** -1: no limit. */
  max_ack_pending?: number;
  flow_control?: boolean;
  headers_only?: boolean;
  max_batch?: number;
  max_expires?: number;
  max_bytes?: number;
  /** Of a push consumer. */
  deliver_subject?: string;
  deliver_group?: string;
  idle_heartbeat?: number;
  inactive_threshold?: number;
  /** 0: as many as the stream has. */
  num_replicas: number;
  mem_storage?: boolean;
  /** A mirror or source takes by it: nobody else is shown it. */
  direct?: boolean;
  metadata?: Record<string, string>;
  /** RFC 3339 */
  pause_until?: string;
  priority_groups?: string[];
  priority_policy?: PriorityPolicy;
  priority_timeout?: number;
}

export type DeliverPolicy = 'all' | 'last' | 'new' | 'by_start_sequence' | 'by_start_time' | 'last_per_subject';
export type AckPolicy = 'none' | 'all' | 'explicit' | 'flow_control';
export type ReplayPolicy = 'instant' | 'original';
export type PriorityPolicy = 'overflow' | 'pinned_client' | 'prioritized';

/** What a request may name. */
export type RequestedConsumer = Omit<Partial<ConsumerConfig>, 'priority_policy'> & {
  priority_policy?: PriorityPolicy | 'none';
};

/** Which subjects it wants; none of them: all. */
export const filtersOf = ({ filter_subject, filter_subjects }: Partial<ConsumerConfig>): readonly string[] =>
  filter_subject ? [filter_subject] : (filter_subjects ?? []);
