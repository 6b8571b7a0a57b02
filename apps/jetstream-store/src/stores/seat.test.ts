import { expect, it } from 'vitest';
import { decides, seatOf, shardsOf } from './seat.ts';

it.each([
  [1, 4],
  [2, 4],
  [3, 8],
  [5, 3],
])('deals each shard to one seat, evenly: %i seats, %i shards', (seats, shards) => {
  const dealt = [...new Array(seats).keys()].map((number) => shardsOf({ number, seats }, shards));
  expect(dealt.flat().sort((a, b) => a - b)).toEqual([...new Array(shards).keys()]);
  const counts = dealt.map(({ length }) => length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2);
});

it('has one that decides; the only store does, whatever its number', () => {
  expect([0, 1, 2].map((number) => decides(seatOf(number, 3)))).toEqual([true, false, false]);
  expect(decides(seatOf(731_204, 1))).toBe(true);
  expect(shardsOf(seatOf(731_204, 1), 2)).toEqual([0, 1]);
});

it('leaves a store beyond the seats without shards', () => expect(shardsOf(seatOf(7, 2), 4)).toEqual([]));
