import { apiErrors } from '../api-error.ts';
import type { StreamConfig } from './stream-config.ts';

const DUPLICATE_WINDOW = 120_000_000_000;
const limits = ['max_msgs', 'max_bytes', 'max_msgs_per_subject', 'max_msg_size', 'max_consumers'] as const;

/**
 * Refuses what would otherwise be set right without a word (ADR-48).
 *
 * @param config as requested
 * @throws ApiError 10157, 10052
 */
export function refusePedantically(config: Partial<StreamConfig>): void {
  for (const limit of limits) {
    if ((config[limit] ?? -1) < -1) throw apiErrors.pedantic(`${limit} must be set to -1`);
  }
  const { max_age = 0, duplicate_window = 0, republish } = config;
  if (max_age > 0 && max_age < DUPLICATE_WINDOW && duplicate_window === 0) {
    throw apiErrors.pedantic('duplicate window cannot be bigger than max age');
  }
  if (republish !== undefined && !republish.src) throw apiErrors.pedantic('republish source can not be empty');
  const { subject_delete_marker_ttl: markerTtl = 0, allow_msg_ttl, allow_rollup_hdrs, allow_msg_schedules } = config;
  if (markerTtl > 0 && !allow_msg_ttl) {
    throw apiErrors.streamInvalidConfig('subject delete marker cannot be set if message TTLs are disabled');
  }
  if (markerTtl > 0 && !allow_rollup_hdrs) {
    throw apiErrors.streamInvalidConfig('subject delete marker cannot be set if roll-ups are disabled');
  }
  if (allow_msg_schedules && !allow_rollup_hdrs) {
    throw apiErrors.streamInvalidConfig('message scheduling cannot be set if roll-ups are disabled');
  }
}
