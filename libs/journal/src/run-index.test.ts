import { describe, expect, it } from 'vitest';
import { RunIndex } from './run-index.ts';

function indexOf(entries: number[], copies: number[]): RunIndex {
  const index = new RunIndex();
  for (const number of entries) index.entry(number, 1, number * 100);
  for (const number of copies) index.copy(number, 2, number * 100);
  return index;
}

/** `segment:first-last` of each run. */
const runs = (index: RunIndex) => index.runs.map(({ segment, first, last }) => `${segment}:${first}-${last}`);

describe('copies', () => {
  it('count from their adoption', () => {
    const index = indexOf([1, 2, 3], [2, 3]);
    expect(runs(index)).toEqual(['1:1-3']);
    expect(index.adopt(3)).toBe(2);
    expect(runs(index)).toEqual(['1:1-1', '2:2-3']);
  });

  it.each([
    ['the first is missing', [3], 3],
    ['one between is missing', [1, 3], 3],
    ['the last is missing', [2], 3],
    ['all are missing', [], 3],
  ])('with a hole (%s) do not replace entries that are there', (what, copies, last) => {
    const index = indexOf([1, 2, 3], copies);
    // The first that is missing cannot be seen here: the entries are then as good.
    if (what === 'the first is missing') expect(index.adopt(last)).toBe(3);
    else expect(index.adopt(last)).toBe(0);
    expect(index.holes(1, 3)).toEqual([]);
  });

  it('with a hole are better than nothing', () => {
    const index = indexOf([], [4, 5, 8]);
    expect(index.adopt(9)).toBe(4);
    expect(runs(index)).toEqual(['2:4-5', '2:8-8']);
    expect(index.holes(4, 9)).toEqual([
      { from: 6, to: 7 },
      { from: 9, to: 9 },
    ]);
  });

  it('of an attempt that came to no end are forgotten when the next begins', () => {
    const index = indexOf([1, 2, 3], [3]);
    for (const number of [2, 3]) index.copy(number, 3, 0);
    expect(index.adopt(3)).toBe(2);
    expect(runs(index)).toEqual(['1:1-1', '3:2-3']);
  });
});

it('cut takes back to the middle of a run', () => {
  const index = indexOf([1, 2, 3, 4], []);
  index.cut(2);
  index.entry(3, 1, 900);
  expect(runs(index)).toEqual(['1:1-2', '1:3-3']);
});
