import { expect, it } from 'vitest';
import { RestartPolicy } from './restart-policy.ts';

it('restarts at once, then after 100 ms, doubling up to 5 s', () => {
  const policy = new RestartPolicy();
  const delays = Array.from({ length: 9 }, () => policy.died(10));
  expect(delays).toEqual([0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

it('restarts at once again what had run well', () => {
  const policy = new RestartPolicy();
  for (let i = 0; i < 5; i++) policy.died(10);
  expect(policy.died(10_000)).toBe(0);
  expect(policy.died(9_999)).toBe(100);
});
