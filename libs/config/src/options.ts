import type { AccountDefinition, Mapping } from '@skein/accounts';
import { noTrust, type TrustOptions } from '@skein/trust/options';
import type { JetStreamOptions } from './jetstream-options.ts';

/**
 * The node's whole configuration as one plain object: what the configuration file and the command line say, with
 * nats-server's defaults filled in. It is JSON-serialisable (the router persists it and sends slices of it over the
 * bus), so it holds no class instances, functions, `undefined` in arrays, Dates or Maps.
 *
 * Units stand in the names: `Ms` milliseconds (fractions possible), `Bytes` bytes. File names are kept as written:
 * relative ones mean relative to the working folder.
 */

/** The nats-server whose behaviour this is: INFO, `/varz` and `--version` say so. */
export const NATS_VERSION = '2.15.2';

export { formatDuration } from './duration.ts';

/** Subjects a client may (`allow`) and may not (`deny`) use. An absent `allow` allows everything not denied. */
export interface SubjectPermission {
  allow?: string[];
  deny?: string[];
}

/**
 * The right to publish to the reply subjects of received messages. It goes before `publish.deny`; where it
 * is given and `publish` allows nothing by name, that denies everything (`>`).
 */
export interface ResponsePermission {
  /** Replies allowed for each received message; -1 is unlimited. */
  max: number;
  /** How long a reply may take; 0 or less is for ever. */
  expiresMs: number;
}

export interface Permissions {
  publish?: SubjectPermission;
  /** Each entry is `subject` or `subject queue` (one space; the queue may hold wildcards). */
  subscribe?: SubjectPermission;
  responses?: ResponsePermission;
}

/** What `allowed_connection_types` may hold, upper-cased. */
export const CONNECTION_TYPES = [
  'STANDARD',
  'WEBSOCKET',
  'LEAFNODE',
  'LEAFNODE_WS',
  'MQTT',
  'MQTT_WS',
  'IN_PROCESS',
] as const;

export type ConnectionType = (typeof CONNECTION_TYPES)[number];

interface UserBase {
  /** Absent: the authorization block's default permissions, or everything. */
  permissions?: Permissions;
  /** Absent: every type. */
  allowedConnectionTypes?: ConnectionType[];
}

export interface PasswordUser extends UserBase {
  user: string;
  /** Plain text, or a bcrypt hash (`$2a$…`, see `isBcrypt`). */
  pass: string;
}

export interface NkeyUser extends UserBase {
  /** Public user nkey (`U…`). */
  nkey: string;
}

export type User = PasswordUser | NkeyUser;

export function isNkeyUser(user: User): user is NkeyUser {
  return 'nkey' in user;
}

/** Of all accounts. */
export function allUsers({ authorization, accounts }: Pick<ServerOptions, 'authorization' | 'accounts'>): User[] {
  return accounts.length === 0
    ? authorization.users
    : authorization.users.concat(...accounts.map(({ users }) => users));
}

/** True when a password or token from the configuration is a bcrypt hash rather than plain text. */
export function isBcrypt(secret: string): boolean {
  return secret.startsWith('$2');
}

/** Who may connect. With none of the fields but `users: []` set, everybody may. */
export interface AuthorizationOptions {
  user?: string;
  pass?: string;
  token?: string;
  users: User[];
  defaultPermissions?: Permissions;
  /** A service decides who may connect. */
  callout?: CalloutOptions;
}

/** `auth_callout`. In operator mode the account's token has this. */
export interface CalloutOptions {
  /** Public account key that its answers are signed by. */
  issuer: string;
  /** Who is known by the configuration: the service itself, and others that it is not asked about. */
  authUsers: string[];
  /** Where the service listens. */
  account: string;
  /** The service's public curve key: what it is asked is sealed for it. */
  xkey?: string;
  /** Not empty: users of the configuration in other accounts are known by it. */
  allowedAccounts: string[];
}

/** An account, and who is in it. */
export interface AccountOptions {
  definition: AccountDefinition;
  users: User[];
}

export interface TlsOptions {
  certFile?: string;
  keyFile?: string;
  caFile?: string;
  /** Require and verify a client certificate. */
  verify: boolean;
  /** `verify_and_map`: the certificate names the user. Implies `verify`. */
  verifyAndMap: boolean;
  timeoutMs: number;
  minVersion?: '1.2' | '1.3';
  /** IANA names (`TLS_…`); empty is the runtime's default. */
  ciphers: string[];
  /** As configured (`CurveP256`, `X25519`, …); empty is the runtime's default. */
  curvePreferences: string[];
  /** Handshake before INFO: never, always, or when the client's hello arrives within `fallbackMs`. */
  handshakeFirst: false | true | { fallbackMs: number };
  /** Serve clients without TLS on the same port as well. */
  allowNonTls: boolean;
  insecure: boolean;
  /** Lower-case hexadecimal SHA-256 of the accepted certificates' public keys; empty accepts all. */
  pinnedCerts: string[];
  /** New TLS connections accepted per second; 0 is unlimited. */
  connectionRateLimit: number;
}

export interface WebsocketOptions {
  host: string;
  /** -1: any free port. */
  port: number;
  advertise?: string;
  /** Serve `ws://`; without it `tls` is set. */
  noTls: boolean;
  tls?: TlsOptions;
  compression: boolean;
  sameOrigin: boolean;
  allowedOrigins: string[];
  jwtCookie?: string;
  usernameCookie?: string;
  passwordCookie?: string;
  tokenCookie?: string;
  handshakeTimeoutMs: number;
  /** Absent: the client listener's. */
  authTimeoutMs?: number;
  noAuthUser?: string;
  username?: string;
  password?: string;
  token?: string;
  /** Added to the upgrade response. */
  headers: Record<string, string>;
  /** Absent: the server's `pingIntervalMs`. */
  pingIntervalMs?: number;
}

/** The monitoring listeners; `port` and `httpsPort` of 0 mean that there is none, -1 any free port. */
export interface MonitoringOptions {
  host: string;
  port: number;
  httpsPort: number;
  /** As configured (`/nats`, `nats`, `/nats/`), '' when not. */
  basePath: string;
}

export interface LoggingOptions {
  /** Absent: stderr. */
  file?: string;
  debug: boolean;
  trace: boolean;
  /** Traces the system account too. */
  traceVerbose: boolean;
  /** Trace message headers only. */
  traceHeaders: boolean;
  /** Timestamps on lines. */
  logtime: boolean;
  logtimeUtc: boolean;
  /** Rotate the file beyond this size; 0 never. */
  sizeLimitBytes: number;
  /** Rotated files kept; 0 is all. */
  maxFiles: number;
  /** To this machine's; only without a file and a remote one. */
  syslog: boolean;
  /** `udp://host:port` or `tcp://host:port`; only without a file. */
  remoteSyslog?: string;
  /** JSON objects in place of nats-server's lines. */
  json: boolean;
  /** Each line says which process wrote it; JSON lines always do. */
  processNames: boolean;
  /** Longest printed part of a traced message, bytes; 0 is unlimited. */
  maxTracedMsgLenBytes: number;
  /** Of the failures to connect a link, the first and every n-th are logged; the same for reconnecting. */
  connectErrorReports: number;
  reconnectErrorReports: number;
}

/** Who may see what is served over HTTP. With neither a token nor a CA everybody may. */
export interface MonitoringAccessOptions {
  /** To be sent as `Authorization: Bearer <token>`. */
  token?: string;
  /** Over HTTPS a client certificate that an authority in this file signed does as well. */
  clientCaFile?: string;
  /** `/healthz` asks for neither: probes. */
  openHealthz: boolean;
}

/** How the streams of a node are spread. */
export interface StoreOptions {
  /** `jetstream-store` processes; 1..16. */
  stores: number;
  /** Parts that its streams are divided into, for good; 1..64. Absent: as many as processors, between 2 and 16. */
  shards?: number;
}

/** Skein's own block. */
export interface SkeinOptions {
  /** Gateway processes that share the listening port; 1..64. */
  gateways: number;
  monitoring?: MonitoringAccessOptions;
  metrics: MetricsOptions;
  jetstream: StoreOptions;
  /** Absent: an address may fail as often as it likes. */
  logins?: LoginOptions;
  /** Absent: nobody is told. */
  audit?: AuditOptions;
}

/** How many logins from one address may fail in a time. */
export interface LoginOptions {
  failuresMax: number;
  windowMs: number;
}

/** Where it is told who was let in, who was not, and which accounts have changed. */
export interface AuditOptions {
  file?: string;
  /** Rotated beyond this size; 0: never. */
  sizeLimitBytes: number;
  /** Files kept, the one being written included; 0: all. */
  maxFiles: number;
  /** In the system account; true: `$SYS.SERVER.<id>.AUDIT`. */
  subject?: string | true;
}

/** What `/metrics` shows. */
export interface MetricsOptions {
  /** What `/accountz` says of each account. */
  accounts: boolean;
  /** One set of series for each connection. */
  connections: boolean;
  /** Of series about single assets (links, accounts, connections) in one scrape; the rest is shown as a sum. */
  seriesMax: number;
  /** In front of the names that prometheus-nats-exporter has too, as its `-prefix`. */
  prefix?: string;
}

export interface ServerOptions {
  /** Absent: the server's id. */
  serverName?: string;
  serverTags: string[];
  serverMetadata: Record<string, string>;

  host: string;
  /** -1: any free port. */
  port: number;
  /** `host` or `host:port` told to clients in place of the listener's. */
  clientAdvertise?: string;

  /** 0 or less is unlimited. */
  maxConnections: number;
  /** Per connection; 0 or less is unlimited. */
  maxSubscriptions: number;
  /** Tokens in a subject of a subscription; 0 is unlimited. */
  maxSubscriptionTokens: number;
  maxControlLineBytes: number;
  /** Less than 0 is unlimited. */
  maxPayloadBytes: number;
  /** Output buffered for one client before it is a slow consumer. */
  maxPendingBytes: number;
  writeDeadlineMs: number;
  /** What becomes of a connection that misses it; `default` closes clients. */
  writeTimeout: 'default' | 'close' | 'retry';
  pingIntervalMs: number;
  /** Unanswered pings after which a connection is stale. */
  pingMax: number;
  disableShortFirstPing: boolean;
  noHeaderSupport: boolean;
  /** Never hold up a publisher for a slow subscriber, not even shortly. */
  noFastProducerStall: boolean;
  /** Closed connections that `/connz` remembers. */
  maxClosedClients: number;

  /** From connection to a valid CONNECT; with TLS and nothing configured, the TLS timeout and one second more. */
  authTimeoutMs: number;
  noAuthUser?: string;
  /** Its users are in the global account. */
  authorization: AuthorizationOptions;
  /** All but the global account, and the system account where it is not written down. */
  accounts: AccountOptions[];
  /** Of the global account. */
  mappings: Mapping[];
  /** Operator mode: whom it trusts. */
  trust: TrustOptions;

  tls?: TlsOptions;
  websocket?: WebsocketOptions;
  monitoring: MonitoringOptions;
  /** Where profiles are served, on `host`; 0: nowhere, -1: any free port. */
  profPort: number;
  logging: LoggingOptions;

  /** Absent: there is no JetStream. */
  jetstream?: JetStreamOptions;
  /** By account: the domain that its requests to JetStream are for when they name none; '': this server's. */
  defaultJetStreamDomains: Record<string, string>;

  systemAccount?: string;
  noSystemAccount: boolean;

  pidFile?: string;
  portsFileDir?: string;
  lameDuckDurationMs: number;
  lameDuckGracePeriodMs: number;

  /** `sha256:…` of the configuration file as read, '' without one: what `/varz` shows as `config_digest`. */
  configDigest: string;
  skein: SkeinOptions;
  /** To be logged at start, in order: known keys whose listener is not served yet, and the like. */
  warnings: string[];
}

/** Who comes without a name where only the system account is configured; nats-server makes up a name of this form. */
export const NAMELESS_USER = 'nats-nameless';

/** The account in which the node says what happens and is asked; undefined: there is none. */
export function systemAccountOf(options: Pick<ServerOptions, 'systemAccount' | 'noSystemAccount'>): string | undefined {
  return options.systemAccount ?? (options.noSystemAccount ? undefined : '$SYS');
}

export const defaultOptions = (): ServerOptions => ({
  serverTags: [],
  serverMetadata: {},
  host: '0.0.0.0',
  port: 4222,
  maxConnections: 65536,
  maxSubscriptions: 0,
  maxSubscriptionTokens: 0,
  maxControlLineBytes: 4096,
  maxPayloadBytes: 1024 * 1024,
  maxPendingBytes: 64 * 1024 * 1024,
  writeDeadlineMs: 10_000,
  writeTimeout: 'default',
  pingIntervalMs: 120_000,
  pingMax: 2,
  disableShortFirstPing: false,
  noHeaderSupport: false,
  noFastProducerStall: false,
  maxClosedClients: 10_000,
  authTimeoutMs: 2000,
  authorization: { users: [] },
  accounts: [],
  mappings: [],
  trust: noTrust(),
  monitoring: { host: '0.0.0.0', port: 0, httpsPort: 0, basePath: '' },
  profPort: 0,
  logging: {
    debug: false,
    trace: false,
    traceVerbose: false,
    traceHeaders: false,
    logtime: true,
    logtimeUtc: false,
    sizeLimitBytes: 0,
    maxFiles: 0,
    syslog: false,
    json: false,
    processNames: false,
    maxTracedMsgLenBytes: 0,
    connectErrorReports: 3600,
    reconnectErrorReports: 1,
  },
  defaultJetStreamDomains: {},
  noSystemAccount: false,
  lameDuckDurationMs: 120_000,
  lameDuckGracePeriodMs: 10_000,
  configDigest: '',
  skein: { gateways: 1, metrics: { accounts: false, connections: false, seriesMax: 10_000 }, jetstream: { stores: 1 } },
  warnings: [],
});

/**
 * Options as another release wrote them, with the defaults of what it did not know: while a node is upgraded, process by
 * process, the router's configuration may be older than its reader. What this release does not know stays as it is.
 */
export function completeOptions<Options extends object>(given: Options): Options {
  return complete(defaultOptions(), given) as Options;
}

function complete(defaults: object, given: object): object {
  const completed = { ...defaults, ...given } as Record<string, unknown>;
  for (const [key, value] of Object.entries(defaults)) {
    const own = completed[key];
    if (isRecord(value) && isRecord(own)) completed[key] = complete(value, own);
  }
  return completed;
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
