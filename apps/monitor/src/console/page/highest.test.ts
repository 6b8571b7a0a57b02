import { expect, it } from 'vitest';
import { highest } from './highest.js';

const processes = new Map(
  Object.entries({ 'gateway 10': [1, null, 9], router: [2, 2, 2], 'gateway 2': [3, 8, 1], monitor: [1, 1, 1] }).map(
    ([key, cpu]) => [key, new Map([['cpu', cpu]])],
  ),
);

it('gives all, by name, where there are few', () => {
  expect(highest(processes, 'cpu', 4).map(([key]) => key)).toEqual(['gateway 2', 'gateway 10', 'monitor', 'router']);
});

it('gives those that were highest at any time, where there are many', () => {
  expect(highest(processes, 'cpu', 3)).toEqual([
    ['gateway 2', [3, 8, 1]],
    ['gateway 10', [1, null, 9]],
    ['router', [2, 2, 2]],
  ]);
});

it('has nothing of a figure that nobody has', () => {
  expect(highest(processes, 'other', 1)).toEqual([['gateway 10', []]]);
});
