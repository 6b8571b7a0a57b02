import { expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

/** A byte a millisecond. */
const PACE = 8000;

it('begins with room for the largest message, and fills up at its pace', () => {
  const rate = new RateLimit(1000);
  expect(rate.takes(1000, PACE, 5000)).toBe(true);
  expect(rate.takes(300, PACE, 5000)).toBe(false);
  expect(rate.freeAt).toBe(5300);
  expect(rate.isFree(5299)).toBe(false);
  expect(rate.isFree(5300)).toBe(true);
  expect(rate.freeAt).toBe(Number.POSITIVE_INFINITY);
  expect(rate.takes(300, PACE, 5300)).toBe(true);
  expect(rate.takes(1, PACE, 5300)).toBe(false);
});

it('holds no more than the largest message, however long nothing was sent', () => {
  const rate = new RateLimit(1000);
  expect(rate.takes(1, PACE, 0)).toBe(true);
  expect(rate.takes(1000, PACE, 1e9)).toBe(true);
  expect(rate.takes(1000, PACE, 1e9)).toBe(false);
});

it('takes a message that is larger than it holds when it is full', () => {
  const rate = new RateLimit(1000);
  expect(rate.takes(1200, PACE, 0)).toBe(true);
  expect(rate.takes(1200, PACE, 999)).toBe(false);
  expect(rate.takes(1200, PACE, 1000)).toBe(true);
});
