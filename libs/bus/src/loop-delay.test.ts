import { expect, it } from 'vitest';
import { LoopDelay } from './loop-delay.ts';

const NANOS = 1e6;

/** As `node:perf_hooks`' histogram: percentiles of what was recorded since the last reset. */
function setUp() {
  let recorded: number[] = [];
  let now = 0;
  let started = 0;
  const histogram = {
    get count() {
      return recorded.length;
    },
    get max() {
      return Math.max(0, ...recorded);
    },
    percentile: (percent: number) =>
      recorded.toSorted((a, b) => a - b)[Math.ceil((recorded.length * percent) / 100) - 1],
    reset: () => {
      recorded = [];
    },
    disable: () => {
      started--;
    },
  };
  const delay = new LoopDelay(
    () => {
      started++;
      return histogram;
    },
    () => now,
  );
  return {
    delay,
    started: () => started,
    tick: (...ms: number[]) => recorded.push(...ms.map((one) => one * NANOS)),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it('begins when it is asked for the first time', () => {
  const { delay, started } = setUp();
  expect(started()).toBe(0);
  expect(delay.figures()).toBeUndefined();
  expect(delay.figures()).toBeUndefined();
  expect(started()).toBe(1);
});

it('shows how much later than its interval a timer was', () => {
  const { delay, tick } = setUp();
  delay.figures();
  tick(19, 20, 20, 20, 20, 20, 20, 20, 30, 120);
  expect(delay.figures()).toEqual({ p50Ms: 0, p90Ms: 10, p99Ms: 100, maxMs: 100 });
});

it('gives every reader of a stretch the same, and forgets nothing between stretches', () => {
  const { delay, tick, pass } = setUp();
  delay.figures();
  tick(25);
  pass(10_000);
  expect(delay.figures()?.maxMs).toBe(5);
  tick(520);
  pass(9_999);
  expect([delay.figures()?.maxMs, delay.figures()?.maxMs]).toEqual([5, 5]);
  pass(1);
  expect([delay.figures()?.maxMs, delay.figures()?.maxMs]).toEqual([500, 500]);
  tick(20);
  pass(60_000);
  expect(delay.figures()?.maxMs).toBe(0);
});

it('a glance neither begins nor prolongs it: some time after somebody asked it ends', () => {
  const { delay, started, tick, pass } = setUp();
  expect([delay.glance(), started()]).toEqual([undefined, 0]);
  delay.figures();
  tick(25);
  delay.figures();
  pass(149_999);
  expect([delay.glance()?.maxMs, started()]).toEqual([5, 1]);
  pass(1);
  expect([delay.glance(), started()]).toEqual([undefined, 0]);
  delay.figures();
  expect(started()).toBe(1);
});
