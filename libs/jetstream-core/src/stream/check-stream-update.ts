import { apiErrors } from '../api-error.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import type { StreamConfig } from './stream-config.ts';

const refused = (words: string): Error => invalid(`stream configuration update can not ${words}`);
const invalid = apiErrors.streamInvalidConfig;

/**
 * The configuration that a request to update a stream leads to; what it does not name gets its default, as in a creation.
 *
 * @throws ApiError as nats-server 2.15.2 was seen to refuse
 */
export function checkStreamUpdate(current: StreamConfig, requested: Partial<StreamConfig>): StreamConfig {
  const { sealed = false, ...rest } = requested;
  const mirror = current.mirror === undefined ? {} : { mirror: requested.mirror };
  if (JSON.stringify(requested.mirror) !== JSON.stringify(mirror.mirror)) throw apiErrors.mirrorNotUpdatable();
  const next = checkStreamConfig(rest);
  if (current.sealed && !sealed) throw refused('unseal a sealed stream');
  if (next.storage !== current.storage) throw refused('change storage type');
  if (next.persist_mode !== current.persist_mode) throw refused('change persist mode');
  if (next.retention !== current.retention && [next, current].some(({ retention }) => retention === 'workqueue')) {
    throw refused('change retention policy to/from workqueue');
  }
  if (current.deny_delete && !next.deny_delete) throw refused('cancel deny message deletes');
  if (current.deny_purge && !next.deny_purge) throw refused('cancel deny purge');
  if (current.allow_msg_ttl && !next.allow_msg_ttl) throw invalid('message TTL status can not be disabled');
  if (current.allow_msg_counter !== next.allow_msg_counter) throw refused('change message counter setting');
  if (current.allow_msg_schedules && !next.allow_msg_schedules) throw invalid('message schedules can not be disabled');
  return sealed ? { ...next, sealed: true, discard: 'new', max_age: 0, deny_delete: true, deny_purge: true } : next;
}
