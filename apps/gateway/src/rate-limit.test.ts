import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

test('so many in a second, and as many in the next', () => {
  const limit = new RateLimit(2);
  expect([0, 1, 999].map((now) => limit.admits(now))).toEqual([true, true, false]);
  expect([1000, 1001, 1002].map((now) => limit.admits(now))).toEqual([true, true, false]);
});

test('no limit', () => {
  const limit = new RateLimit(0);
  expect(Array.from({ length: 1000 }, () => limit.admits(0))).not.toContain(false);
});
