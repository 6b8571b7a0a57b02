import type { SeriesBudget } from '../budget.ts';
import type { Families } from '../family.ts';
import { type JetStreamPage, jetStreamLabels, serverLabels } from './jsz.ts';
import { type ExporterNames, metric } from './naming.ts';

/** One account of `/jsz?consumers=true&config=true`, with those of its streams that are to be shown. */
export interface JetStreamAccount {
  name: string;
  id: string;
  memory: number;
  storage: number;
  reserved_memory: number;
  reserved_storage: number;
  stream_detail?: readonly MeasuredStream[];
}

/** What of `stream_detail` becomes metrics. */
export interface MeasuredStream {
  name: string;
  cluster?: { leader?: string };
  config?: { max_bytes: number; max_msgs: number };
  state: {
    messages: number;
    bytes: number;
    first_seq: number;
    last_seq: number;
    num_subjects?: number;
    consumer_count: number;
  };
  mirror?: Origin;
  sources?: readonly Origin[];
  consumer_detail?: readonly MeasuredConsumer[];
}

export interface MeasuredConsumer {
  name: string;
  config?: { description?: string };
  cluster?: { leader?: string };
  delivered: Sequences;
  ack_floor: Sequences;
  num_ack_pending: number;
  num_redelivered: number;
  num_waiting: number;
  num_pending: number;
}

interface Sequences {
  consumer_seq: number;
  stream_seq: number;
  /** RFC 3339; absent: nothing yet. */
  last_active?: string;
}

interface Origin {
  name: string;
  lag: number;
  /** Nanoseconds; -1: not at all. */
  active: number;
  external?: { api: string; deliver: string };
}

const accountLabels = [...jetStreamLabels, 'account', 'account_id', 'account_name'] as const;
const streamLabels = [
  ...accountLabels,
  ...(['stream_name', 'stream_leader', 'is_stream_leader', 'stream_raft_group'] as const),
] as const;
const consumerLabels = [
  ...streamLabels,
  ...(['consumer_name', 'consumer_desc', 'consumer_leader', 'is_consumer_leader'] as const),
] as const;

type Values<T> = Readonly<Record<string, readonly [help: string, of: (one: T) => number | undefined]>>;

const ofAccount: Values<JetStreamAccount> = {
  max_memory: ['JetStream Account Max Memory in bytes', (one) => one.reserved_memory],
  max_storage: ['JetStream Account Max Storage in bytes', (one) => one.reserved_storage],
  memory_used: ['Total number of bytes used by JetStream memory', (one) => one.memory],
  storage_used: ['Total number of bytes used by JetStream storage', (one) => one.storage],
};

const ofStream: Values<MeasuredStream> = {
  total_messages: ['Total number of messages from a stream', ({ state }) => state.messages],
  total_bytes: ['Total stored bytes from a stream', ({ state }) => state.bytes],
  first_seq: ['First sequence from a stream', ({ state }) => state.first_seq],
  last_seq: ['Last sequence from a stream', ({ state }) => state.last_seq],
  consumer_count: ['Total number of consumers from a stream', ({ state }) => state.consumer_count],
  subject_count: ['Total number of subjects in a stream', ({ state }) => state.num_subjects ?? 0],
  limit_bytes: [
    'The maximum configured storage limit (in bytes) for a JetStream stream. A value of -1 indicates no limit.',
    ({ config }) => config?.max_bytes,
  ],
  limit_messages: [
    'The maximum number of messages allowed in a JetStream stream as per its configuration. A value of -1 indicates no limit.',
    ({ config }) => config?.max_msgs,
  ],
};

const ofConsumer: Values<MeasuredConsumer> = {
  delivered_consumer_seq: ['Latest sequence number of a stream consumer', (one) => one.delivered.consumer_seq],
  delivered_stream_seq: ['Latest sequence number of a stream', (one) => one.delivered.stream_seq],
  ack_floor_consumer_seq: ['Number of ack floor consumer seq from a consumer', (one) => one.ack_floor.consumer_seq],
  ack_floor_stream_seq: ['Number of ack floor stream seq from a consumer', (one) => one.ack_floor.stream_seq],
  num_ack_pending: ['Number of pending acks from a consumer', (one) => one.num_ack_pending],
  num_pending: ['Number of pending messages from a consumer', (one) => one.num_pending],
  num_redelivered: ['Number of redelivered messages from a consumer', (one) => one.num_redelivered],
  num_waiting: ['Number of inflight fetch requests from a pull consumer', (one) => one.num_waiting],
};

/** How long ago a consumer last did something, if it did. */
const since = (nowUnixMs: number): Values<MeasuredConsumer> => {
  const seconds = (time: string | undefined): number | undefined =>
    time === undefined ? undefined : (nowUnixMs - Date.parse(time)) / 1000;
  return {
    last_delivery_seconds: [
      'Seconds since last message delivery to consumer',
      (one) => seconds(one.delivered.last_active),
    ],
    last_ack_seconds: ['Seconds since last ack from consumer', (one) => seconds(one.ack_floor.last_active)],
  };
};

/** Series that one account, stream, consumer makes. */
export const seriesPerJetStreamAccount = Object.keys(ofAccount).length;
export const seriesPerStream = Object.keys(ofStream).length;
export const seriesPerConsumer = Object.keys({ ...ofConsumer, ...since(0) }).length;

/**
 * As the exporter with `-jsz=all`. What the budget has no room for is left out: accounts first have theirs, then streams, then consumers.
 */
export function addStreams(
  families: Families,
  names: ExporterNames,
  serverName: string,
  page: Pick<JetStreamPage, 'config' | 'meta_cluster'>,
  accounts: readonly JetStreamAccount[],
  budget: SeriesBudget,
  nowUnixMs: number,
): void {
  const server = serverLabels(names, serverName, page);
  const shown = accounts.slice(0, budget.take('accounts', accounts.length, seriesPerJetStreamAccount));
  const known = accounts.map((one) => ({
    one,
    labels: { ...server, account: one.name, account_id: one.id, account_name: one.name },
  }));
  add(families, names, 'account', accountLabels, ofAccount, known.slice(0, shown.length));

  const streams = known.flatMap(({ one: { stream_detail = [] }, labels }) =>
    stream_detail.map((one) => ({ one, labels: { ...labels, ...streamLabelsOf(one, serverName) } })),
  );
  const measured = streams.slice(0, budget.take('streams', streams.length, seriesPerStream));
  add(families, names, 'stream', streamLabels, ofStream, measured);
  for (const { one, labels } of measured) {
    if (one.mirror !== undefined) addOrigin(families, names, 'mirror', labels, one.mirror);
    for (const source of one.sources ?? []) addOrigin(families, names, 'source', labels, source);
  }

  const consumers = streams.flatMap(({ one: { consumer_detail = [] }, labels }) =>
    consumer_detail.map((one) => ({ one, labels: { ...labels, ...consumerLabelsOf(one, serverName) } })),
  );
  const lagging = consumers.slice(0, budget.take('consumers', consumers.length, seriesPerConsumer));
  add(families, names, 'consumer', consumerLabels, ofConsumer, lagging);
  add(families, names, 'consumer', consumerLabels, since(nowUnixMs), lagging);
}

const streamLabelsOf = ({ name, cluster }: MeasuredStream, serverName: string) => ({
  stream_name: name,
  stream_leader: cluster?.leader ?? '',
  is_stream_leader: leads(cluster, serverName),
  stream_raft_group: '',
});

const consumerLabelsOf = ({ name, config, cluster }: MeasuredConsumer, serverName: string) => ({
  consumer_name: name,
  consumer_desc: config?.description ?? '',
  consumer_leader: cluster?.leader ?? '',
  is_consumer_leader: leads(cluster, serverName),
});

/** Who has nobody to follow leads. */
const leads = (cluster: { leader?: string } | undefined, serverName: string): string =>
  String(cluster?.leader === undefined || cluster.leader === serverName);

function add<T, Label extends string>(
  families: Families,
  names: ExporterNames,
  about: string,
  labels: readonly Label[],
  values: Values<T>,
  all: readonly { one: T; labels: Readonly<Record<Label | 'server_id', string>> }[],
): void {
  for (const [name, [help, of]] of Object.entries(values)) {
    const definition = metric(names, `${about}_${name}`, { help, labels, jetstream: true });
    for (const { one, labels: own } of all) families.add(definition, own, of(one));
  }
}

function addOrigin(
  families: Families,
  names: ExporterNames,
  kind: 'mirror' | 'source',
  stream: Readonly<Record<(typeof streamLabels)[number] | 'server_id', string>>,
  { name, lag, active, external }: Origin,
): void {
  const labels = [...streamLabels, `${kind}_name`, `${kind}_api`, `${kind}_deliver`];
  const values = {
    ...stream,
    [`${kind}_name`]: name,
    [`${kind}_api`]: external?.api ?? '',
    [`${kind}_deliver`]: external?.deliver ?? '',
  };
  const define = (what: string, help: string) =>
    metric(names, `stream_${kind}_${what}`, { help, labels, jetstream: true });
  families.add(define('lag', `Number of messages a stream ${kind} is behind`), values, lag);
  const help = `Stream ${kind} active duration in nanoseconds (-1 indicates inactive)`;
  families.add(define('active_duration_ns', help), values, active);
}
