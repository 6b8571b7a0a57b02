import { expect, it } from 'vitest';
import { allowedUntil } from './times.ts';

const at = (time: string): number => Date.parse(`2026-01-15T${time}Z`);
const office = { start: '08:00:00', end: '17:00:00' };
const night = { start: '22:00:00', end: '06:00:00' };

it.each([
  ['within', [office], 'UTC', '09:00:00', at('17:00:00')],
  ['at its start', [office], 'UTC', '08:00:00', at('17:00:00')],
  ['before', [office], 'UTC', '07:59:59', 0],
  ['at its end', [office], 'UTC', '17:00:00', 0],
  ['by the clock of another place', [office], 'America/New_York', '09:00:00', 0],
  ['by the clock of another place, within', [office], 'America/New_York', '13:30:00', at('22:00:00')],
  ['past midnight, in the evening', [night], 'UTC', '23:00:00', at('06:00:00') + 86_400_000],
  ['past midnight, in the morning', [night], 'UTC', '05:00:00', at('06:00:00')],
  ['past midnight, at noon', [night], 'UTC', '12:00:00', 0],
  ['in one of several', [office, night], 'UTC', '23:00:00', at('06:00:00') + 86_400_000],
  ['in two, until the later end', [office, { start: '09:00:00', end: '18:00:00' }], 'UTC', '10:00:00', at('18:00:00')],
  ['with one that is no range', [{ start: '', end: '' }], 'UTC', '10:00:00', 0],
  ['in a place that is not there', [office], 'Nowhere', '10:00:00', 0],
  ['without ranges', [], 'UTC', '10:00:00', Number.POSITIVE_INFINITY],
])('%s', (_, ranges, location, time, until) => {
  expect(allowedUntil(ranges, location, at(time))).toBe(until);
});
