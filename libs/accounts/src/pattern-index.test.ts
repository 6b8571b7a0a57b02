import { isSubset, overlaps } from '@skein/subjects';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PatternIndex } from './pattern-index.ts';

const token = fc.constantFrom('a', 'b', '*');
const pattern = fc
  .tuple(fc.array(token, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([tokens, full]) => [...tokens, ...(full ? ['>'] : [])].join('.'));

it('finds what a look at every pattern finds', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 12 }), pattern, (patterns, asked) => {
      const index = new PatternIndex<number>();
      for (const [number, one] of patterns.entries()) index.add(one, number);
      const numbers = (fits: (one: string) => boolean): number[] =>
        patterns.flatMap((one, i) => (fits(one) ? [i] : []));
      expect(index.covering(asked).sort((a, b) => a - b)).toEqual(numbers((one) => isSubset(asked, one)));
      expect(index.overlapping(asked).sort((a, b) => a - b)).toEqual(numbers((one) => overlaps(asked, one)));
    }),
  );
});
