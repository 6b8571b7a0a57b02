import { matches } from '@skein/subjects';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, overlaps } from './pattern.ts';

/** `z` stands in no pattern: it is every other token. */
const tokens = ['a', 'b', 'z'];
const subjects: string[] = [];
for (let depth = 1, level = ['']; depth <= 5; depth++) {
  level = level.flatMap((prefix) => tokens.map((token) => (prefix === '' ? token : `${prefix}.${token}`)));
  subjects.push(...level);
}

const pattern = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 3 }), fc.boolean())
  .filter(([head, full]) => head.length > 0 || full)
  .map(([head, full]) => [...head, ...(full ? ['>'] : [])].join('.'));

describe('patterns compared subject by subject', () => {
  it('overlap when one subject is in both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const expected = subjects.some((subject) => matches(a, subject) && matches(b, subject));
        expect(overlaps(a, b)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('cover each other when every subject of one is in the other', () => {
    fc.assert(
      fc.property(pattern, pattern, (outer, inner) => {
        const expected = subjects.every((subject) => !matches(inner, subject) || matches(outer, subject));
        expect(covers(outer, inner)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
