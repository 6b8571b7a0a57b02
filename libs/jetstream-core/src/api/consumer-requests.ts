import { apiErrors } from '../api-error.ts';
import { GROUP_NAME } from '../consumer/check-consumer-config.ts';
import type { ConsumerConfig } from '../consumer/consumer-config.ts';
import { parseObject, ShapeError } from '../json-shape.ts';
import { readOptional } from './optional-request.ts';

/** Until when a consumer is to be paused (RFC 3339); undefined: no longer. @throws ApiError 10025 */
export function readPauseRequest(text: string): string | undefined {
  const read: { pause_until?: string } = readOptional(text, 'JSApiConsumerPauseRequest', {
    pause_until: { kind: 'time' },
  });
  return read.pause_until;
}

/** Which group is to be unpinned. @throws ApiError 10025, 10162 */
export function readUnpinRequest(text: string): string {
  const { group } = readKnown(text, 'JSApiConsumerUnpinRequest', 'group', 'string') as { group?: string };
  if (!group) throw apiErrors.invalidJson('consumer group not specified');
  if (!GROUP_NAME.test(group)) throw apiErrors.groupInvalid();
  return group;
}

/** Where a consumer is to begin anew; 0: where it was acknowledged up to. @throws ApiError 10025 */
export function readResetRequest(text: string): number {
  if (text.trim() === '') return 0;
  const { seq = 0 } = readKnown(text, 'JSApiConsumerResetRequest', 'seq', 'unsigned') as { seq?: number };
  return seq;
}

/** Whether the consumer's own beginning allows for that. @throws ApiError 10204 */
export function checkResetSequence({ deliver_policy, opt_start_seq = 0 }: ConsumerConfig, sequence: number): void {
  if (sequence === 0 || deliver_policy === 'all' || deliver_policy === 'by_start_time') return;
  if (deliver_policy !== 'by_start_sequence') throw apiErrors.resetInvalid('not allowed');
  if (sequence < opt_start_seq) throw apiErrors.resetInvalid('below start seq');
}

/** These two, other than all else in the API, pass over what they do not know. */
function readKnown(text: string, type: string, name: string, kind: 'string' | 'unsigned'): object {
  try {
    const known = JSON.stringify(JSON.parse(text, (key, value) => (key === '' || key === name ? value : undefined)));
    return parseObject(known, type, { [name]: { kind } }, type);
  } catch (error) {
    if (error instanceof ShapeError) throw apiErrors.invalidJson(error.message);
    throw apiErrors.invalidJson('unexpected end of JSON input');
  }
}
