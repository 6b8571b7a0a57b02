import type { Value } from '../lang/value.ts';
import type {
  AuditOptions,
  LoggingOptions,
  LoginOptions,
  MetricsOptions,
  MonitoringAccessOptions,
  ServerOptions,
  StoreOptions,
} from '../options.ts';
import { asBoolean, asDuration, asInteger, asMap, asString, failAt, keys, type Problems, readBlock } from './reader.ts';

/** Every inbox subscription reaches every gateway of the node: beyond this many, that is all they would do. */
const GATEWAYS_MAX = 64;
/** A scrape of some 30 MB. */
const SERIES_MAX = 100_000;
const STORES_MAX = 16;
const SHARDS_MAX = 64;

/** Skein's own block; nats-server knows none of it. */
export function readSkein(value: Value, options: ServerOptions, problems: Problems): void {
  readBlock(asMap(value), SKEIN_KEYS, options, problems);
}

const JETSTREAM_KEYS = keys<StoreOptions>({
  stores: (value, jetstream) => {
    const stores = asInteger(value);
    if (stores < 1 || stores > STORES_MAX) failAt(value.at, `stores must be between 1 and ${STORES_MAX}`);
    jetstream.stores = stores;
  },
  shards: (value, jetstream) => {
    const shards = asInteger(value);
    if (shards < 1 || shards > SHARDS_MAX) failAt(value.at, `shards must be between 1 and ${SHARDS_MAX}`);
    jetstream.shards = shards;
  },
});

const METRIC_PREFIX = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const METRICS_KEYS = keys<MetricsOptions>({
  accounts: (value, metrics) => {
    metrics.accounts = asBoolean(value);
  },
  connections: (value, metrics) => {
    metrics.connections = asBoolean(value);
  },
  series_max: (value, metrics) => {
    const seriesMax = asInteger(value);
    if (seriesMax < 0 || seriesMax > SERIES_MAX) failAt(value.at, `series_max must be between 0 and ${SERIES_MAX}`);
    metrics.seriesMax = seriesMax;
  },
  prefix: (value, metrics) => {
    const prefix = asString(value);
    if (!METRIC_PREFIX.test(prefix)) failAt(value.at, 'prefix must be letters, digits and underscores');
    metrics.prefix = prefix;
  },
});

const LOG_KEYS = keys<LoggingOptions>({
  format: (value, logging) => {
    const format = asString(value);
    if (format !== 'text' && format !== 'json') failAt(value.at, "format must be 'text' or 'json'");
    logging.json = format === 'json';
  },
  process_names: (value, logging) => {
    logging.processNames = asBoolean(value);
  },
});

const LOGIN_KEYS = keys<LoginOptions>({
  failures: (value, logins) => {
    logins.failuresMax = asInteger(value);
    if (logins.failuresMax < 1) failAt(value.at, 'failures must be at least 1');
  },
  window: (value, logins, key, problems) => {
    logins.windowMs = asDuration(value, key, problems);
    if (logins.windowMs < 1000) failAt(value.at, 'window must be at least a second');
  },
});

const AUDIT_KEYS = keys<AuditOptions>({
  file: (value, audit) => {
    audit.file = asString(value) || failAt(value.at, 'file must name a file');
  },
  size_limit: (value, audit) => {
    audit.sizeLimitBytes = asInteger(value);
    if (audit.sizeLimitBytes < 0) failAt(value.at, 'size_limit must not be negative');
  },
  max_files: (value, audit) => {
    audit.maxFiles = asInteger(value);
    if (audit.maxFiles < 0) failAt(value.at, 'max_files must not be negative');
  },
  subject: (value, audit) => {
    if (value.type === 'bool') {
      audit.subject = asBoolean(value) || undefined;
      return;
    }
    const subject = asString(value);
    if (!/^\$SYS(\.[^\s.*>]+)+$/.test(subject)) failAt(value.at, 'subject must be one that begins with $SYS');
    audit.subject = subject;
  },
});

const SKEIN_KEYS = keys<ServerOptions>({
  log: (value, { logging }, _key, problems) => readBlock(asMap(value), LOG_KEYS, logging, problems),
  metrics: (value, { skein }, _key, problems) => readBlock(asMap(value), METRICS_KEYS, skein.metrics, problems),
  logins: (value, { skein }, _key, problems) => {
    const logins: LoginOptions = { failuresMax: 20, windowMs: 60_000 };
    readBlock(asMap(value), LOGIN_KEYS, logins, problems);
    skein.logins = logins;
  },
  audit: (value, { skein }, _key, problems) => {
    const audit: AuditOptions = { sizeLimitBytes: 64 * 1024 * 1024, maxFiles: 10 };
    readBlock(asMap(value), AUDIT_KEYS, audit, problems);
    if (audit.file === undefined && audit.subject === undefined) failAt(value.at, 'audit needs a file or a subject');
    skein.audit = audit;
  },
  jetstream: (value, { skein }, _key, problems) => readBlock(asMap(value), JETSTREAM_KEYS, skein.jetstream, problems),
  gateways: (value, { skein }) => {
    const gateways = asInteger(value);
    if (gateways < 1 || gateways > GATEWAYS_MAX) failAt(value.at, `gateways must be between 1 and ${GATEWAYS_MAX}`);
    skein.gateways = gateways;
  },
  monitoring: (value, { skein }, _key, problems) => {
    const access: MonitoringAccessOptions = { openHealthz: false };
    readBlock(asMap(value), MONITORING_KEYS, access, problems);
    skein.monitoring = access;
  },
});

const MONITORING_KEYS = keys<MonitoringAccessOptions>({
  token: (value, access) => {
    const token = asString(value);
    // What an HTTP header can carry; less would let nobody in, or everybody.
    if (!/^[!-~]+$/.test(token)) failAt(value.at, 'token must be printable ASCII without spaces');
    access.token = token;
  },
  client_ca_file: (value, access) => {
    const file = asString(value);
    if (file === '') failAt(value.at, 'client_ca_file must name a file');
    access.clientCaFile = file;
  },
  open_healthz: (value, access) => {
    access.openHealthz = asBoolean(value);
  },
});
