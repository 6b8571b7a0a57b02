import { expect, it } from 'vitest';
import { CpuShare } from './cpu-share.ts';
import { formatDuration } from './duration.ts';
import { formatUptime } from './uptime.ts';

it.each([
  [0, '0s'],
  [59_999, '59s'],
  [60_000, '1m0s'],
  [3_661_000, '1h1m1s'],
  [90_061_000, '1d1h1m1s'],
  [(366 * 24 * 3600 + 5) * 1000, '1y1d0h0m5s'],
])('writes %i ms as %s', (ms, text) => {
  expect(formatUptime(ms)).toBe(text);
});

it.each([
  [0, '0s'],
  [0.0005, '500ns'],
  [0.1234, '123.4µs'],
  [8.783846, '8.783846ms'],
  [1500, '1.5s'],
])('writes a duration of %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it('measures between two looks, the first since the start', () => {
  const cpu = new CpuShare();
  expect(cpu.percent('a', 500, 1000, 10_000)).toBe(50);
  expect(cpu.percent('a', 600, 1100, 10_100)).toBe(50);
  expect(cpu.percent('a', 600, 2000, 11_000)).toBe(10);
});
