import type { Definition, Families, Labels } from '../family.ts';
import { type ExporterNames, metric } from './naming.ts';

/** Of all open connections together. */
export interface ConnectionTotals {
  connections: number;
  pendingBytes: number;
  subscriptions: number;
  inMsgs: number;
  outMsgs: number;
  inBytes: number;
  outBytes: number;
}

/** One connection, with what `/connz` does not say as a number. Times are Unix ms. */
export interface MeasuredConnection extends Omit<ConnectionTotals, 'connections'> {
  cid: number;
  kind: string;
  type: string;
  ip: string;
  port: number;
  name: string;
  account: string;
  lang: string;
  version: string;
  tlsVersion: string;
  tlsCipher: string;
  startUnixMs: number;
  lastActivityUnixMs: number;
  rttMs: number;
}

/** What a page of `/connz` holds unless asked for more; the exporter reads the first page. */
const PAGE = 1024;

const identity = [
  ...(['cid', 'kind', 'type', 'ip', 'port', 'name', 'name_tag', 'account'] as const),
  ...(['account_id', 'lang', 'version', 'tls_version', 'tls_cipher_suite'] as const),
];

/** Series that one connection makes in `addConnections`. */
export const seriesPerConnection = 11;

/** The exporter adds up the first page; here it is all connections. */
export function addConnectionTotals(families: Families, names: ExporterNames, totals: ConnectionTotals): void {
  const labels = { server_id: names.serverId };
  const { connections } = totals;
  const page = { num_connections: Math.min(connections, PAGE), total: connections, offset: 0, limit: PAGE };
  for (const [name, value] of Object.entries(page)) families.add(metric(names, `connz_${name}`), labels, value);
  addSums(families, names, labels, totals, []);
}

/** As the exporter with `-connz_detailed`: each connection beside the sums. */
export function addConnections(
  families: Families,
  names: ExporterNames,
  connections: readonly MeasuredConnection[],
  nowUnixMs: number,
): void {
  const times = {
    start: metric(names, 'connz_start', {
      type: 'untyped',
      help: 'epoch time at which the connection was started',
      labels: identity,
    }),
    // The exporter's help text, its spelling included.
    lastActivity: metric(names, 'connz_last_activity', {
      type: 'untyped',
      help: 'epoch time at which the last activity was registred',
      labels: identity,
    }),
    rtt: metric(names, 'connz_rtt', { help: 'response time latency in microseconds', labels: identity }),
    uptime: metric(names, 'connz_uptime', {
      type: 'untyped',
      help: 'uptime duration in milliseconds',
      labels: identity,
    }),
    idle: metric(names, 'connz_idle', { help: 'idle time duration in milliseconds', labels: identity }),
  };
  for (const one of connections) {
    const labels = labelsOf(names, one);
    addSums(families, names, labels, one, identity);
    families.add(times.start, labels, one.startUnixMs);
    families.add(times.lastActivity, labels, one.lastActivityUnixMs);
    families.add(times.rtt, labels, Math.round(one.rttMs * 1000));
    families.add(times.uptime, labels, nowUnixMs - one.startUnixMs);
    families.add(times.idle, labels, nowUnixMs - one.lastActivityUnixMs);
  }
}

function addSums(
  families: Families,
  names: ExporterNames,
  values: Labels,
  sums: Omit<ConnectionTotals, 'connections'>,
  labels: readonly string[],
): void {
  const gauge = (name: string): Definition => metric<string>(names, `connz_${name}`, { labels });
  // Not what Prometheus calls a counter (a sum falls when a connection ends), but what dashboards know them as.
  const counter = (name: string): Definition => metric<string>(names, `connz_${name}`, { labels, type: 'counter' });
  families.add(gauge('pending_bytes'), values, sums.pendingBytes);
  families.add(gauge('subscriptions'), values, sums.subscriptions);
  families.add(counter('in_bytes'), values, sums.inBytes);
  families.add(counter('out_bytes'), values, sums.outBytes);
  families.add(counter('in_msgs'), values, sums.inMsgs);
  families.add(counter('out_msgs'), values, sums.outMsgs);
}

function labelsOf({ serverId }: ExporterNames, one: MeasuredConnection): Labels {
  // FACTS: `/connz` leaves the global account out, and the exporter goes by it.
  const account = one.account === '$G' ? '' : one.account;
  return {
    server_id: serverId,
    cid: String(one.cid),
    kind: one.kind,
    type: one.type,
    ip: one.ip,
    port: String(one.port),
    name: one.name,
    name_tag: one.account,
    account,
    account_id: account,
    lang: one.lang,
    version: one.version,
    tls_version: one.tlsVersion,
    tls_cipher_suite: one.tlsCipher,
  };
}
