import { expect, it } from 'vitest';
import { dealSeat } from './seats.ts';

it.each([
  ['what it names', 1, 2, [], 1],
  ['what it names, and whoever has it goes', 1, 2, [1], 1],
  ['the first that is vacant', 4711, 3, [0, 2], 1],
  ['the only one', 4711, 1, [], 0],
  ['none', 4711, 2, [0, 1], 4711],
])('deals a store %s', (_what, named, seats, taken, dealt) => {
  expect(dealSeat(named, seats, new Set(taken))).toBe(dealt);
});
