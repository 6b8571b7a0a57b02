import { expect, it } from 'vitest';
import { type NodeFigures, type ProcessRow, Series } from './series.ts';

const node = (connections: number): NodeFigures => ({
  ...{ inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0, connections, subscriptions: 0, pendingBytes: 0 },
});
const row = (cpu: number): ProcessRow => ({ cpu, memory: 1, loopDelayMs: 2 });
const only = (key: string, cpu: number): Map<string, ProcessRow> => new Map([[key, row(cpu)]]);

it('gives the samples after a moment, rising, rounded to what a plot shows', () => {
  const series = new Series(10, 1000);
  for (const at of [100, 200, 300]) series.add(at, node(at / 7), new Map());
  expect(series.since(0).times).toEqual([100, 200, 300]);
  expect(series.since(100)).toMatchObject({ times: [200, 300], node: { connections: [28.57, 42.86] } });
  expect(series.since(300).times).toEqual([]);
  expect(series.lastMs).toBe(300);
});

it('holds no more than its capacity: the oldest go', () => {
  const series = new Series(3, 1000);
  for (let at = 1; at <= 8; at++) series.add(at, node(at), only('gateway 0', at));
  const { times, node: columns, processes } = series.since(0);
  expect(times).toEqual([6, 7, 8]);
  expect(columns.connections).toEqual([6, 7, 8]);
  expect(processes['gateway 0'].cpu).toEqual([6, 7, 8]);
});

it('gives nothing older than its span, however slowly samples came', () => {
  const series = new Series(100, 1000);
  for (const at of [0, 900, 1800, 2700]) series.add(at + 1, node(0), new Map());
  expect(series.since(0).times).toEqual([1801, 2701]);
});

it('has gaps where a process was not there, and forgets it after the span', () => {
  const series = new Series(10, 1000);
  series.add(1, node(0), only('a', 5));
  series.add(2, node(0), only('b', 6));
  expect(series.since(0).processes).toMatchObject({ a: { cpu: [5, Number.NaN] }, b: { cpu: [Number.NaN, 6] } });
  expect(JSON.stringify(series.since(0).processes.a.cpu)).toBe('[5,null]');
  series.add(1500, node(0), only('b', 6));
  expect(Object.keys(series.since(0).processes)).toEqual(['b']);
});

it('does not show what stood in a slot before', () => {
  const series = new Series(2, 1000);
  series.add(1, node(0), only('a', 5));
  series.add(2, node(0), only('a', 6));
  series.add(3, node(0), new Map());
  expect(series.since(0).processes.a.cpu).toEqual([6, Number.NaN]);
});

it('takes in a bounded number of processes', () => {
  const series = new Series(2, 1000);
  series.add(1, node(0), new Map(Array.from({ length: 200 }, (_, i) => [`gateway ${i}`, row(i)])));
  expect(Object.keys(series.since(0).processes)).toHaveLength(96);
});
