import { type ApiError, apiErrors } from '../api-error.ts';
import { apiLevels } from '../stream/api-level.ts';
import type { StreamConfig } from '../stream/stream-config.ts';
import { checkConsumerConfig, requiredLevel } from './check-consumer-config.ts';
import type { ConsumerConfig, RequestedConsumer } from './consumer-config.ts';

/** What stays as it was created, by what errors call it. */
const fixed = [
  ['deliver_policy', 'deliver policy'],
  ['opt_start_seq', 'start sequence'],
  ['opt_start_time', 'start time'],
  ['ack_policy', 'ack policy'],
  ['replay_policy', 'replay policy'],
  ['idle_heartbeat', 'heart beats'],
  ['flow_control', 'flow control'],
  ['max_waiting', 'max waiting'],
  ['mem_storage', 'storage type'],
] as const satisfies readonly (readonly [keyof ConsumerConfig, string])[];

/**
 * The configuration that an update leads to. How long it is paused is not its business: that has a request of its own.
 *
 * @throws ApiError as nats-server 2.15.2 was seen to refuse
 */
export function checkConsumerUpdate(
  current: ConsumerConfig,
  requested: RequestedConsumer,
  stream: StreamConfig,
  pedantic = false,
): ConsumerConfig {
  const { pause_until: _, ...rest } = requested;
  const inactive = Math.max(0, requested.inactive_threshold ?? 0) || current.inactive_threshold;
  const asked = { ...rest, ...(inactive && { inactive_threshold: inactive }) };
  const checked = checkConsumerConfig(asked, current.name, stream, pedantic);
  const { inactive_threshold: __, ...durable } = checked;
  const next = inactive ? checked : durable;
  if (next.deliver_subject === undefined && current.deliver_subject !== undefined) {
    throw refused('can not update push consumer to pull based');
  }
  if (next.deliver_subject !== undefined && current.deliver_subject === undefined) {
    throw refused('can not update pull consumer to push based');
  }
  for (const [key, name] of fixed) if (next[key] !== current[key]) throw refused(`${name} can not be updated`);
  const { pause_until } = current;
  const paused = pause_until === undefined ? {} : { pause_until };
  return {
    ...next,
    ...paused,
    metadata: { ...next.metadata, ...apiLevels(requiredLevel({ ...next, ...paused })) },
  };
}

/** As it is from now on, when it is paused until a moment (RFC 3339), or no longer. */
export function withPause(config: ConsumerConfig, until: string | undefined): ConsumerConfig {
  const { pause_until: _, ...rest } = config;
  const next = until === undefined ? rest : { ...rest, pause_until: until };
  return { ...next, metadata: { ...config.metadata, ...apiLevels(requiredLevel(next)) } };
}

/**
 * Whoever is interested in where it delivers to keeps it.
 *
 * @param isBound there is somebody
 * @throws ApiError 10013
 */
export function checkMove(current: ConsumerConfig, next: ConsumerConfig, isBound: boolean): void {
  if (isBound && next.deliver_subject !== current.deliver_subject) throw apiErrors.consumerNameInUse();
}

const refused = (description: string): ApiError => apiErrors.consumerCreateFailed(description);
