import { expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { RTT_BOUNDS_MS, spreadOf } from './connection-spread.ts';

const connection = (rttMs: number, pendingBytes = 0) =>
  ({ rttMs, output: { pendingBytes } }) as Pick<Connection, 'rttMs' | 'output'>;

it('counts round trips up to and including each bound, and those above all', () => {
  const { rttCounts } = spreadOf([0.1, 0.25, 0.26, 1000, 1001].map((ms) => connection(ms)));
  expect(rttCounts).toEqual([2, 1, ...new Array(RTT_BOUNDS_MS.length - 3).fill(0), 1, 1]);
});

it('leaves out round trips that are not known yet', () => {
  expect(spreadOf([connection(0), connection(0)]).rttCounts.every((count) => count === 0)).toBe(true);
});

it('sums what is pending', () => {
  expect(spreadOf([connection(1, 5), connection(1, 70), connection(1)]).pendingBytes).toBe(75);
});
