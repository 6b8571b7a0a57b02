import type { AccountOverview } from '@skein/jetstream-core';
import type { MonitorConfiguration } from '../configuration.ts';
import type { JetStreamTotals } from './jetstream.ts';

const NANOS_PER_MS = 1e6;
/** What a nats-server does where nothing is said, or `always`. */
const SYNC_INTERVAL_MS = 120_000;
/** ADR-44: what of JetStream this server knows. */
const API_LEVEL = 5;
const CONSUMERS_MAX = 1000;
/** -1 as nats-server shows it: an unsigned number of 64 bits, which is none of JavaScript's. */
const UNLIMITED = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('18446744073709551615');

type Configured = NonNullable<MonitorConfiguration['jetstream']>;

/** Where the streams lie. */
export const storeFolder = ({ storeDir }: Configured): string => `${storeDir.replace(/\/+$/, '')}/jetstream`;

/** `config` of pages and STATSZ, in nats-server's fields and order. */
export function shownConfig(options: Configured, folder?: string) {
  const { syncIntervalMs, domain, uniqueTag } = options;
  const isAlways = syncIntervalMs === 0;
  return {
    max_memory: options.maxMemoryBytes,
    max_storage: options.maxFileBytes,
    ...(folder !== undefined && { store_dir: folder }),
    sync_interval: (isAlways ? SYNC_INTERVAL_MS : syncIntervalMs) * NANOS_PER_MS,
    ...(isAlways && { sync_always: true }),
    ...(domain !== undefined && { domain }),
    compress_ok: true,
    ...(uniqueTag !== undefined && { unique_tag: uniqueTag }),
    ...(options.strict && { strict: true }),
  };
}

export function shownLimits({ limits }: Configured) {
  const { maxRequestBatch, maxAckPending, maxHaAssets, maxDuplicateWindowMs } = limits;
  return {
    ...(maxRequestBatch !== undefined && { max_request_batch: maxRequestBatch }),
    ...(maxAckPending !== undefined && { max_ack_pending: maxAckPending }),
    ...(maxHaAssets !== undefined && { max_ha_assets: maxHaAssets }),
    ...(maxDuplicateWindowMs !== undefined && { max_duplicate_window: maxDuplicateWindowMs * NANOS_PER_MS }),
    default_max_consumers: CONSUMERS_MAX,
  };
}

/** What is used, over all accounts. */
export const shownStats = (totals: JetStreamTotals) => ({
  memory: totals.memory,
  storage: totals.storage,
  reserved_memory: totals.reserved.memory,
  reserved_storage: totals.reserved.storage,
  accounts: totals.accounts.length,
  ha_assets: 0,
  api: { level: API_LEVEL, ...totals.api },
});

/** One of `account_details`; what is reserved for an account is all that it may use. */
export const shownAccount = ({ account, memory, storage, limits, api }: AccountOverview, name: string) => ({
  name,
  id: account,
  memory,
  storage,
  reserved_memory: limits.memory < 0 ? UNLIMITED : limits.memory,
  reserved_storage: limits.storage < 0 ? UNLIMITED : limits.storage,
  accounts: 0,
  ha_assets: 0,
  api: { level: 0, ...api },
});
