/** What is each server's own, or of the moment: of what stands below, types are compared alone. */
const VOLATILE = new Set(
  `id server_id now time timestamp seq start stop last_activity rtt uptime idle mem cpu cores gomaxprocs port cid go memstats
  config_digest config_load_time update_time http_port sid pending_bytes headers subscriptions num_subscriptions num_cache num_inserts
  num_removes num_matches cache_hit_rate max_fanout avg_fanout msgs bytes in_msgs out_msgs in_bytes out_bytes in_client_msgs
  out_client_msgs in_client_bytes out_client_bytes total_connections num_connections total conns total_conns client_connections
  active_accounts subscriptions_list statsz`.split(/\s+/),
);
/** Their keys or entries are each server's own. */
const OPEN = new Set(['http_req_stats', 'feature_flags', 'cmdline', 'accounts', 'sublist_stats']);

/**
 * Where `own` is not what was recorded: `path: what it is`. The same keys in any order, the same types, the same values but for
 * those that are each server's own. Of lists the first entries are compared.
 */
export function differences(recorded: unknown, own: unknown): string[] {
  return compare(recorded, own, { path: '', isLoose: false });
}

interface Place {
  path: string;
  /** Types alone. */
  isLoose: boolean;
}

function compare(recorded: unknown, own: unknown, { path, isLoose }: Place): string[] {
  if (kind(recorded) !== kind(own)) return [`${path}: ${kind(own)}, not ${kind(recorded)}`];
  if (Array.isArray(recorded) && Array.isArray(own)) {
    const [first, ownFirst] = [recorded, own].map((list) => [...list].sort(byAccount)[0]);
    if (first !== undefined && ownFirst !== undefined) return compare(first, ownFirst, { path: `${path}[0]`, isLoose });
    return first === ownFirst ? [] : [`${path}: ${own.length} entries, not ${recorded.length}`];
  }
  if (isObject(recorded) && isObject(own)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(own)]);
    return [...keys].flatMap((key) => {
      const at = path === '' ? key : `${path}.${key}`;
      if (!(key in own)) return [`${at}: missing`];
      if (!(key in recorded)) return [`${at}: more`];
      if (OPEN.has(key) && kind(recorded[key]) === kind(own[key])) return [];
      return compare(recorded[key], own[key], { path: at, isLoose: isLoose || VOLATILE.has(key) });
    });
  }
  return isLoose || recorded === own ? [] : [`${path}: ${JSON.stringify(own)}, not ${JSON.stringify(recorded)}`];
}

/** nats-server lists accounts, what they import, and permissions in no order. */
function byAccount(a: unknown, b: unknown): number {
  const nameOf = (one: unknown): string =>
    isObject(one) ? String(one.acc ?? one.to ?? one.subject ?? '') : typeof one === 'string' ? one : '';
  return nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0;
}

/** The processes that the node is made of. */
const PROCESSES = ['body.data.processes: more'];

/** What is different on purpose, by question or event, with the reason. */
export const exceptions: Readonly<Record<string, readonly string[]>> = {
  'sys $SYS.REQ.SERVER.<id>.VARZ': PROCESSES,
  'sys $SYS.REQ.SERVER.PING.VARZ': PROCESSES,
  'sys $SYS.REQ.SERVER.<id>.VARZ  Accept-Encoding: br': PROCESSES,
  // The queues are the links between processes here.
  'sys $SYS.REQ.SERVER.<id>.IPQUEUESZ': ['body.data.System recvQ: missing', 'body.data.gateway 0 to monitor 0: more'],
  // Node does not keep the pauses of its collector one by one, nor sizes by class.
  'sys $SYS.REQ.SERVER.<id>.EXPVARZ': ['PauseNs', 'PauseEnd', 'BySize'].map(
    (name) => `body.data.memstats.${name}: 0 entries, not 8`,
  ),
};

function kind(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
