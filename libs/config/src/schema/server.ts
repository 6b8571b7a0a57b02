import { parseDuration } from '../duration.ts';
import type { MapValue, Value } from '../lang/value.ts';
import { defaultOptions, type ServerOptions } from '../options.ts';
import { readAccounts } from './accounts.ts';
import { readAuthorization } from './authorization.ts';
import { readJetStream, readStoreDir } from './jetstream.ts';
import { readListen } from './listen.ts';
import { readMappings } from './mappings.ts';
import {
  asBoolean,
  asDuration,
  asInt32,
  asInteger,
  asMap,
  asString,
  failAt,
  type KeyReader,
  keys,
  located,
  type Problems,
  readBlock,
} from './reader.ts';
import { readSkein } from './skein.ts';
import { type ReadFile, readTls } from './tls.ts';
import { TRUST_KEYS } from './trust.ts';
import { LATER_KEYS } from './unsupported.ts';
import { readWebsocket } from './websocket.ts';

const LAME_DUCK_DURATION_MIN_MS = 30_000;
const SUBSCRIPTION_TOKENS_MAX = 255;

/** What the keys of a file are read into: the options, and what only `finish` can settle. */
export interface Draft {
  options: ServerOptions;
  allowNonTls: boolean;
  /** Of the monitoring listeners, when they have one of their own. */
  monitoringHost?: string;
  /** 0 when not configured. */
  authTimeoutMs: number;
  readFile: ReadFile;
  /** Of JetStream, whichever of the two places it stands in. */
  storeDir?: string;
  /** Names and nkeys of the users read so far, of all accounts. */
  userNames: Set<string>;
}

export function newDraft(readFile: ReadFile): Draft {
  return { options: defaultOptions(), allowNonTls: false, authTimeoutMs: 0, readFile, userNames: new Set() };
}

/** Reads a whole file's values; every key that can't be read becomes a problem, and hides no other. */
export function readServer(config: MapValue, draft: Draft, problems: Problems): void {
  for (const [name, value] of config.value) {
    const single = new Map([[name, value]]);
    problems.collect(() => readBlock({ ...config, value: single }, SERVER_KEYS, draft, problems));
  }
}

type Field<T> = { [K in keyof ServerOptions]-?: ServerOptions[K] extends T ? K : never }[keyof ServerOptions];

const set =
  (apply: (value: Value, options: ServerOptions, key: string, problems: Problems) => void): KeyReader<Draft> =>
  (value, draft, key, problems) =>
    apply(value, draft.options, key, problems);

const flag = (field: Field<boolean>): KeyReader<Draft> =>
  set((value, options) => {
    options[field] = asBoolean(value);
  });

const DEFAULTS = defaultOptions();

/** A number of which 0 means the default, as in nats-server. */
const count = (field: Field<number>, read: (value: Value, key: string) => number = asInteger): KeyReader<Draft> =>
  set((value, options, key) => {
    options[field] = read(value, key) || DEFAULTS[field];
  });

const duration = (field: 'writeDeadlineMs' | 'pingIntervalMs'): KeyReader<Draft> =>
  set((value, options, key, problems) => {
    options[field] = asDuration(value, key, problems) || DEFAULTS[field];
  });

type OptionalText = 'clientAdvertise' | 'noAuthUser' | 'pidFile' | 'portsFileDir';

const text = (field: OptionalText): KeyReader<Draft> =>
  set((value, options) => {
    options[field] = asString(value) || undefined;
  });

type LoggingFlag = 'debug' | 'trace' | 'traceVerbose' | 'traceHeaders' | 'logtime' | 'logtimeUtc' | 'syslog';

const logFlag = (field: LoggingFlag): KeyReader<Draft> =>
  set((value, options) => {
    options.logging[field] = asBoolean(value);
    if (field === 'traceVerbose' && asBoolean(value)) options.logging.trace = true;
    if (field === 'traceHeaders' && asBoolean(value)) options.logging.trace = true;
  });

type LoggingCount =
  | 'sizeLimitBytes'
  | 'maxFiles'
  | 'maxTracedMsgLenBytes'
  | 'connectErrorReports'
  | 'reconnectErrorReports';

const logCount = (field: LoggingCount): KeyReader<Draft> =>
  set((value, options) => {
    options.logging[field] = asInteger(value) || DEFAULTS.logging[field];
  });

const monitoringListen =
  (field: 'port' | 'httpsPort'): KeyReader<Draft> =>
  (value, draft) => {
    const address = readListen(value);
    draft.options.monitoring[field] = address.port;
    draft.monitoringHost = address.host || undefined;
  };

const SERVER_KEYS = keys<Draft>({
  ...LATER_KEYS,
  ...TRUST_KEYS,
  listen: set((value, options) => {
    const address = readListen(value);
    options.host = address.host || DEFAULTS.host;
    options.port = address.port || DEFAULTS.port;
  }),
  'host net': set((value, options) => {
    options.host = asString(value) || DEFAULTS.host;
  }),
  port: count('port'),
  client_advertise: text('clientAdvertise'),
  server_name: set((value, options) => {
    const name = asString(value);
    if (name.includes(' ')) failAt(value.at, 'server name cannot contain spaces');
    options.serverName = name || undefined;
  }),
  server_tags: set((value, options) => {
    options.serverTags = readTags(value);
  }),
  server_metadata: set((value, options) => {
    if (value.type !== 'map[string]interface {}') {
      failAt(value.at, `error parsing metadata: unsupported type ${value.type}`);
    } else {
      options.serverMetadata = Object.fromEntries([...value.value].map(([name, entry]) => [name, asString(entry)]));
    }
  }),

  max_control_line: count('maxControlLineBytes', asInt32),
  max_payload: count('maxPayloadBytes', asInt32),
  max_pending: count('maxPendingBytes'),
  'max_connections max_conn': set((value, options) => {
    options.maxConnections = asInteger(value);
  }),
  'max_subscriptions max_subs': set((value, options) => {
    options.maxSubscriptions = asInteger(value);
  }),
  'max_subscription_tokens max_sub_tokens': set((value, options, key) => {
    const tokens = asInteger(value);
    if (tokens > SUBSCRIPTION_TOKENS_MAX) failAt(value.at, `${key} value is too big`);
    if (tokens <= 0) failAt(value.at, `${key} value can not be negative`);
    options.maxSubscriptionTokens = tokens;
  }),
  max_closed_clients: count('maxClosedClients'),
  write_deadline: duration('writeDeadlineMs'),
  write_timeout: set((value, options) => {
    const policy = asString(value);
    if (policy === 'default' || policy === 'close' || policy === 'retry') options.writeTimeout = policy;
    else failAt(value.at, "write_timeout must be 'default', 'close' or 'retry'");
  }),
  ping_interval: duration('pingIntervalMs'),
  ping_max: count('pingMax'),
  no_header_support: flag('noHeaderSupport'),
  no_fast_producer_stall: flag('noFastProducerStall'),
  // Match results are cached without such a switch: there is nothing for it to turn off.
  'disable_sublist_cache no_sublist_cache': set((value, options, key) => {
    if (asBoolean(value)) options.warnings.push(`"${key}" has no effect`);
  }),

  accounts: (value, draft, _key, problems) => {
    draft.options.accounts = readAccounts(value, draft.options.authorization, problems, draft.userNames);
  },
  'mappings maps': set((value, options, _key, problems) => {
    options.mappings = readMappings(value, problems);
  }),
  authorization: (value, draft, _key, problems) => {
    const { timeoutMs, ...authorization } = readAuthorization(value, problems, draft.userNames);
    draft.options.authorization = authorization;
    draft.authTimeoutMs = timeoutMs;
  },
  no_auth_user: text('noAuthUser'),
  'system_account system': set((value, options) => {
    if (value.type !== 'string') failAt(value.at, 'system account name must be a string');
    else options.systemAccount = value.value || undefined;
  }),
  'no_system_account no_system no_sys_acc': flag('noSystemAccount'),
  tls: (value, draft) => {
    draft.options.tls = readTls(value, draft.readFile);
  },
  allow_non_tls: (value, draft) => {
    draft.allowNonTls = asBoolean(value);
  },
  'websocket ws': (value, draft, _key, problems) => {
    draft.options.websocket = readWebsocket(value, problems, draft.readFile);
  },

  jetstream: (value, draft, _key, problems) => {
    const { options, storeDir } = readJetStream(value, draft.storeDir, problems);
    draft.options.jetstream = options;
    draft.storeDir = storeDir;
  },
  'store_dir storedir': (value, draft) => {
    draft.storeDir = readStoreDir(value, draft.storeDir);
  },
  default_js_domain: set((value, options, key) => {
    if (value.type !== 'map[string]interface {}')
      failAt(value.at, `error ${key} config: unsupported type ${value.type}`);
    else
      options.defaultJetStreamDomains = Object.fromEntries(
        [...value.value].map(([name, one]) => [name, asString(one)]),
      );
  }),

  http: monitoringListen('port'),
  https: monitoringListen('httpsPort'),
  'http_port monitor_port': set((value, options) => {
    options.monitoring.port = asInteger(value);
  }),
  https_port: set((value, options) => {
    options.monitoring.httpsPort = asInteger(value);
  }),
  http_base_path: set((value, options) => {
    options.monitoring.basePath = asString(value);
  }),

  prof_port: set((value, options) => {
    options.profPort = asInteger(value);
  }),
  // Goroutines that wait for each other are what it would measure.
  prof_block_rate: set((value, options, key) => {
    if (asInteger(value) !== 0) options.warnings.push(`"${key}" has no effect`);
  }),

  debug: logFlag('debug'),
  trace: logFlag('trace'),
  trace_verbose: logFlag('traceVerbose'),
  trace_headers: logFlag('traceHeaders'),
  logtime: logFlag('logtime'),
  logtime_utc: logFlag('logtimeUtc'),
  syslog: logFlag('syslog'),
  remote_syslog: set((value, options) => {
    options.logging.remoteSyslog = asString(value) || undefined;
  }),
  'logfile log_file': set((value, options) => {
    options.logging.file = asString(value) || undefined;
  }),
  'logfile_size_limit log_size_limit': logCount('sizeLimitBytes'),
  'logfile_max_num log_max_num': logCount('maxFiles'),
  max_traced_msg_len: logCount('maxTracedMsgLenBytes'),
  connect_error_reports: logCount('connectErrorReports'),
  reconnect_error_reports: logCount('reconnectErrorReports'),

  'pidfile pid_file': text('pidFile'),
  ports_file_dir: text('portsFileDir'),
  lame_duck_duration: set((value, options, key) => {
    const raw = asString(value);
    const ms = located(value.at, `error parsing ${key}: `, () => parseDuration(raw));
    if (ms < LAME_DUCK_DURATION_MIN_MS) failAt(value.at, `invalid ${key} of ${raw}, minimum is 30 seconds`);
    options.lameDuckDurationMs = ms;
  }),
  lame_duck_grace_period: set((value, options, key) => {
    const raw = asString(value);
    const ms = located(value.at, `error parsing ${key}: `, () => parseDuration(raw));
    if (ms < 0) failAt(value.at, `invalid ${key}, needs to be positive`);
    options.lameDuckGracePeriodMs = ms || DEFAULTS.lameDuckGracePeriodMs;
  }),
  skein: set((value, options, _key, problems) => readSkein(asMap(value), options, problems)),
});

function readTags(value: Value): string[] {
  if (value.type !== 'string' && value.type !== '[]interface {}') {
    return failAt(value.at, `error parsing tags: unsupported type ${value.type}`);
  }
  const items = value.type === 'string' ? [value] : value.value;
  const tags = items.map((item) => {
    if (item.type === 'string') return item.value.trim().toLowerCase();
    return failAt(value.at, 'error parsing tags: unsupported type *conf.token where string is expected');
  });
  return [...new Set(tags)];
}
