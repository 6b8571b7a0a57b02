import { apiErrors } from '../api-error.ts';
import type { ConsumerConfig } from './consumer-config.ts';

/** Refuses what a configuration asks for and nobody does yet, so that nothing is silently left out. @throws ApiError 10012 */
export function refuseNotBuilt(config: ConsumerConfig): void {
  for (const field of ['deliver_subject', 'sample_freq'] as const) {
    if (config[field] !== undefined) throw apiErrors.consumerCreateFailed(`${field} is not supported yet`);
  }
  if (config.replay_policy === 'original') {
    throw apiErrors.consumerCreateFailed('replay_policy original is not supported yet');
  }
}
