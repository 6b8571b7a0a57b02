import { expect, it } from 'vitest';
import { checkOrigins } from './check-origins.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import type { StreamConfig } from './stream-config.ts';

function beside(
  others: readonly Partial<StreamConfig>[],
  config: Partial<StreamConfig>,
  pedantic = false,
): StreamConfig {
  const streams = new Map(others.map((one) => [one.name, checkStreamConfig(one)]));
  return checkOrigins(checkStreamConfig(config), (name) => streams.get(name), pedantic);
}

it('answers direct gets for an origin that answers them', () => {
  const mirror = { name: 'M', mirror: { name: 'O' } };
  const direct = [{ name: 'O', allow_direct: true }];
  expect(beside(direct, mirror).mirror_direct).toBe(true);
  expect(beside([{ name: 'O' }], { ...mirror, mirror_direct: true }).mirror_direct).toBe(false);
  expect(beside([], { ...mirror, mirror_direct: true }).mirror_direct).toBe(true);
  const external = { name: 'M', mirror: { name: 'O', external: { api: '$JS.x.API', deliver: '' } } };
  expect(beside(direct, external).mirror_direct).toBe(false);
  expect(() => beside([{ name: 'O' }], { ...mirror, mirror_direct: true }, true)).toThrow(
    'pedantic mode: origin stream has direct get set, mirror has it disabled',
  );
});

it('has place for the largest message of its origins', () => {
  const large = [{ name: 'O', max_msg_size: 10 }];
  const small = { max_msg_size: 3 };
  expect(() => beside(large, { name: 'M', mirror: { name: 'O' }, ...small })).toThrow(
    'stream mirror must have max message size >= source',
  );
  expect(() => beside(large, { name: 'M', sources: [{ name: 'O' }], ...small })).toThrow(
    'stream source must have max message size >= target',
  );
  // As nats-server: one without a limit is taken.
  expect(() => beside([{ name: 'O' }], { name: 'M', mirror: { name: 'O' }, ...small })).not.toThrow();
  expect(() => beside(large, { name: 'M', mirror: { name: 'O' } })).not.toThrow();
});

it('takes nothing of what takes from it, over others too', () => {
  const others = [
    { name: 'B', sources: [{ name: 'C' }, { name: 'nowhere' }] },
    { name: 'C', mirror: { name: 'A' } },
    { name: 'D', sources: [{ name: 'E' }] },
    { name: 'E', sources: [{ name: 'D' }] },
  ];
  expect(() => beside(others, { name: 'A', sources: [{ name: 'B' }] })).toThrow('detected cycle');
  expect(() => beside(others, { name: 'F', sources: [{ name: 'B' }, { name: 'D' }] })).not.toThrow();
});
