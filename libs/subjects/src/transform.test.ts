import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasEmptyToken, matches, subjectFromText } from './subject.ts';
import { asPattern, isSubset, numberWildcards, overlaps, reversed, SubjectTransform } from './transform.ts';

const recorded: { source: string; destination: string; results: Record<string, string> }[] = JSON.parse(
  readFileSync(new URL('testdata/transforms.json', import.meta.url), 'utf8'),
);

describe('subject transforms', () => {
  it.each(recorded)('$source to $destination gives what nats-server gave', ({ source, destination, results }) => {
    const transform = new SubjectTransform(source, destination);
    const got = Object.keys(results).map((subject) => transform.apply(subjectFromText(subject)));
    expect(got.map((result) => (hasEmptyToken(result) ? '' : result))).toEqual(Object.values(results));
  });

  const invalid = 'invalid mapping destination: ';
  it.each([
    ['foo.*', 'bar.$2', `${invalid}wildcard index out of range in $2: [2]`],
    ['foo.*', 'bar.*', 'invalid subject'],
    ['foo.>', 'bar', 'invalid subject'],
    ['foo', 'bar.>', 'invalid subject'],
    ['foo', 'bar.*', 'invalid subject'],
    ['foo.*', 'bar.{{wildcard(2)}}', `${invalid}wildcard index out of range in {{wildcard(2)}}: [2]`],
    ['foo.*', 'bar.{{foo(2)}}', `${invalid}unknown function in {{foo(2)}}`],
    ['foo.*', 'bar.{{wildcard(1}}', `${invalid}unknown function in {{wildcard(1}}`],
    ['foo.*', 'bar.{{partition(10,2)}}', `${invalid}wildcard index out of range in {{partition(10,2)}}: [2]`],
    [
      'foo.*',
      'bar.{{partition()}}',
      `${invalid}function argument is invalid or in the wrong format in {{partition()}}`,
    ],
    ['foo.*', 'bar.{{split(1)}}', `${invalid}not enough arguments passed to the function in {{split(1)}}`],
    ['foo.a', 'bar..c', `${invalid}invalid transform`],
  ])("%s to %s is refused in nats-server's words", (source, destination, message) => {
    expect(() => new SubjectTransform(source, destination)).toThrow(new Error(message));
  });

  it('draws a number below the bound', () => {
    const transform = new SubjectTransform('a', 'b.{{random(3)}}');
    expect(transform.isRandom).toBe(true);
    for (let i = 0; i < 50; i++) expect(transform.apply('a')).toMatch(/^b\.[012]$/);
  });

  it('numbers wildcards, and turns a transform round', () => {
    expect(numberWildcards('x.*.y.*')).toBe('x.$1.y.$2');
    expect(asPattern('x.$2.{{wildcard(1)}}.>')).toBe('x.*.*.>');
    const source = 'foo.*.*.>';
    const destination = 'x.$2.y.$1.>';
    const there = new SubjectTransform(source, destination).apply('foo.a.b.c.d');
    expect(there).toBe('x.b.y.a.c.d');
    expect(reversed(source, destination).apply(there)).toBe('foo.a.b.c.d');
    expect(() => reversed('foo.*.*', 'x.$1')).toThrow('not using all of the token wildcard(s) in x.$1');
  });
});

const token = fc.constantFrom('a', 'b', '*');
const pattern = fc
  .tuple(fc.array(token, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([tokens, full]) => [...tokens, ...(full ? ['>'] : [])].join('.'));

/** Every subject of up to five tokens: more than the patterns can tell apart. */
const subjects: string[] = [];
for (let level = ['']; level.length <= 3 ** 5; ) {
  level = level.flatMap((prefix) => ['a', 'b', 'c'].map((last) => (prefix === '' ? last : `${prefix}.${last}`)));
  subjects.push(...level);
}

describe('patterns', () => {
  it('are subsets and overlap as the subjects that they match', () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const ofOne = subjects.filter((subject) => matches(one, subject));
        expect(isSubset(one, other)).toBe(ofOne.every((subject) => matches(other, subject)));
        expect(overlaps(one, other)).toBe(ofOne.some((subject) => matches(other, subject)));
      }),
    );
  });
});
