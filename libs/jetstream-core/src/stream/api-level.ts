import { type ApiError, apiErrors } from '../api-error.ts';
import { headerOf } from './header-block.ts';
import type { StreamConfig } from './stream-config.ts';

/** Whose behaviour this is. */
export const SERVER_VERSION = '2.15.2';
export const API_LEVEL = 5;

/** The lowest API level that has every feature which the stream uses, and the metadata that says so (ADR-44). */
export function withLevel(config: Partial<StreamConfig>): Record<string, string> {
  return { ...config.metadata, ...apiLevels(requiredLevel(config)) };
}

/** Metadata that says which API level an asset was made at, and which it needs. */
export const apiLevels = (required: number): Record<string, string> => ({
  '_nats.level': String(API_LEVEL),
  '_nats.req.level': String(required),
  '_nats.ver': SERVER_VERSION,
});

function requiredLevel(config: Partial<StreamConfig>): number {
  if (config.allow_batched) return 4;
  const second = config.allow_msg_counter || config.allow_atomic || config.allow_msg_schedules;
  if (second || config.persist_mode === 'async') return 2;
  return config.allow_msg_ttl || (config.subject_delete_marker_ttl ?? 0) > 0 ? 1 : 0;
}

/** Whether what a message requires (`Nats-Required-Api-Level`; empty: nothing) is more than there is. */
export function levelFault(required: string): ApiError | undefined {
  if (required === '' || (/^-?\d+$/.test(required) && Number(required) <= API_LEVEL)) return undefined;
  return apiErrors.levelRequired();
}

/** Whether a request asks for more than there is. */
export const requiresMore = (content: Buffer, headerBytes: number): boolean =>
  levelFault(headerOf(content, headerBytes, 'Nats-Required-Api-Level') ?? '') !== undefined;
