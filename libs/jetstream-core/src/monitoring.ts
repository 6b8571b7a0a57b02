/*
 * What stores answer to the monitor: JSON over the bus. Several stores of a node are summed up there.
 */

/** Bytes. */
export interface JetStreamUsage {
  memory: number;
  storage: number;
}

/** Of the API. */
export interface ApiCounts {
  total: number;
  errors: number;
}

/** Answer to `jetstream`. */
export interface JetStreamOverview {
  /** Those that may use JetStream and that this store knows of. */
  accounts: AccountOverview[];
  /** What cannot be served, and why; bounded. */
  troubles: StreamTrouble[];
}

export interface AccountOverview extends JetStreamUsage {
  account: string;
  /** Of its streams with `max_bytes`. */
  reserved: JetStreamUsage;
  /** What it may use; -1: any amount. */
  limits: JetStreamUsage;
  streams: number;
  consumers: number;
  /** Of all its streams, bytes as they count for limits. */
  messages: number;
  bytes: number;
  api: ApiCounts;
}

export interface StreamTrouble {
  /** '', as the stream: it is no single one's. */
  account: string;
  stream: string;
  /** For people, whole sentences: `JetStream stream 'A > S' could not be recovered`. */
  error: string;
}

/** Asks with `jetstream-streams`; what does not fit into one answer is asked for again, from where that one ended. */
export interface StreamsQuestion {
  account: string;
  from: StreamsPosition;
  consumers: boolean;
  config: boolean;
}

/** A stream by its place among the account's, and which of its consumers. */
export interface StreamsPosition {
  stream: number;
  consumer: number;
}

export interface StreamsAnswer {
  /** In the fields and order of `stream_detail` in `/jsz`. The first begins in the middle of its consumers if it was asked so. */
  streams: StreamDetail[];
  /** Absent: that was all. */
  next?: StreamsPosition;
}

export interface StreamDetail {
  name: string;
  consumer_detail?: object[];
}

/** Asks with `jetstream-find`. */
export interface FindQuestion {
  account: string;
  stream: string;
  /** '': only the stream. */
  consumer: string;
}

export interface FindAnswer {
  stream: boolean;
  consumer: boolean;
}
