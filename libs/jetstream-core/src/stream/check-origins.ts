import { apiErrors } from '../api-error.ts';
import type { StreamConfig, StreamSource } from './stream-config.ts';

/** Streams of the same account, by name. */
type Lookup = (name: string) => StreamConfig | undefined;

/**
 * A configuration as it is beside the streams that it takes messages from: a mirror answers direct gets for its origin when the
 * origin answers them (ADR-31).
 *
 * @param config as `checkStreamConfig` or `checkStreamUpdate` gave it
 * @param pedantic what would have to be changed is refused (ADR-48)
 * @throws ApiError as nats-server 2.15.2 was seen to refuse
 */
export function checkOrigins(config: StreamConfig, lookup: Lookup, pedantic = false): StreamConfig {
  const { mirror, sources = [] } = config;
  const local = (mirror === undefined ? sources : [mirror]).filter(({ external }) => external === undefined);
  for (const { name } of local) {
    if (isTooSmall(config, lookup(name))) {
      throw mirror === undefined ? apiErrors.sourceMessageTooLarge() : apiErrors.mirrorMessageTooLarge();
    }
  }
  if (reaches(config.name, local, lookup, new Set())) throw apiErrors.streamInvalidConfig('detected cycle');
  const origin = mirror && mirror.external === undefined ? lookup(mirror.name) : undefined;
  if (origin === undefined || origin.allow_direct === config.mirror_direct) return config;
  if (pedantic && config.mirror_direct !== origin.allow_direct) {
    throw apiErrors.pedantic('origin stream has direct get set, mirror has it disabled');
  }
  return { ...config, mirror_direct: origin.allow_direct };
}

/** Whether messages that the origin takes would have no place. No limit is the largest. */
function isTooSmall({ max_msg_size: own }: StreamConfig, origin: StreamConfig | undefined): boolean {
  return own > 0 && origin !== undefined && origin.max_msg_size > own;
}

/** Whether messages of a stream come back to it. */
function reaches(name: string, from: readonly StreamSource[], lookup: Lookup, seen: Set<string>): boolean {
  for (const origin of from) {
    if (origin.external !== undefined) continue;
    if (origin.name === name) return true;
    if (seen.has(origin.name)) continue;
    seen.add(origin.name);
    const config = lookup(origin.name);
    const next = config?.mirror === undefined ? (config?.sources ?? []) : [config.mirror];
    if (reaches(name, next, lookup, seen)) return true;
  }
  return false;
}
