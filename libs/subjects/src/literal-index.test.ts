import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LiteralIndex } from './literal-index.ts';
import { matches } from './subject.ts';

const token = fc.constantFrom('a', 'b', 'c');
const subject = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'));
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([tokens, isOpen]) => [...tokens, ...(isOpen ? ['>'] : [])].join('.'));
const step = fc.record({ adds: fc.boolean(), subject, thing: fc.nat({ max: 2 }) });

it('finds what a look at every subject would find', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.array(pattern, { maxLength: 5 }), (steps, patterns) => {
      const index = new LiteralIndex<string>();
      const present = new Map<string, string>();
      for (const { adds, subject, thing } of steps) {
        const name = `${subject} ${thing}`;
        if (adds) {
          index.add(subject, name);
          present.set(name, subject);
        } else {
          index.delete(subject, name);
          present.delete(name);
        }
      }
      for (const one of ['>', ...patterns, ...present.values()]) {
        const expected = [...present].filter(([, subject]) => matches(one, subject)).map(([name]) => name);
        expect([...index.matching(one)].sort()).toEqual(expected.sort());
      }
      expect(index.isEmpty).toBe(present.size === 0);
    }),
  );
});
