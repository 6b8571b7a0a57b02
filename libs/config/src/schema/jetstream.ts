import { type JetStreamLimits, unlimitedJetStream } from '@skein/accounts';
import { parseDuration } from '../duration.ts';
import {
  type Cipher,
  defaultJetStreamOptions,
  type JetStreamOptions,
  type JetStreamServerLimits,
  SYNC_ALWAYS,
} from '../jetstream-options.ts';
import type { Value } from '../lang/value.ts';
import {
  asBoolean,
  asDuration,
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
import { showValue } from './show.ts';

/** As nats-server takes an interval that is no time. */
const SYNC_INTERVAL_DEFAULT_MS = 120_000;
const INT64_MAX = 2n ** 63n - 1n;

/** What the block says, while it is read. */
interface JetStreamBlock {
  options: JetStreamOptions;
  enabled: boolean;
  storeDir?: string;
  key: string;
  cipher: Cipher;
  previousKey: string;
}

/** The server's `jetstream`. `storeDir`: what the top level has said. Undefined: off. */
export function readJetStream(
  value: Value,
  storeDir: string | undefined,
  problems: Problems,
): { options?: JetStreamOptions; storeDir?: string } {
  const options = defaultJetStreamOptions();
  if (value.type !== 'map[string]interface {}') return { options: isSwitchedOn(value) ? options : undefined, storeDir };
  const block: JetStreamBlock = { options, enabled: true, storeDir, key: '', cipher: 'chacha', previousKey: '' };
  readBlock(asMap(value), SERVER_KEYS, block, problems);
  if (block.key !== '') {
    options.encryption = { key: block.key, cipher: block.cipher };
    if (block.previousKey !== '') options.encryption.previousKey = block.previousKey;
  }
  return { options: block.enabled ? options : undefined, storeDir: block.storeDir };
}

/** An account's `jetstream`. Undefined: off. */
export function readAccountJetStream(value: Value, problems: Problems): Record<string, JetStreamLimits> | undefined {
  const limits = unlimitedJetStream();
  if (value.type !== 'map[string]interface {}') return isSwitchedOn(value) ? { '': limits } : undefined;
  readBlock(asMap(value), ACCOUNT_KEYS, limits, problems);
  return { '': limits };
}

function isSwitchedOn(value: Value): boolean {
  if (value.type === 'bool') return asBoolean(value);
  if (value.type !== 'string') {
    return failAt(value.at, `Expected map, bool or string to define JetStream, got ${value.type}`);
  }
  const word = value.value.toLowerCase();
  if (word === 'enabled' || word === 'enable') return true;
  if (word === 'disabled' || word === 'disable') return false;
  return failAt(value.at, `Expected 'enabled' or 'disabled' for string value, got '${value.value}'`);
}

/** Twice in one file is once too often, whichever of the two places. */
export function readStoreDir(value: Value, earlier: string | undefined): string | undefined {
  const storeDir = asString(value);
  if (earlier !== undefined) return failAt(value.at, "Duplicate 'store_dir' configuration");
  return storeDir || undefined;
}

const UNITS: Record<string, bigint> = { K: 2n ** 10n, M: 2n ** 20n, G: 2n ** 30n, T: 2n ** 40n };

/** Bytes: a number, or a string of a whole number and K, M, G or T, which are powers of 1024 here. */
function asStorageSize(value: Value, name: string): number {
  if (value.type === 'int64') return asInteger(value);
  if (value.type !== 'string') return failAt(value.at, `${name} must be int64 or string`);
  if (value.value === '') return 0;
  const digits = value.value.slice(0, -1);
  const unit = value.value.slice(-1);
  const parsing = `${name} strconv.ParseInt: parsing ${JSON.stringify(digits)}`;
  if (!/^[+-]?\d+$/.test(digits)) return failAt(value.at, `${parsing}: invalid syntax`);
  if (BigInt(digits) > INT64_MAX) failAt(value.at, `${parsing}: value out of range`);
  if (!Object.hasOwn(UNITS, unit)) failAt(value.at, `${name} sizes defined as strings must end in K, M, G, T`);
  return Number(BigInt(digits) * UNITS[unit]);
}

type SizeField = 'maxMemoryBytes' | 'maxFileBytes' | 'maxOutstandingCatchupBytes' | 'maxBufferedBytes';

const size =
  (field: SizeField, name?: string): KeyReader<JetStreamBlock> =>
  (value, { options }, key) => {
    options[field] = Math.max(-1, asStorageSize(value, name ?? key));
  };

const parseable = (value: Value, key: string): number =>
  value.type === 'int64'
    ? asInteger(value)
    : failAt(value.at, `Expected a parseable size for ${JSON.stringify(key)}, got ${showValue(value)}`);

const number =
  (field: 'maxBufferedMessages' | 'requestQueueMax' | 'infoQueueMax'): KeyReader<JetStreamBlock> =>
  (value, { options }, key) => {
    options[field] = parseable(value, key) || options[field];
  };

const optional =
  (field: 'domain' | 'uniqueTag' | 'extensionHint'): KeyReader<JetStreamBlock> =>
  (value, { options }) => {
    options[field] = asString(value) || undefined;
  };

function readCipher(value: Value): Cipher {
  const name = asString(value).toLowerCase();
  if (name === 'chacha' || name === 'chachapoly') return 'chacha';
  if (name === 'aes') return 'aes';
  return failAt(value.at, `Unknown cipher type: ${JSON.stringify(asString(value))}`);
}

function readSync(value: Value, key: string, problems: Problems): number {
  if (value.type === 'string' && value.value.toLowerCase() === 'always') return SYNC_ALWAYS;
  const ms = asDuration(value, key, problems);
  return ms > 0 ? ms : SYNC_INTERVAL_DEFAULT_MS;
}

const SERVER_KEYS = keys<JetStreamBlock>({
  'enabled enable': (value, block) => {
    block.enabled = asBoolean(value);
  },
  'store_dir storedir': (value, block) => {
    block.storeDir = readStoreDir(value, block.storeDir);
  },
  'max_mem max_mem_store max_memory_store': size('maxMemoryBytes', 'max_mem_store'),
  'max_file max_file_store': size('maxFileBytes', 'max_file_store'),
  domain: optional('domain'),
  'sync_interval sync': (value, { options }, key, problems) => {
    options.syncIntervalMs = readSync(value, key, problems);
  },
  strict: (value, { options }) => {
    if (value.type !== 'bool') {
      const shown = value.type === 'string' ? value.value : `%!s(${goName(value)}=${showValue(value)})`;
      failAt(value.at, `Expected 'true' or 'false' for bool value, got '${shown}'`);
    }
    options.strict = asBoolean(value);
  },
  unique_tag: (value, { options }) => {
    options.uniqueTag = asString(value).trim().toLowerCase() || undefined;
  },
  extension_hint: optional('extensionHint'),
  max_outstanding_catchup: size('maxOutstandingCatchupBytes'),
  max_buffered_size: size('maxBufferedBytes'),
  max_buffered_msgs: number('maxBufferedMessages'),
  request_queue_limit: number('requestQueueMax'),
  info_queue_limit: number('infoQueueMax'),
  limits: (value, { options }, _key, problems) => {
    if (value.type !== 'map[string]interface {}') {
      failAt(value.at, `Expected a map to define JetStreamLimits, got ${value.type}`);
    } else readBlock(value, LIMIT_KEYS, options.limits, problems);
  },
  'key ek encryption_key': (value, block) => {
    block.key = asString(value);
  },
  'prev_key prev_ek prev_encryption_key': (value, block) => {
    block.previousKey = asString(value);
  },
  cipher: (value, block) => {
    block.cipher = readCipher(value);
  },
  tpm: (value, { options }, _key, problems) => {
    if (value.type !== 'map[string]interface {}') {
      failAt(value.at, `Expected a map to define JetStreamLimits, got ${value.type}`);
    } else readBlock(value, TPM_KEYS, options, problems);
  },
  // Of the log that servers of a cluster share.
  meta_compact: (value, _block, key) => {
    if (value.type === 'int64') return;
    failAt(value.at, `Expected an absolute size for ${JSON.stringify(key)}, got ${showValue(value)}`);
  },
  meta_compact_size: (value, _block, key) => asStorageSize(value, key),
  meta_compact_sync: (value) => asBoolean(value),
});

const goName = ({ type }: Value): string => (type === 'int64' || type === 'float64' ? type : type.replace('conf.', ''));

const duration = (value: Value): number => {
  const text = asString(value);
  return located(value.at, '', () => parseDuration(text));
};

const limit =
  (field: Exclude<keyof JetStreamServerLimits, 'batch'>, read: (value: Value) => number) =>
  (value: Value, limits: JetStreamServerLimits): void => {
    limits[field] = read(value) || undefined;
  };

const batchLimit =
  (field: keyof JetStreamServerLimits['batch'], read: (value: Value) => number) =>
  (value: Value, limits: JetStreamServerLimits['batch']): void => {
    limits[field] = read(value) || undefined;
  };

const BATCH_KEYS = keys<JetStreamServerLimits['batch']>({
  max_inflight_per_stream: batchLimit('maxInflightPerStream', asInteger),
  max_inflight_total: batchLimit('maxInflightTotal', asInteger),
  max_msgs: batchLimit('maxMessages', asInteger),
  timeout: batchLimit('timeoutMs', duration),
});

const LIMIT_KEYS = keys<JetStreamServerLimits>({
  max_request_batch: limit('maxRequestBatch', asInteger),
  max_ack_pending: limit('maxAckPending', asInteger),
  max_ha_assets: limit('maxHaAssets', asInteger),
  duplicate_window: limit('maxDuplicateWindowMs', duration),
  batch: (value, { batch }, _key, problems) => {
    if (value.type !== 'map[string]interface {}') {
      failAt(value.at, `Expected a map to define batch limits, got ${value.type}`);
    } else readBlock(value, BATCH_KEYS, batch, problems);
  },
});

const TPM_KEYS = keys<JetStreamOptions>({
  keys_file: (value, options) => {
    if (asString(value) !== '') options.tpm = true;
  },
  'srk_password encryption_password': (value) => asString(value),
  pcr: (value) => asInteger(value),
  cipher: (value) => readCipher(value),
});

const accountLimit =
  (field: Exclude<keyof JetStreamLimits, 'isMaxBytesRequired'>): KeyReader<JetStreamLimits> =>
  (value, limits, key) => {
    limits[field] = parseable(value, key);
  };

const ACCOUNT_KEYS = keys<JetStreamLimits>({
  'max_memory max_mem mem memory': accountLimit('memoryBytesMax'),
  'max_store store max_file max_disk disk': accountLimit('fileBytesMax'),
  'max_streams streams': accountLimit('streamsMax'),
  'max_consumers consumers': accountLimit('consumersMax'),
  max_ack_pending: accountLimit('ackPendingMax'),
  'mem_max_stream_bytes memory_max_stream_bytes': accountLimit('memoryStreamBytesMax'),
  'disk_max_stream_bytes store_max_stream_bytes': accountLimit('fileStreamBytesMax'),
  'max_bytes_required max_stream_bytes max_bytes': (value, limits, key) => {
    if (value.type !== 'bool') {
      failAt(value.at, `Expected a parseable bool for ${JSON.stringify(key)}, got ${showValue(value)}`);
    }
    limits.isMaxBytesRequired = asBoolean(value);
  },
  // Of clusters, between which accounts' traffic is told apart.
  cluster_traffic: (value, _limits, key) => {
    const expected = (either: string): never =>
      failAt(value.at, `Expected ${either}'system' or 'owner' string value for "${key}", got ${showValue(value)}`);
    if (value.type !== 'string') expected('either ');
    else if (value.value !== 'system' && value.value !== 'owner') expected('');
  },
});
