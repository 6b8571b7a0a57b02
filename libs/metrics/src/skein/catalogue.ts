import type { Definition, MetricType } from '../family.ts';

const define =
  (type: MetricType) =>
  <Label extends string = never>(
    name: string,
    help: string,
    ...labels: Label[]
  ): Definition<Label | 'component' | 'process'> => ({
    name: `skein_${name}`,
    type,
    help,
    labels: ['component', 'process', ...labels],
  });

const gauge = define('gauge');
const counter = define('counter');
const histogram = define('histogram');

/**
 * What the split into processes adds. `component` and `process` (`gateway/0`) say whose figure it is: a label `instance` is
 * Prometheus' own. A counter begins at 0 with its process, as `rate()` expects. docs/monitoring.md lists the same, and a test compares the two.
 */
export const skein = {
  up: gauge(
    'up',
    '1 when the process answered this scrape, 0 when it is down or stalled: its other values are then old.',
  ),
  restarts: counter('process_restarts_total', 'How often the supervisor started the process again.'),
  answerAge: gauge('process_answer_age_seconds', 'How old the values of the process are; 0 when it answered.'),
  info: gauge('process_info', 'Always 1; says which version the process runs.', 'version'),
  uptime: gauge('process_uptime_seconds', 'Since the process started.'),
  residentMemory: gauge('process_resident_memory_bytes', 'Memory that the process occupies.'),
  heapUsed: gauge('process_heap_used_bytes', 'JavaScript objects.'),
  heapSize: gauge('process_heap_size_bytes', 'Reserved for JavaScript objects.'),
  external: gauge('process_external_memory_bytes', 'Outside of the JavaScript heap, buffers included.'),
  buffers: gauge('process_buffer_memory_bytes', 'Buffers: what is read, written, or waits to be.'),
  cpu: counter('process_cpu_seconds_total', 'Processor time used.', 'mode'),
  loopBusy: counter('process_event_loop_busy_seconds_total', 'How long the event loop had work; its rate is the load.'),
  loopDelay: gauge(
    'process_event_loop_delay_seconds',
    'How late timers were in the last 10 s or more; percentile 100 is the worst.',
    'percentile',
  ),
  requestsWaiting: gauge('process_requests_waiting', 'Requests to other processes that have no answer yet.'),
  routerConnected: gauge('process_router_connected', '1 when the process is registered with the router.'),
  logLinesDropped: counter(
    'log_lines_dropped_total',
    "Log lines lost because their reader did not keep up; the process supervisor/0 has the reader of the node's log.",
  ),

  linkInFlight: gauge(
    'link_in_flight_bytes',
    'Sent or queued to another process, and not yet processed there.',
    'peer',
  ),
  linkQueued: gauge('link_queued_bytes', 'Waiting to be written to another process.', 'peer'),
  linkFrames: counter('link_frames_total', 'Messages sent to another process.', 'peer'),
  linkRefused: counter(
    'link_refused_frames_total',
    'Messages not sent, because the bound of the link was reached.',
    'peer',
  ),
  linkBlocked: gauge(
    'link_blocked',
    '1 while the other process does not keep up: who produces for it is not read.',
    'peer',
  ),

  patterns: gauge('router_interest_patterns', 'Patterns that a process has declared.', 'declarer'),
  settle: histogram(
    'router_settle_seconds',
    'From a declaration to every gateway having applied it: what a subscriber waits for.',
  ),
  revision: gauge('router_configuration_revision', 'Rises with each reload.'),

  connections: gauge('gateway_connections', 'Open client connections.'),
  opened: counter('gateway_connections_opened_total', 'Client connections made.'),
  subscriptions: gauge('gateway_subscriptions', 'Subscriptions of clients.'),
  pendingBytes: gauge('gateway_pending_bytes', 'Sent to clients, and not yet taken by them.'),
  receivedMessages: counter('gateway_received_messages_total', 'Messages from clients.'),
  receivedBytes: counter('gateway_received_bytes_total', 'Payload and headers from clients.'),
  sentMessages: counter('gateway_sent_messages_total', 'Messages to clients.'),
  sentBytes: counter('gateway_sent_bytes_total', 'Payload and headers to clients.'),
  slowConsumers: counter('gateway_slow_consumers_total', 'Connections closed because they did not read.'),
  staleConnections: counter('gateway_stale_connections_total', 'Connections closed because they did not answer PING.'),
  stalled: counter('gateway_stalled_clients_total', 'How often a publisher was held for a subscriber that was behind.'),
  parseErrors: counter('gateway_parse_errors_total', 'Connections that sent what is not the protocol.'),
  closed: counter(
    'gateway_connections_closed_total',
    'Connections that ended, by the reason that /connz shows.',
    'reason',
  ),
  authFailures: counter(
    'gateway_auth_failures_total',
    'Connections refused, too late to log in, or expired.',
    'reason',
  ),

  logins: counter('auth_logins_total', 'Logins decided.', 'result'),
  refusals: counter('auth_refusals_total', 'Logins refused, by why.', 'reason'),
  login: histogram('auth_login_seconds', 'From the question who a client is to the answer.'),
  limited: counter('auth_logins_limited_total', 'Logins refused unseen: too many from their address had failed.'),
  auditLost: counter('auth_audit_records_lost_total', 'Records of the audit that could not be written or said.'),
  calloutsUnanswered: counter(
    'auth_callouts_unanswered_total',
    'Questions that no authorization service answered in time.',
  ),
  passwordsWaiting: gauge('auth_passwords_waiting', 'Passwords whose bcrypt hash is still to be checked.'),

  streams: gauge('store_streams', 'Streams that the process serves.'),
  streamsOut: gauge('store_streams_out_of_service', 'Streams that an error of ours or damage keeps from being served.'),
  consumers: gauge('store_consumers', 'Consumers of its streams.'),
  shards: gauge('store_shards', 'Shards in use, by whether they serve.', 'state'),
  shardFailures: counter('store_shard_failures_total', 'How often a shard stopped serving and was opened anew.'),
  damages: gauge('store_damages', 'Findings of data that is lost or cannot be read, since the shards were opened.'),
  waitingRecords: gauge('store_append_records', 'Records on their way to a journal: nobody is told of them yet.'),
  waitingBytes: gauge('store_append_bytes', 'Bytes of records on their way to a journal.'),
  dirtyBytes: gauge('store_dirty_bytes', 'Applied, in a journal, and not yet in LevelDB, about.'),
  cacheBytes: gauge('store_cache_bytes', 'Decoded records that can be read again, about.'),
  journalSync: histogram('store_journal_sync_seconds', 'An fsync of a journal: what an acknowledgement waits for.'),
  flush: histogram('store_flush_seconds', 'Until what was applied was in LevelDB.'),
  opening: histogram('store_opening_seconds', 'From opening a shard until it served.'),
  answersLost: counter('store_answers_lost_total', 'Answers and deliveries that no gateway could take.'),

  staleAnswers: counter(
    'monitor_stale_answers_total',
    'Answers that did not come in time, by the process that was asked.',
    'asked',
  ),
  seriesDropped: counter(
    'monitor_series_dropped_total',
    'Series left out of scrapes because the budget was used up, by what they are about.',
    'kind',
  ),
} as const;
