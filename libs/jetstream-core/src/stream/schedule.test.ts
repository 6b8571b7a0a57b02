import { expect, it } from 'vitest';
import { checkStreamConfig } from './check-stream-config.ts';
import { headerBlock } from './header-block.ts';
import { nextTurn, readSchedule, type Schedule } from './schedule.ts';

const config = checkStreamConfig({ name: 'S', subjects: ['s.>'], allow_msg_schedules: true });

function turn(pattern: string, zone: string | undefined, after: string): string | undefined {
  const lines = [`Nats-Schedule: ${pattern}`, 'Nats-Schedule-Target: s.b'];
  const block = headerBlock(zone === undefined ? lines : [...lines, `Nats-Schedule-Time-Zone: ${zone}`]);
  const schedule = readSchedule('s.a', block, block.length, config) as Schedule;
  const at = nextTurn(schedule, Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString();
}

it.each([
  ['@at 2026-01-01T00:00:00.0005+01:00', undefined, '2026-11-22T00:00:00Z', '2025-12-31T23:00:00.001Z'],
  ['@every 1h30m', undefined, '2026-11-22T00:00:00.700Z', '2026-11-22T01:30:00.000Z'],
  ['0 0 5 * * *', undefined, '2026-11-22T04:00:00Z', '2026-11-22T05:00:00.000Z'],
  ['0 0 5 * * *', 'America/New_York', '2026-11-22T04:00:00Z', '2026-11-22T10:00:00.000Z'],
  ['0 0 5 * * *', 'America/New_York', '2026-07-22T04:00:00Z', '2026-07-22T09:00:00.000Z'],
  ['0 30 6 * * *', 'Asia/Kolkata', '2026-11-22T02:00:00Z', '2026-11-23T01:00:00.000Z'],
  // Clocks went back at 06:00 UTC: the day is an hour longer.
  ['0 0 5 * * *', 'America/New_York', '2026-11-01T04:30:00Z', '2026-11-01T10:00:00.000Z'],
])('%s in %s comes after %s at %s', (pattern, zone, after, expected) => {
  expect(turn(pattern, zone, after)).toBe(expected);
});
