import { expect, it } from 'vitest';
import { durationText, parseDuration, parseTime, timeText } from './time.ts';

it.each([
  [0, 0, '1970-01-01T00:00:00Z'],
  [1_790_000_000, 0, '2026-09-21T14:13:20Z'],
  [1_790_000_000, 500_000_000, '2026-09-21T14:13:20.5Z'],
  [1_790_000_000, 1, '2026-09-21T14:13:20.000000001Z'],
])('%d seconds and %d nanoseconds are %s', (seconds, nanos, text) => {
  expect(timeText(seconds, nanos)).toBe(text);
  expect(parseTime(text)).toEqual({ seconds, nanos });
});

it('reads times of other zones', () => {
  expect(parseTime('2026-09-21T16:13:20.25+02:00')).toEqual({ seconds: 1_790_000_000, nanos: 250_000_000 });
  for (const text of ['', 'x', '2026-09-21', '2026-13-21T14:13:20Z']) expect(parseTime(text)).toBeUndefined();
});

it.each([
  ['1h30m', 5400e9, '1h30m0s'],
  ['1.5s', 1.5e9, '1.5s'],
  ['90s', 90e9, '1m30s'],
  ['60m', 3600e9, '1h0m0s'],
  ['+2s', 2e9, '2s'],
  ['1000ms', 1e9, '1s'],
  ['0.05s', 50e6, '50ms'],
])('%s is a duration', (text, nanos, written) => {
  expect(parseDuration(text)).toBe(nanos);
  expect(durationText(nanos)).toBe(written);
});

it('knows what is no duration', () => {
  for (const text of ['', '1', '1x', 's', '1s2', '1 s', '--1s', '1d']) expect(parseDuration(text)).toBeUndefined();
  expect(parseDuration('-1.5h')).toBe(-5400e9);
  expect(parseDuration('0')).toBe(0);
});
