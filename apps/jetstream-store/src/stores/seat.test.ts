import { expect, it } from 'vitest';
import { decides, shardsOf } from './seat.ts';

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

it('has one that decides', () => {
  expect([0, 1, 2].map((number) => decides({ number, seats: 3 }))).toEqual([true, false, false]);
});

it('leaves a store beyond the seats without shards', () => expect(shardsOf({ number: 7, seats: 2 }, 4)).toEqual([]));
