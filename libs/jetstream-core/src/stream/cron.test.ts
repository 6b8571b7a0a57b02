import { expect, it } from 'vitest';
import { type Cron, nextByCron, parseCron } from './cron.ts';

const next = (pattern: string, after: string): string | undefined => {
  const at = nextByCron(parseCron(pattern) as Cron, Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 19);
};

it.each([
  ['@hourly', '2026-11-22T00:18:01Z', '2026-11-22T01:00:00'],
  ['@hourly', '2026-11-22T01:00:00Z', '2026-11-22T02:00:00'],
  ['@daily', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00'],
  ['@weekly', '2026-11-22T00:00:00Z', '2026-11-29T00:00:00'],
  ['@monthly', '2026-11-22T00:00:00Z', '2026-12-01T00:00:00'],
  ['@yearly', '2026-11-22T00:00:00Z', '2027-01-01T00:00:00'],
  ['*/5 * * * * *', '2026-11-22T00:00:00Z', '2026-11-22T00:00:05'],
  ['5/20 * * * * *', '2026-11-22T00:00:26Z', '2026-11-22T00:00:45'],
  ['0 30 8-10/2 * * mon,WED', '2026-11-22T00:00:00Z', '2026-11-23T08:30:00'],
  ['0 0 0 29 feb *', '2026-11-22T00:00:00Z', '2028-02-29T00:00:00'],
  ['0 0 0 29 2 ?', '2097-01-01T00:00:00Z', '2104-02-29T00:00:00'],
  // Either day will do where both are named.
  ['0 30 4 1,15 * 5', '2026-11-22T00:00:00Z', '2026-11-27T04:30:00'],
  ['0 30 4 1,15 * 5', '2026-11-28T00:00:00Z', '2026-12-01T04:30:00'],
])('%s comes after %s at %s', (pattern, after, expected) => {
  expect(next(pattern, after)).toBe(expected);
});

it('knows of dates that never come', () => {
  expect(next('0 0 0 31 4 *', '2026-11-22T00:00:00Z')).toBeUndefined();
});
