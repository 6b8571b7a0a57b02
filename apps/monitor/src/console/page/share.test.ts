import { expect, it } from 'vitest';
import { within } from './share.js';

it.each([
  [0.5, [0, 0, 0], '–'],
  [0.5, [10, 0, 0], '≤ 1.00 ms'],
  [0.99, [98, 1, 1], '≤ 5.00 ms'],
  [0.99, [98, 0, 2], '> 5.00 ms'],
])('a share of %d of %j is %s', (share, counts, expected) => {
  expect(within({ boundsMs: [1, 5], counts }, share)).toBe(expected);
});
