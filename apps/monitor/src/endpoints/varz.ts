import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FEATURE_FLAGS } from '@skein/events';
import type { MonitorConfiguration } from '../configuration.ts';
import { shownConfig, shownLimits, shownStats, storeFolder } from '../jetstream/shown.ts';
import type { Monitor, Snapshot } from '../monitor.ts';
import { claimsOf } from '../token-claims.ts';
import { formatUptime } from '../uptime.ts';
import { endpoint, isoTime, ok } from './endpoint.ts';

const NANOS_PER_MS = 1e6;
/** Where nothing else was configured; it is not shown then. */
const WEBSOCKET_HANDSHAKE_MS = 2000;

export const varz = endpoint({
  name: 'VARZ',
  async answer(monitor) {
    const [snapshot, jetstream] = await Promise.all([monitor.snapshot(), jetStreamPart(monitor)]);
    return ok({
      ...identityPart(monitor),
      ...configurationPart(monitor.configuration, jetstream),
      ...timePart(monitor),
      ...figuresPart(snapshot),
      http_req_stats: Object.fromEntries([...monitor.requests].sort(([a], [b]) => (a < b ? -1 : 1))),
      config_load_time: isoTime(monitor.configuredUnixMs),
      config_digest: monitor.configuration.configDigest,
      ...tagsPart(monitor.configuration),
      feature_flags: FEATURE_FLAGS,
      ...trustPart(monitor.configuration),
      ...(monitor.systemAccount !== undefined && { system_account: monitor.systemAccount }),
      slow_consumer_stats: linkKinds(snapshot.counters.slowConsumers),
      stale_connection_stats: linkKinds(snapshot.counters.staleConnections),
      disk_io_wait_stats: { waiters: 0, waits: 0, wait_time: 0, max_wait_time: 0 },
      ...certificateEnds(monitor.configuration),
      // Skein's own: the processes that the node is made of.
      processes: snapshot.processes,
    });
  },
});

function identityPart({ identity, configuration }: Monitor) {
  return {
    server_id: identity.serverId,
    server_name: identity.serverName,
    version: identity.version,
    proto: 1,
    go: `node${process.versions.node}`,
    // Where clients are to go, if that was said.
    ...addressOf(configuration),
    ...(configuration.authRequired && { auth_required: true }),
    ...(configuration.tls !== undefined && { tls_required: true }),
    ...(configuration.tls?.verify && { tls_verify: true }),
  };
}

function addressOf({ clientAdvertise, host, port }: MonitorConfiguration) {
  if (clientAdvertise === undefined) return { host, port };
  const [, name, , given] = /^(.*?)(:(\d+))?$/.exec(clientAdvertise) as RegExpExecArray;
  return { host: name, port: given === undefined ? port : Number(given) };
}

function configurationPart(configuration: MonitorConfiguration, jetstream: object) {
  const { monitoring, tls } = configuration;
  return {
    max_connections: configuration.maxConnections,
    ...(configuration.maxSubscriptions > 0 && { max_subscriptions: configuration.maxSubscriptions }),
    ping_interval: configuration.pingIntervalMs * NANOS_PER_MS,
    ping_max: configuration.pingMax,
    http_host: monitoring.host,
    http_port: monitoring.port,
    http_base_path: monitoring.basePath,
    https_port: monitoring.httpsPort,
    auth_timeout: configuration.authTimeoutMs / 1000,
    max_control_line: configuration.maxControlLineBytes,
    max_payload: configuration.maxPayloadBytes,
    max_pending: configuration.maxPendingBytes,
    cluster: {},
    gateway: {},
    leaf: {},
    mqtt: {},
    websocket: websocketPart(configuration),
    jetstream,
    tls_timeout: (tls?.timeoutMs ?? 2000) / 1000,
    write_deadline: configuration.writeDeadlineMs * NANOS_PER_MS,
  };
}

async function jetStreamPart({ configuration: { jetstream: options }, jetstream }: Monitor): Promise<object> {
  if (options === undefined) return {};
  const stats = shownStats(await jetstream.totals());
  return { config: shownConfig(options, storeFolder(options)), stats, limits: shownLimits(options) };
}

function websocketPart({ websocket }: MonitorConfiguration) {
  if (websocket === undefined) return {};
  return {
    host: websocket.host,
    port: websocket.port,
    ...(websocket.advertise !== undefined && { advertise: websocket.advertise }),
    ...(websocket.noAuthUser !== undefined && { no_auth_user: websocket.noAuthUser }),
    ...(websocket.jwtCookie !== undefined && { jwt_cookie: websocket.jwtCookie }),
    ...(websocket.handshakeTimeoutMs !== WEBSOCKET_HANDSHAKE_MS && {
      handshake_timeout: websocket.handshakeTimeoutMs * NANOS_PER_MS,
    }),
    ...(websocket.noTls && { no_tls: true }),
    ...(websocket.sameOrigin && { same_origin: true }),
    ...(websocket.allowedOrigins.length > 0 && { allowed_origins: websocket.allowedOrigins }),
    ...(websocket.compression && { compression: true }),
  };
}

function timePart(monitor: Monitor) {
  const now = monitor.wallMs();
  const start = monitor.identity.startedUnixMs;
  return { start: isoTime(start), now: isoTime(now), uptime: formatUptime(now - start) };
}

function figuresPart({ connections, subscriptions, counters, processes }: Snapshot) {
  return {
    mem: processes.reduce((total, one) => total + one.mem, 0),
    cores: navigator.hardwareConcurrency,
    gomaxprocs: navigator.hardwareConcurrency,
    cpu: Math.round(processes.reduce((total, one) => total + one.cpu, 0) * 10) / 10,
    connections,
    total_connections: counters.totalConnections,
    routes: 0,
    remotes: 0,
    leafnodes: 0,
    in_msgs: counters.inMsgs,
    in_bytes: counters.inBytes,
    in_client_msgs: counters.inMsgs,
    in_client_bytes: counters.inBytes,
    out_msgs: counters.outMsgs,
    out_bytes: counters.outBytes,
    out_client_msgs: counters.outMsgs,
    out_client_bytes: counters.outBytes,
    slow_consumers: counters.slowConsumers,
    stale_connections: counters.staleConnections,
    stalled_clients: counters.stalledClients,
    subscriptions,
  };
}

function tagsPart({ serverTags, serverMetadata }: MonitorConfiguration) {
  return {
    ...(serverTags.length > 0 && { tags: serverTags }),
    ...(Object.keys(serverMetadata).length > 0 && { metadata: serverMetadata }),
  };
}

/** When the clients' listener's certificate runs out; left out when its file cannot be read now. */
function certificateEnds({ tls }: MonitorConfiguration) {
  if (tls?.certFile === undefined) return {};
  try {
    const { validToDate } = new X509Certificate(readFileSync(tls.certFile));
    return { tls_cert_not_after: validToDate.toISOString().replace('.000Z', 'Z') };
  } catch {
    return {};
  }
}

/** Operator mode: whom the node trusts. */
function trustPart({ trust: { operators } }: MonitorConfiguration) {
  if (operators.length === 0) return {};
  return { trusted_operators_jwt: operators, trusted_operators_claim: operators.map(claimsOf) };
}

const linkKinds = (clients: number) => ({ clients, routes: 0, gateways: 0, leafs: 0 });
