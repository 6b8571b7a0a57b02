import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWildcard, isLiteral, isValidPattern, matches, subjectFromText, subjectText } from './subject.ts';
import { type Interested, Sublist } from './sublist.ts';
import { overlaps } from './transform.ts';

const token = fc.constantFrom('a', 'b', 'foo', 'a*', '>x');
const literal = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'));
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([tokens, full]) => [...tokens, ...(full ? ['>'] : [])].join('.'));
const entry = fc.record({ subject: pattern, queue: fc.constantFrom('', 'q1', 'q2') });

/** The linear twin: every entry is asked for every subject. */
function naive(entries: Iterable<Interested>, subject: string) {
  const plain: Interested[] = [];
  const groups = new Map<string, Interested[]>();
  for (const e of entries) {
    if (!matches(e.subject, subject)) continue;
    if (e.queue === '') plain.push(e);
    else groups.set(e.queue, [...(groups.get(e.queue) ?? []), e]);
  }
  return { plain, groups };
}

describe('sublist', () => {
  it('matches what a linear search matches, after inserts and removals', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30 }),
        fc.array(fc.nat(40)),
        fc.array(literal),
        (all, gone, subjects) => {
          const list = new Sublist<Interested>();
          const live = new Set(all);
          const counts = new Map<string, number>();
          for (const e of all) {
            const key = `${e.subject} ${e.queue}`;
            counts.set(key, (counts.get(key) ?? 0) + 1);
            expect(list.insert(e)).toBe(counts.get(key));
          }
          for (const index of gone) {
            const e = all[index];
            if (e === undefined) continue;
            const shared = [...live].filter((other) => other.subject === e.subject && other.queue === e.queue).length;
            expect(list.remove(e)).toBe(live.delete(e) ? shared - 1 : -1);
          }
          expect(list.size).toBe(live.size);
          expect(new Set(list)).toEqual(live);
          const weights = new Map<string, number>();
          for (const e of live)
            weights.set(`${e.subject} ${e.queue}`, (weights.get(`${e.subject} ${e.queue}`) ?? 0) + 1);
          expect(new Map(Array.from(list.weights(), (w) => [`${w.subject} ${w.queue}`, w.weight]))).toEqual(weights);
          for (const subject of subjects) {
            const expected = naive(live, subject);
            const got = list.match(subject);
            expect(new Set(got.plain)).toEqual(new Set(expected.plain));
            expect(got.plain.length).toBe(expected.plain.length);
            expect(got.groups.length).toBe(expected.groups.size);
            for (const group of got.groups) {
              expect(new Set(group.members)).toEqual(new Set(expected.groups.get(group.name)));
            }
          }
        },
      ),
    );
  });

  it('knows whose patterns overlap, as a linear search does', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), pattern, (all, asked) => {
        const list = new Sublist<Interested>();
        for (const one of all) list.insert(one);
        const found = [...list.overlapping(asked)];
        expect(new Set(found)).toEqual(new Set(all.filter(({ subject }) => overlaps(subject, asked))));
        expect(found.length).toBe(new Set(found).size);
      }),
      { numRuns: 500 },
    );
  });

  it('says where all subjects of one more token have the same match', () => {
    const inbox = fc.constantFrom(
      '_I.a.x',
      '_I.a.y.z',
      '_I.a',
      '_I.*.x',
      '_I.*.*',
      '_I.a.>',
      '_I.>',
      '*.*.y',
      '>',
      '_I.b.*',
    );
    let [uniform, others] = [0, 0];
    fc.assert(
      fc.property(fc.array(inbox, { maxLength: 5 }), fc.array(fc.nat(4)), (patterns, gone) => {
        const list = new Sublist<Interested>();
        const entries = patterns.map((subject) => ({ subject, queue: '' }));
        for (const one of entries) list.insert(one);
        for (const index of gone) if (index < entries.length) list.remove(entries[index]);
        for (const prefix of ['_I.a', '_I.b', '_I']) {
          const [x, y, other] = ['x', 'y', 'other'].map((last) => new Set(list.match(`${prefix}.${last}`).plain));
          const isUniform = list.isUniformBelow(prefix);
          if (isUniform) {
            uniform++;
            expect([x, y]).toEqual([other, other]);
          } else others++;
          if (list.size === 0) expect(isUniform).toBe(true);
        }
      }),
    );
    expect(Math.min(uniform, others)).toBeGreaterThan(20);
  });

  it('knows where no pattern tells acknowledgements apart', () => {
    const pattern = fc.constantFrom(
      '$JS.ACK.>',
      '$JS.ACK.S.>',
      '$JS.ACK.S.C.>',
      '$JS.ACK.*.C.>',
      '$JS.ACK.S.C',
      '$JS.ACK.S.C.1.2',
      '$JS.ACK.S.C.*',
      '$JS.ACK.S.*.*.2',
      '$JS.ACK.S.C.*.>',
      '$JS.>',
      '>',
    );
    let [uniform, others] = [0, 0];
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), fc.array(fc.nat(3)), (patterns, gone) => {
        const list = new Sublist<Interested>();
        const entries = patterns.map((subject) => ({ subject, queue: '' }));
        for (const one of entries) list.insert(one);
        for (const index of gone) if (index < entries.length) list.remove(entries[index]);
        for (const prefix of ['$JS.ACK.S.C', '$JS.ACK.S.D']) {
          const matches = ['1', '1.2', '1.3', 'x.y.z'].map((rest) => new Set(list.match(`${prefix}.${rest}`).plain));
          const isUniform = list.isUniformBelow(prefix);
          if (isUniform) {
            uniform++;
            for (const match of matches) expect(match).toEqual(matches[0]);
          } else others++;
          if (list.size === 0) expect(isUniform).toBe(true);
        }
      }),
    );
    expect(Math.min(uniform, others)).toBeGreaterThan(20);
  });

  it('gives what has an empty token to nobody', () => {
    const list = new Sublist<Interested>();
    for (const subject of ['>', '*.*', 'a.>', '*']) list.insert({ subject, queue: '' });
    for (const subject of ['a..b', '.a', 'a.']) expect(list.match(subject).plain).toEqual([]);
    expect(list.match('a.b').plain.length).toBe(3);
  });

  it('keeps no trace of what was removed', () => {
    const list = new Sublist<Interested>();
    const entries = ['a.*.c', 'a.>', '*', 'a.b', '>'].map((subject) => ({ subject, queue: 'q' }));
    for (const e of entries) list.insert(e);
    for (const e of entries) expect(list.remove(e)).toBe(0);
    expect([...list]).toEqual([]);
    expect(list.match('a.b').groups).toEqual([]);
  });
});

describe('subjects', () => {
  it.each([
    ['foo', true, true],
    ['foo.bar', true, true],
    ['foo.*', true, false],
    ['foo.>', true, false],
    ['>', true, false],
    ['foo*', true, true],
    ['foo.>bar', true, true],
    ['', false, false],
    ['.foo', false, false],
    ['foo.', false, false],
    ['foo..bar', false, false],
    ['foo.>.bar', false, false],
    ['foo bar', false, false],
    ['foo\tbar', false, false],
  ])('%j: valid pattern %s, literal %s', (subject, valid, isLit) => {
    expect(isValidPattern(subject)).toBe(valid);
    expect(isLiteral(subject)).toBe(isLit);
  });

  it.each([
    ['foo.*', 'foo.bar', true],
    ['foo.*', 'foo', false],
    ['foo.*', 'foo.bar.baz', false],
    ['foo.>', 'foo', false],
    ['foo.>', 'foo.bar.baz', true],
    ['>', 'x', true],
    ['*.b', 'a.b', true],
    ['a', 'a', true],
    ['a', 'ab', false],
    ['>', 'a..b', false],
    ['a.>', 'a.b.', false],
    ['*.b', '.b', false],
  ])('%j against %j: %s', (p, subject, expected) => {
    expect(matches(p, subject)).toBe(expected);
  });

  it('carries UTF-8 through unchanged', () => {
    const text = 'grüße.日本.*';
    expect(subjectText(subjectFromText(text))).toBe(text);
    expect(hasWildcard(subjectFromText(text))).toBe(true);
    expect(subjectFromText('plain')).toBe('plain');
  });
});
