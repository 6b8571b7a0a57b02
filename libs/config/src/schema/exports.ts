import type { Export, LatencySampling, ResponseType } from '@skein/accounts';
import { parseDuration } from '../duration.ts';
import { ConfigError } from '../error.ts';
import type { Value } from '../lang/value.ts';
import { percentage } from './percentage.ts';
import { asBoolean, asInteger, asString, failAt, keys, type Problems, readBlock } from './reader.ts';
import { showValue } from './show.ts';

/** What an account lets others have. */
export function readExports(value: Value, problems: Problems): Export[] {
  if (value.type !== '[]interface {}') return failAt(value.at, `Exports should be an array, got ${value.type}`);
  return value.value.flatMap((item) => problems.collect(() => readExport(item, problems)) ?? []);
}

interface ExportEntry {
  kind?: 'stream' | 'service';
  subject?: string;
  accounts?: string[];
  accountTokenPosition?: number;
  responseType?: ResponseType;
  thresholdMs?: number;
  latency?: LatencySampling;
  allowTrace?: boolean;
}

/** Undefined where it names nothing: nats-server takes such an entry for none. */
function readExport(item: Value, problems: Problems): Export | undefined {
  if (item.type !== 'map[string]interface {}') {
    return failAt(item.at, `Export Items should be a map with type entry, got ${item.type}`);
  }
  const entry: ExportEntry = {};
  readBlock(item, EXPORT_KEYS, entry, problems);
  const { kind, subject, accounts, accountTokenPosition, responseType, thresholdMs, latency, allowTrace } = entry;
  if (kind === undefined || subject === undefined) return undefined;
  const offer = {
    subject,
    ...(accounts === undefined ? {} : { accounts }),
    ...(accountTokenPosition === undefined ? {} : { accountTokenPosition }),
  };
  if (kind === 'stream') return { kind, ...offer };
  return {
    kind,
    ...offer,
    responseType: responseType ?? 'Singleton',
    ...(thresholdMs === undefined ? {} : { thresholdMs }),
    ...(latency === undefined ? {} : { latency }),
    allowTrace: allowTrace ?? false,
  };
}

const subject =
  (kind: 'stream' | 'service') =>
  (value: Value, entry: ExportEntry): void => {
    const name = asString(value);
    if (entry.kind !== undefined) failAt(value.at, `Detected ${kind} "${name}" but already saw a ${entry.kind}`);
    entry.kind = kind;
    entry.subject = name;
  };

function ofServices(value: Value, { kind }: ExportEntry, what: string): void {
  if (kind === 'stream') failAt(value.at, `Detected ${what} directive on non-service`);
}

const RESPONSE_TYPES: Record<string, ResponseType> = {
  single: 'Singleton',
  singleton: 'Singleton',
  stream: 'Streamed',
  chunk: 'Chunked',
  chunked: 'Chunked',
};

const EXPORT_KEYS = keys<ExportEntry>({
  stream: subject('stream'),
  service: subject('service'),
  'response response_type': (value, entry) => {
    ofServices(value, entry, 'response');
    const name = asString(value);
    const type = RESPONSE_TYPES[name.toLowerCase()];
    if (type === undefined) failAt(value.at, `Unknown response type: ${JSON.stringify(name)}`);
    entry.responseType = type;
  },
  'threshold response_threshold response_max_time response_time': (value, entry, _key, problems) => {
    if (entry.kind === 'stream') problems.addStrict(value.at, 'Detected response directive on non-service');
    const text = asString(value);
    try {
      entry.thresholdMs = parseDuration(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      failAt(value.at, `Expected response threshold to be a parseable time duration, got ${JSON.stringify(text)}`);
    }
  },
  accounts: (value, entry) => {
    if (value.type !== '[]interface {}') failAt(value.at, `Accounts should be an array, got ${value.type}`);
    else entry.accounts = value.value.map(asString);
  },
  latency: (value, entry, _key, problems) => {
    ofServices(value, entry, 'latency');
    entry.latency = readLatency(value, problems);
  },
  account_token_position: (value, entry) => {
    entry.accountTokenPosition = asInteger(value) || undefined;
  },
  allow_trace: (value, entry) => {
    ofServices(value, entry, 'allow_trace');
    entry.allowTrace = asBoolean(value);
  },
});

const SAMPLING_DEFAULT = 100;

function readLatency(value: Value, problems: Problems): LatencySampling {
  if (value.type === 'string') return { sampling: SAMPLING_DEFAULT, subject: value.value };
  if (value.type !== 'map[string]interface {}') {
    return failAt(value.at, `Expected latency entry to be a map/struct or string, got ${value.type}`);
  }
  const latency: LatencySampling = { sampling: SAMPLING_DEFAULT, subject: '' };
  readBlock(value, LATENCY_KEYS, latency, problems);
  if (latency.subject === '') failAt(value.at, 'Latency subject required, but missing');
  return latency;
}

const LATENCY_KEYS = keys<LatencySampling>({
  sampling: (value, latency) => {
    if (value.type === 'string' && value.value.toLowerCase() === 'headers') {
      latency.sampling = 'headers';
      return;
    }
    const sampling = percentage(value);
    if (sampling === undefined)
      failAt(value.at, `Expected latency sample to be a string or map/struct, got ${showValue(value)}`);
    else if (sampling < 1 || sampling > 100) failAt(value.at, 'bad sampling percentage, should be 1-100');
    else latency.sampling = sampling;
  },
  subject: (value, latency) => {
    latency.subject = asString(value);
  },
});
