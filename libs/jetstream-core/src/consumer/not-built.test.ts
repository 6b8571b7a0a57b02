import { expect, it } from 'vitest';
import { checkStreamConfig } from '../stream/check-stream-config.ts';
import { checkConsumerConfig } from './check-consumer-config.ts';
import type { RequestedConsumer } from './consumer-config.ts';
import { refuseNotBuilt } from './not-built.ts';

const stream = checkStreamConfig({ name: 'S' });
const refused: [string, RequestedConsumer][] = [
  ['deliver_subject', { deliver_subject: 'd' }],
  ['sample_freq', { sample_freq: '10%' }],
  ['replay_policy', { replay_policy: 'original' }],
];

it.each(refused)('%s is refused by name', (field, config) => {
  expect(() => refuseNotBuilt(checkConsumerConfig(config, 'C', stream))).toThrow(field);
});

it('what is built is not', () => {
  expect(() => refuseNotBuilt(checkConsumerConfig({ ack_policy: 'explicit' }, 'C', stream))).not.toThrow();
});
