import { expect, it } from 'vitest';
import { formatBytes, formatCount, formatMoment, formatMs, formatPercent, formatSpan, formatWhole } from './format.js';

it.each([
  [formatCount, 0, '0'],
  [formatCount, 0.44, '0.4'],
  [formatCount, 9999.4, '9,999'],
  [formatCount, 9999.5, '10.0 k'],
  [formatCount, 12_345, '12.3 k'],
  [formatCount, 999_499, '999 k'],
  [formatCount, 999_500, '1.00 M'],
  [formatCount, 1_234_567, '1.23 M'],
  [formatBytes, 0, '0 B'],
  [formatBytes, 1023, '1023 B'],
  [formatBytes, 1024, '1.00 KiB'],
  [formatBytes, 64 * 1024 * 1024, '64.0 MiB'],
  [formatBytes, 1024 ** 6, '1024 PiB'],
  [formatMs, 0, '0 ms'],
  [formatMs, 0.34, '340 µs'],
  [formatMs, 0.9996, '1.00 ms'],
  [formatMs, 12.34, '12.3 ms'],
  [formatMs, 1234, '1.23 s'],
  [formatPercent, 12.34, '12.3 %'],
  [formatPercent, 100, '100 %'],
  [formatWhole, 1_234_567, '1,234,567'],
  [formatSpan, 0, '0s'],
  [formatSpan, 8999, '8s'],
  [formatSpan, 3_600_000, '1h 0m'],
  [formatSpan, 93_784_000, '1d 2h'],
] as [(value: number) => string, number, string][])('%o of %d is %s', (format, value, text) => {
  expect(format(value)).toBe(text);
});

it.each([null, undefined, Number.NaN])('%s is a dash', (value) => {
  for (const format of [formatCount, formatBytes, formatMs, formatPercent, formatWhole])
    expect(format(value)).toBe('–');
});

it('a moment of today has no date', () => {
  const now = new Date(2026, 10, 21, 23, 0, 0).getTime();
  expect(formatMoment(new Date(2026, 10, 21, 0, 0, 1).getTime(), now)).toBe('00:00:01');
  expect(formatMoment(new Date(2026, 10, 20, 23, 59, 59).getTime(), now)).toBe('2026-11-20 23:59:59');
});
