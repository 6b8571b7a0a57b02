import { expect, it } from 'vitest';
import type { SeriesSlice } from '../../history/series.ts';
import { Samples } from './samples.js';

const slice = (times: number[], inMsgs: number[], processes: Record<string, number[]> = {}): SeriesSlice =>
  ({
    times,
    node: { inMsgs },
    processes: Object.fromEntries(Object.entries(processes).map(([key, cpu]) => [key, { cpu }])),
  }) as unknown as SeriesSlice;

it('appends what came, in seconds', () => {
  const samples = new Samples(60_000);
  expect(samples.lastMs).toBe(0);
  samples.merge(slice([1000, 2000], [1, 2]));
  samples.merge(slice([3000], [3]));
  samples.merge(slice([], []));
  expect([samples.times, samples.column('inMsgs'), samples.lastMs]).toEqual([[1, 2, 3], [1, 2, 3], 3000]);
  expect([samples.newest('inMsgs'), samples.column('unknown')]).toEqual([3, []]);
});

it('keeps the columns of processes as long as the times, whenever they came and went', () => {
  const samples = new Samples(60_000);
  samples.merge(slice([1000], [1], { a: [10] }));
  samples.merge(slice([2000], [2], { a: [11], b: [20] }));
  samples.merge(slice([3000], [3], { b: [21] }));
  expect(samples.processes.get('a')?.get('cpu')).toEqual([10, 11, null]);
  expect(samples.processes.get('b')?.get('cpu')).toEqual([null, 20, 21]);
});

it('lets go of what is older than its span, and of processes that are', () => {
  const samples = new Samples(2000);
  samples.merge(slice([1000, 2000], [1, 2], { a: [10, 11] }));
  samples.merge(slice([4000, 5000], [4, 5], { b: [20, 21] }));
  expect([samples.times, samples.column('inMsgs')]).toEqual([
    [4, 5],
    [4, 5],
  ]);
  expect([...samples.processes.keys()]).toEqual(['b']);
  expect(samples.processes.get('b')?.get('cpu')).toEqual([20, 21]);
});
