/** Stand for what every run, build or machine has its own of: only that it is there, and of which kind, is comparable. */
const RUN_FIELDS = new Set([
  ...['server_id', 'now', 'start', 'uptime', 'last_activity', 'stop', 'idle', 'rtt', 'port', 'http_port', 'https_port'],
  ...[
    'mem',
    'cores',
    'gomaxprocs',
    'cpu',
    'go',
    'version',
    'config_load_time',
    'update_time',
    'cid',
    'cmdline',
    'memstats',
    'pending_bytes',
  ],
  // Of streams and consumers.
  ...['created', 'ts', 'first_ts', 'last_ts', 'last_active', 'active', 'pause_remaining', 'store_dir'],
]);

/** What a server has subscribed to for itself stands among its clients' in these. */
const OWN_TOO = new Set([
  ...['num_subscriptions', 'num_cache', 'num_inserts', 'num_removes', 'num_matches', 'cache_hit_rate', 'max_fanout'],
  ...['avg_fanout'],
]);

/** nats-server gives them in another order each time. */
const UNORDERED = new Set([
  'imports',
  'exports',
  'subscriptions_list_detail',
  'accounts',
  'account_statz',
  'approved_accounts',
  'account_details',
  'stream_detail',
  'consumer_detail',
  'sources',
]);

const sorted = (all: unknown[]): unknown[] => all.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Those of the server itself: which they are is its own matter. */
const isOwn = (one: unknown): boolean =>
  typeof one === 'object' && one !== null && String((one as { subject?: string }).subject).startsWith('$SYS.');

/** A page's JSON, fit to be compared with another server's in the same situation. */
export function normalisePage(value: unknown, key = ''): unknown {
  if (RUN_FIELDS.has(key) || OWN_TOO.has(key)) return kindOf(value);
  // A server that was not given a name has its id for one.
  if (key === 'server_name' && String(value).length === 56) return kindOf(value);
  if (key === 'subscriptions_list' && Array.isArray(value)) {
    return sorted(value.filter((one) => !isOwn(one)).map((one) => normalisePage(one)));
  }
  // Of a request that it cannot read it counts some, and some not.
  if (key === 'http_req_stats') return mapValues(value as object, kindOf);
  if (UNORDERED.has(key) && Array.isArray(value)) return sorted(value.map((one) => normalisePage(one)));
  if (Array.isArray(value)) return value.map((one) => normalisePage(one));
  if (typeof value !== 'object' || value === null) return value;
  return mapValues(value, normalisePage);
}

function mapValues(object: object, map: (value: unknown, name: string) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([name, one]) => [name, map(one, name)]));
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return '<array>';
  return `<${value === null ? 'null' : typeof value}>`;
}
