import type { JetStreamLimits } from '@skein/accounts';
import type { JetStreamOptions } from '@skein/config/jetstream';
import {
  apiErrors,
  type ConsumerConfig,
  durationText,
  type RequestedConsumer,
  type StreamConfig,
} from '@skein/jetstream-core';
import type { TierLimits } from './node-accounts.ts';

/** What the node has for all accounts together. */
export interface StoreLimits {
  maxMemoryBytes: number;
  maxFileBytes: number;
  /** Absent: none. */
  maxAckPending?: number | undefined;
  maxRequestBatch?: number | undefined;
  maxDuplicateWindowMs?: number | undefined;
}

/** They change with the configuration. */
export const storeLimits = ({ limits, maxMemoryBytes, maxFileBytes }: JetStreamOptions): StoreLimits => ({
  maxMemoryBytes,
  maxFileBytes,
  maxAckPending: limits.maxAckPending,
  maxRequestBatch: limits.maxRequestBatch,
  maxDuplicateWindowMs: limits.maxDuplicateWindowMs,
});

/** What an account has reserved. */
export interface Reserved {
  streams: number;
  memory: number;
  file: number;
}

const MILLISECOND = 1_000_000;

/** Which limits hold for so many replicas. @throws ApiError 10120 */
export function limitsFor(limits: TierLimits, replicas: number): JetStreamLimits {
  const found = limits[''] ?? limits[`R${Math.max(1, replicas)}`];
  if (found === undefined) throw apiErrors.noTier();
  return found;
}

/** What of the configuration is not the stream's own choice, but the server's. @throws ApiError 10052 */
export function withinServer(config: StreamConfig, isWindowChosen: boolean, limits: StoreLimits): StreamConfig {
  const max = (limits.maxDuplicateWindowMs ?? 0) * MILLISECOND;
  const { duplicate_window: window = 0 } = config;
  if (max <= 0 || window <= max) return config;
  if (!isWindowChosen) return { ...config, duplicate_window: max };
  throw apiErrors.streamInvalidConfig(`duplicates window can not be larger then server limit of ${durationText(max)}`);
}

/** Who does not say how many messages a request may ask for, allows for as many as the server. */
export function withBatch(requested: RequestedConsumer, { maxRequestBatch = 0 }: StoreLimits): RequestedConsumer {
  const isLimited = maxRequestBatch > 0 && !requested.deliver_subject && (requested.max_batch ?? 0) <= 0;
  return isLimited ? { ...requested, max_batch: maxRequestBatch } : requested;
}

/** A consumer's configuration within the server's and the account's limits. @throws ApiError 10121, 10125 */
export function consumerWithin(
  config: ConsumerConfig,
  isPendingChosen: boolean,
  account: JetStreamLimits,
  { maxAckPending = 0, maxRequestBatch = 0 }: StoreLimits,
): ConsumerConfig {
  const pendingMax = least(account.ackPendingMax, maxAckPending);
  const { max_ack_pending: pending = 0, max_batch: batch = 0, deliver_subject } = config;
  const isBeyond = pending > pendingMax;
  if (isBeyond && isPendingChosen) throw apiErrors.ackPendingExceeds(pendingMax);
  if (deliver_subject === undefined && maxRequestBatch > 0 && batch > maxRequestBatch) {
    throw apiErrors.batchExceeds(maxRequestBatch);
  }
  return isBeyond ? { ...config, max_ack_pending: pendingMax } : config;
}

/** Of those that are limits. */
const least = (...limits: number[]): number => Math.min(...limits.map((one) => (one > 0 ? one : Infinity)));
