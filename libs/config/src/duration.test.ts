import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

it.each([
  ['0', 0, '0s'],
  ['1h2m3s4ms', 3723004, '1h2m3.004s'],
  ['-1.5s', -1500, '-1.5s'],
  ['90s', 90_000, '1m30s'],
  ['300ms', 300, '300ms'],
  ['5us', 0.005, '5µs'],
  ['7ns', 0.000007, '7ns'],
  ['.5s', 500, '500ms'],
])('%s', (text, ms, shown) => {
  expect(parseDuration(text)).toBe(ms);
  expect(formatDuration(ms)).toBe(shown);
});

it('what is shown parses back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 33), max: 2 ** 33 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 5);
    }),
  );
});
