import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentType, exposition } from './exposition.ts';
import type { Family } from './family.ts';
import { parseExposition } from './testing/index.ts';

/** What the format, or a careless reader of it, may stumble over. */
const AWKWARD = ['a', '"', '\\', '\n', '\r', '{', '}', ',', '=', '#', ' ', '\0', 'é', '\u2028', '😀'];

it('is read as it was meant, whatever names clients give themselves', async () => {
  const value = fc.oneof(
    fc.double({ noNaN: true }).map((one) => (Object.is(one, -0) ? 0 : one)),
    fc.integer(),
  );
  const samples = fc
    .uniqueArray(fc.tuple(fc.string({ unit: fc.constantFrom(...AWKWARD) }), value), {
      selector: ([label]) => label,
      maxLength: 4,
    })
    .map((list) => list.map(([label, one]) => ({ labels: { a: label, b: 'plain' }, value: one })));
  const family = fc.record({
    name: fc.constantFrom('a', 'a_total', 'b:c', 'd'),
    type: fc.constantFrom('gauge', 'counter', 'untyped'),
    help: fc.string(),
    samples,
  });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(family, { selector: ({ name }) => name }), async (families) => {
      expect(parseExposition(await exposition(families as Family[]))).toEqual(families);
    }),
  );
});

it('is announced as the text format', () => {
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});
