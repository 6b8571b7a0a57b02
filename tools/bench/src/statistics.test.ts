import { describe, expect, it } from 'vitest';
import { median, percentile, spread } from './statistics.ts';

describe('median', () => {
  it('takes the middle of an odd number, whatever the order, as numbers and not as text', () => {
    expect(median([100, 9, 20])).toBe(20);
  });
  it('averages the middle two of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
  it('leaves its argument as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
  it('refuses an empty list', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  it.each([
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100],
    [0.1, 1],
  ])('p%d of 1..100 is %d', (percent, expected) => {
    expect(percentile(hundred, percent)).toBe(expected);
  });
  it('of one value is that value', () => {
    expect(percentile([7], 99)).toBe(7);
  });
  it('refuses an empty list', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });
});

describe('spread', () => {
  it('is half the range over the median', () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1);
  });
  it('of an idle figure is zero, not NaN', () => {
    expect(spread([0, 0, 0])).toBe(0);
  });
});
