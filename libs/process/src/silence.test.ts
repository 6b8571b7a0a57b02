import { expect, it } from 'vitest';
import { processorWaitMs, Silence } from './silence.ts';

const LIMIT_MS = 2000;

/** What is said at each half second of a silence, of a process that waits for a processor so much of the time. */
function silenceWith(waiting: number): number[] {
  const silence = new Silence();
  const times = [500, 1000, 1500, 2000, 2500, 3000];
  return times.map((now) => silence.of(0, now, LIMIT_MS, () => 7000 + now * waiting));
}

it('is the time since something was heard', () => {
  expect(silenceWith(0)).toEqual([500, 1000, 1500, 2000, 2500, 3000]);
});

it('does not count the time that a starved process waits for a processor', () => {
  const starved = silenceWith(0.9);
  expect(Math.max(...starved)).toBe(LIMIT_MS);
});

it('begins anew with each word', () => {
  const silence = new Silence();
  let waited = 0;
  const at = (since: number, now: number): number => silence.of(since, now, LIMIT_MS, () => waited);
  expect(at(0, 1500)).toBe(1500);
  waited = 5000;
  expect(at(1600, 3100)).toBe(1500);
  expect(at(1600, 3700)).toBe(2100);
});

it.runIf(process.platform === 'linux')('the system tells how long a process has waited', () => {
  expect(processorWaitMs(process.pid)).toBeGreaterThan(0);
  expect(processorWaitMs(2 ** 30)).toBe(0);
});
