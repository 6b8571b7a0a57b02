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
  /** With those of mirrors and sources elsewhere, where consumers are asked for. */
  direct: boolean;
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

/** Asks with `jetstream-rows`: the first streams in some order, for a list that is looked at all the time. */
export interface RowsQuestion {
  /** Part of a stream's or account's name, in small letters; '': all. */
  search: string;
  sort: keyof typeof rowOrders;
  rising: boolean;
  limit: number;
}

export interface RowsAnswer {
  total: number;
  rows: StreamRow[];
}

/** What costs next to nothing to know of a stream. */
export interface StreamRow {
  account: string;
  stream: string;
  storage: 'file' | 'memory';
  messages: number;
  bytes: number;
  consumers: number;
  /** Delivered and not acknowledged, over all consumers. */
  unacknowledged: number;
  /** How many sequences the consumer that is furthest back has before it: as many messages at most. */
  behind: number;
  /** Of the newest message, Unix milliseconds; 0: there was none. */
  lastMs: number;
}

/** By what streams can be ordered. */
export const rowOrders = {
  name: () => 0,
  messages: ({ messages }: StreamRow) => messages,
  bytes: ({ bytes }: StreamRow) => bytes,
  consumers: ({ consumers }: StreamRow) => consumers,
  unacknowledged: ({ unacknowledged }: StreamRow) => unacknowledged,
  behind: ({ behind }: StreamRow) => behind,
  last: ({ lastMs }: StreamRow) => lastMs,
} satisfies Record<string, (row: StreamRow) => number>;

/** Those that are equal stand by name. */
export function compareRows(sort: RowsQuestion['sort'], rising: boolean): (a: StreamRow, b: StreamRow) => number {
  const order = rowOrders[sort];
  const sign = rising ? 1 : -1;
  const nameOf = ({ account, stream }: StreamRow): string => `${stream} ${account}`;
  return (a, b) => sign * (order(a) - order(b)) || (sort === 'name' ? sign : 1) * (nameOf(a) < nameOf(b) ? -1 : 1);
}

/** Asks with `jetstream-consumers`: some of a stream's consumers, by name. */
export interface ConsumersQuestion {
  account: string;
  stream: string;
  offset: number;
  limit: number;
}

export interface ConsumersAnswer {
  total: number;
  consumers: ConsumerRow[];
}

export interface ConsumerRow {
  name: string;
  isPush: boolean;
  filters: string[];
  /** Still to be delivered. */
  pending: number;
  unacknowledged: number;
  redelivered: number;
  /** Requests, of a pull consumer. */
  waiting: number;
  /** When the oldest message was stored that is delivered and not acknowledged, Unix milliseconds; 0: there is none. */
  oldestMs: number;
  isPaused: boolean;
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
