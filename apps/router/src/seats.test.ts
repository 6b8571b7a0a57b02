import { expect, it } from 'vitest';
import { dealSeat, guestsToLeave } from './seats.ts';

it.each([
  ['what it names', 1, 2, [], 1],
  ['what it names, and whoever has it goes', 1, 2, [1], 1],
  ['the first that is vacant', 4711, 3, [0, 2], 1],
  ['the only one', 4711, 1, [], 0],
  ['none', 4711, 2, [0, 1], 4711],
])('deals a store %s', (_what, named, seats, taken, dealt) => {
  expect(dealSeat(named, seats, new Set(taken))).toBe(dealt);
});

const store = (instance: number, guest = false, leaves = false) => ({ peer: { instance }, guest, leaves });
const [own, guest, leaving, spare, late] = [
  store(0),
  store(1, true),
  store(2, true, true),
  store(4711),
  store(99, true),
];

it.each([
  ['nobody, when none waits', [own, guest], []],
  ['a guest, for who waits', [own, guest, spare], [guest]],
  ['nobody, when who has been asked leaves', [own, guest, leaving, spare], []],
  ['as many more as wait', [own, guest, leaving, spare, store(4712)], [guest]],
  ['no more than there are', [own, guest, spare, store(4712)], [guest]],
  ['nobody who has a process of its own', [own, store(1), spare], []],
  ['nobody for a guest that came too late', [own, guest, late], []],
])('asks to leave %s', (_what, stores, asked) => {
  expect(guestsToLeave(stores, 3)).toEqual(asked);
});
