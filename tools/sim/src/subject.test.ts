import { expect, test } from 'vitest';
import { matches } from './subject.ts';

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a.b.c', false],
  ['a.*', 'a', false],
  ['a.>', 'a.b.c', true],
  ['a.>', 'a', false],
  ['>', 'a', true],
])('%s takes %s: %s', (pattern, subject, expected) => {
  expect(matches(pattern, subject)).toBe(expected);
});
