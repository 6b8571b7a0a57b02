import { isOperatorMode } from '@skein/trust/options';
import { formatBytes } from './bytes.ts';
import { formatDuration } from './duration.ts';
import { DYNAMIC_SIZE, type JetStreamOptions } from './jetstream-options.ts';
import { isNkeyUser, NAMELESS_USER, type ServerOptions, type TlsOptions, type WebsocketOptions } from './options.ts';
import { TLS_TIMEOUT_DEFAULT_MS } from './schema/tls.ts';

/** One configuration key whose value differs. */
export interface ReloadChange {
  /** The key as the configuration file has it (`max_payload`, `websocket`, `skein.gateways`). */
  key: string;
  /** `hot`: can be applied to a running node. */
  kind: 'hot' | 'refused';
  /** Of a hot change what nats-server logs after `Reloaded: `, of a refused one its error. Holds no secrets. */
  reason: string;
}

export interface ReloadPlan {
  changes: ReloadChange[];
  /** The first refused change's reason, after which nothing at all may be applied: a reload is all or nothing. */
  refusal?: string;
}

/**
 * What becomes of a running node's options `old` when its configuration now says `next`.
 *
 * Ports of -1 are compared as they are: see `withChoicesOf`. Certificates may have changed though no option did: whoever serves TLS reads
 * its files again on every reload.
 */
export function planReload(old: ServerOptions, next: ServerOptions): ReloadPlan {
  const changes = RULES.flatMap((rule) => {
    const [before, after] = [rule.of(old), rule.of(next)];
    if (JSON.stringify(before) === JSON.stringify(after) || rule.isAsked?.(old, next) === false) return [];
    return [{ key: rule.key, kind: rule.kind, reason: rule.reason(old, next) }];
  });
  const refusal = changes.find((change) => change.kind === 'refused')?.reason;
  return refusal === undefined ? { changes } : { changes, refusal };
}

/** Ports and sizes that were chosen at the start stay where the configuration still leaves them open. */
export function withChoicesOf(old: ServerOptions, next: ServerOptions): ServerOptions {
  const chosen = (before: number, after: number): number => (after === -1 ? before : after);
  const options: ServerOptions = {
    ...next,
    port: chosen(old.port, next.port),
    profPort: chosen(old.profPort, next.profPort),
    monitoring: {
      ...next.monitoring,
      port: chosen(old.monitoring.port, next.monitoring.port),
      httpsPort: chosen(old.monitoring.httpsPort, next.monitoring.httpsPort),
    },
  };
  if (options.websocket !== undefined && old.websocket !== undefined) {
    options.websocket = { ...options.websocket, port: chosen(old.websocket.port, options.websocket.port) };
  }
  const { jetstream } = options;
  if (jetstream !== undefined && old.jetstream !== undefined) options.jetstream = withSizesOf(old.jetstream, jetstream);
  return options;
}

/** What a start chose, where the configuration leaves it open. */
function withSizesOf(old: JetStreamOptions, next: JetStreamOptions): JetStreamOptions {
  const chosen = (before: number, after: number): number => (after === DYNAMIC_SIZE ? before : after);
  return {
    ...next,
    storeDir: next.storeDir || old.storeDir,
    maxMemoryBytes: chosen(old.maxMemoryBytes, next.maxMemoryBytes),
    maxFileBytes: chosen(old.maxFileBytes, next.maxFileBytes),
  };
}

interface Rule {
  key: string;
  kind: 'hot' | 'refused';
  of(options: ServerOptions): unknown;
  /** False: it doesn't matter whether the two differ. */
  isAsked?(old: ServerOptions, next: ServerOptions): boolean;
  reason(old: ServerOptions, next: ServerOptions): string;
}

const plain = (value: unknown): string => String(value ?? '');
const milliseconds = (value: unknown): string => formatDuration(value as number);
const seconds = (value: unknown): string => String((value as number) / 1000);

type Of = (options: ServerOptions) => unknown;
type Show = (value: unknown) => string;

const refused = (key: string, goName: string, of: Of, show: Show = plain): Rule => ({
  key,
  kind: 'refused',
  of,
  reason: (old, next) => `config reload not supported for ${goName}: old=${show(of(old))}, new=${show(of(next))}`,
});

const hot = (key: string, of: Of, show: Show = plain, name = key): Rule => ({
  key,
  kind: 'hot',
  of,
  reason: (_old, next) => `${name} = ${show(of(next))}`,
});

const named = (key: string, of: Of, name: string | ((next: ServerOptions) => string)): Rule => ({
  key,
  kind: 'hot',
  of,
  reason: (_old, next) => (typeof name === 'string' ? name : name(next)),
});

/** What changes the handshake, and has no line of its own below. */
function handshake(tls: TlsOptions | undefined): unknown {
  if (tls === undefined) return null;
  const { timeoutMs: _timeout, handshakeFirst: _first, pinnedCerts: _pins, ...rest } = tls;
  return { ...rest, allowNonTls: false, connectionRateLimit: 0 };
}

function listener(websocket: WebsocketOptions | undefined): unknown {
  return websocket && { ...websocket, tls: websocket.tls && true };
}

const goMap = (value: unknown): string =>
  `map[${Object.entries(value as Record<string, string>)
    .map(([key, one]) => `${key}:${one}`)
    .join(' ')}]`;

function showHandshakeFirst(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? formatDuration((value as { fallbackMs: number }).fallbackMs)
    : String(value ?? false);
}

const js =
  (of: (jetstream: JetStreamOptions) => unknown): Of =>
  ({ jetstream }) =>
    jetstream && of(jetstream);

const isKept = (old: ServerOptions, next: ServerOptions): boolean =>
  old.jetstream !== undefined && next.jetstream !== undefined;

/** Of a JetStream that is on before and after: what its start depends on. */
const refusedJetStream = (name: string, of: (jetstream: JetStreamOptions) => unknown, show: Show = plain): Rule => {
  const rule = refused(`jetstream.${name}`, name, js(of), show);
  return { ...rule, isAsked: isKept };
};

const hotJetStream = (key: string, of: (jetstream: JetStreamOptions) => unknown, show: Show = plain): Rule => ({
  ...hot(`jetstream.${key}`, js(of), show, `JetStream ${key}`),
  isAsked: isKept,
});

const RULES: Rule[] = [
  refused('server_name', 'ServerName', (o) => o.serverName),
  refused('host', 'Host', (o) => o.host),
  refused('port', 'Port', (o) => o.port),
  refused('max_subscriptions', 'MaxSubs', (o) => o.maxSubscriptions),
  refused('max_subscription_tokens', 'MaxSubTokens', (o) => o.maxSubscriptionTokens),
  refused('max_pending', 'MaxPending', (o) => o.maxPendingBytes),
  refused('max_closed_clients', 'MaxClosedClients', (o) => o.maxClosedClients),
  refused('write_timeout', 'WriteTimeout', (o) => o.writeTimeout),
  refused('no_header_support', 'NoHeaderSupport', (o) => o.noHeaderSupport),
  refused('no_auth_user', 'NoAuthUser', (o) => (o.noAuthUser === NAMELESS_USER ? undefined : o.noAuthUser)),
  refused('system_account', 'SystemAccount', (o) => o.systemAccount),
  refused('no_system_account', 'NoSystemAccount', (o) => o.noSystemAccount),
  refused('allow_non_tls', 'AllowNonTLS', (o) => o.tls?.allowNonTls ?? false),
  refused('tls.connection_rate_limit', 'TLSRateLimit', (o) => o.tls?.connectionRateLimit ?? 0),
  {
    ...refused('websocket', 'Websocket', (o) => listener(o.websocket)),
    reason: (old, next) => {
      const show = ({ websocket }: ServerOptions) => (websocket ? `${websocket.host}:${websocket.port}` : 'none');
      return `config reload not supported for Websocket: old=${show(old)}, new=${show(next)}`;
    },
  },
  refused('http_port', 'HTTPPort', (o) => o.monitoring.port),
  refused('https_port', 'HTTPSPort', (o) => o.monitoring.httpsPort),
  refused('http', 'HTTPHost', (o) => o.monitoring.host),
  refused('http_base_path', 'HTTPBasePath', (o) => o.monitoring.basePath),
  refused('prof_port', 'ProfPort', (o) => o.profPort),
  refused('log_size_limit', 'LogSizeLimit', (o) => o.logging.sizeLimitBytes),
  refused('log_max_num', 'LogMaxFiles', (o) => o.logging.maxFiles),
  refused('lame_duck_duration', 'LameDuckDuration', (o) => o.lameDuckDurationMs, milliseconds),
  refused('lame_duck_grace_period', 'LameDuckGracePeriod', (o) => o.lameDuckGracePeriodMs, milliseconds),
  refused('skein.gateways', 'skein.gateways', (o) => o.skein.gateways),
  refused('default_js_domain', 'JsAccDefaultDomain', (o) => o.defaultJetStreamDomains, goMap),
  {
    ...refusedJetStream('store_dir', (js) => js.storeDir),
    reason: () => 'config reload not supported for jetstream storage directory',
  },
  refusedJetStream('JetStreamDomain', (js) => js.domain),
  refusedJetStream('SyncInterval', (js) => js.syncIntervalMs, milliseconds),
  refusedJetStream('JetStreamUniqueTag', (js) => js.uniqueTag),
  refusedJetStream('NoJetStreamStrict', (js) => !js.strict),
  refusedJetStream('JetStreamExtHint', (js) => js.extensionHint),
  refusedJetStream('JetStreamMaxCatchup', (js) => js.maxOutstandingCatchupBytes),
  refusedJetStream('StreamMaxBufferedMsgs', (js) => js.maxBufferedMessages),
  refusedJetStream('StreamMaxBufferedSize', (js) => js.maxBufferedBytes),
  refusedJetStream('JetStreamRequestQueueLimit', (js) => js.requestQueueMax),
  refusedJetStream('JetStreamInfoQueueLimit', (js) => js.infoQueueMax),
  refusedJetStream(
    'encryption',
    (js) => js.encryption,
    () => '[REDACTED]',
  ),
  refused('skein.jetstream', 'skein.jetstream', (o) => o.skein.jetstream, JSON.stringify),
  named('jetstream', (o) => o.jetstream !== undefined, 'JetStream'),
  hotJetStream('max_mem_store', (js) => js.maxMemoryBytes, formatBytes),
  hotJetStream('max_file_store', (js) => js.maxFileBytes, formatBytes),
  { ...hotJetStream('limits', (js) => js.limits), reason: () => 'JetStream limits' },
  hot('skein.logins', (o) => o.skein.logins, JSON.stringify),
  hot('skein.audit', (o) => o.skein.audit, JSON.stringify),
  hot('skein.metrics', (o) => o.skein.metrics, JSON.stringify),

  hot('debug', (o) => o.logging.debug),
  hot('trace', (o) => o.logging.trace),
  hot('trace_verbose', (o) => o.logging.traceVerbose),
  hot('trace_headers', (o) => o.logging.traceHeaders),
  hot('logtime', (o) => o.logging.logtime),
  hot('logtime_utc', (o) => o.logging.logtimeUtc),
  hot('log_file', (o) => o.logging.file),
  hot('syslog', (o) => o.logging.syslog),
  hot('remote_syslog', (o) => o.logging.remoteSyslog),
  hot('skein.log.format', (o) => (o.logging.json ? 'json' : 'text')),
  hot('skein.log.process_names', (o) => o.logging.processNames),
  hot('max_traced_msg_len', (o) => o.logging.maxTracedMsgLenBytes),
  hot('connect_error_reports', (o) => o.logging.connectErrorReports),
  hot('reconnect_error_reports', (o) => o.logging.reconnectErrorReports),
  hot('client_advertise', (o) => o.clientAdvertise),
  hot('max_connections', (o) => o.maxConnections),
  hot('max_payload', (o) => o.maxPayloadBytes),
  hot('max_control_line', (o) => o.maxControlLineBytes),
  hot('ping_interval', (o) => o.pingIntervalMs, milliseconds),
  hot('ping_max', (o) => o.pingMax),
  hot('write_deadline', (o) => o.writeDeadlineMs, milliseconds),
  named(
    'no_fast_producer_stall',
    (o) => o.noFastProducerStall,
    (next) => `fast producers will ${next.noFastProducerStall ? 'not ' : ''}be stalled`,
  ),
  named('server_tags', (o) => o.serverTags, 'tags'),
  named('server_metadata', (o) => o.serverMetadata, 'metadata'),
  hot('pid_file', (o) => o.pidFile),
  hot('ports_file_dir', (o) => o.portsFileDir),
  named('authorization.user', (o) => o.authorization.user, 'authorization username'),
  named('authorization.pass', (o) => o.authorization.pass, 'authorization password'),
  named('authorization.token', (o) => o.authorization.token, 'authorization token'),
  named('authorization.nkeys', (o) => o.authorization.users.filter(isNkeyUser), 'authorization nkey users'),
  named(
    'authorization.users',
    (o) => [o.authorization.users.filter((user) => !isNkeyUser(user)), o.authorization.defaultPermissions],
    'authorization users',
  ),
  named('authorization.auth_callout', (o) => o.authorization.callout, 'authorization callout'),
  named('accounts', (o) => o.accounts, 'accounts'),
  refused('operator', 'TrustedOperators', (o) => isOperatorMode(o.trust)),
  // nats-server refuses a changed operator, though its documentation says otherwise: here it is applied.
  named('operator', (o) => [o.trust.operators, o.trust.keys], 'trusted operators'),
  named('resolver_preload', (o) => o.trust.preload, 'account resolver preload'),
  named('resolver_pinned_accounts', (o) => o.trust.pinnedAccounts, 'resolver pinned accounts'),
  named('resolver_tls', (o) => o.trust.resolverTls, 'account resolver tls'),
  named('default_sentinel', (o) => o.trust.defaultSentinel, 'default sentinel'),
  refused('resolver', 'AccountResolver', (o) => JSON.stringify(o.trust.resolver ?? {})),
  named('mappings', (o) => o.mappings, 'mappings'),
  hot('authorization.timeout', (o) => o.authTimeoutMs, seconds, 'authorization timeout'),
  named(
    'tls',
    (o) => handshake(o.tls),
    (next) => `tls = ${next.tls ? 'enabled' : 'disabled'}`,
  ),
  named(
    'tls.timeout',
    (o) => o.tls?.timeoutMs ?? TLS_TIMEOUT_DEFAULT_MS,
    (next) => `tls timeout = ${(next.tls?.timeoutMs ?? TLS_TIMEOUT_DEFAULT_MS) / 1000}`,
  ),
  named(
    'tls.handshake_first',
    (o) => o.tls?.handshakeFirst ?? false,
    (next) => `Client TLS handshake first: ${showHandshakeFirst(next.tls?.handshakeFirst)}`,
  ),
  named(
    'tls.pinned_certs',
    (o) => o.tls?.pinnedCerts ?? [],
    (next) => `${next.tls?.pinnedCerts.length ?? 0} pinned_certs`,
  ),
  named('skein.monitoring', (o) => o.skein.monitoring, 'monitoring access'),
  named('websocket.tls', (o) => o.websocket?.tls, 'websocket tls'),
];
