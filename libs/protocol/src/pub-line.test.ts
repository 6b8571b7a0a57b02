import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PubLine } from './pub-line.ts';

function keep(line: PubLine<string>, subject: string): boolean {
  const read = Buffer.from(`PUB ${subject} 0\r\n`, 'latin1');
  const same = line.keepSubject(read, 4, subject.length);
  // The read's buffer is lent: what comes into it next must not matter.
  read.fill(0);
  return same;
}

const kept = ({ subject, subjectLength }: PubLine<string>): string => subject.toString('latin1', 0, subjectLength);

describe('the subject of a publisher', () => {
  it.each([
    ['foo', 'foo', true],
    ['foo', 'bar', false],
    ['foo', 'fo', false],
    ['fo', 'foo', false],
    ['foo', 'foO', false],
    ['foo', `foo.${'x'.repeat(1000)}`, false],
    [`foo.${'x'.repeat(1000)}`, 'foo', false],
  ])('%s, then %s', (first, second, same) => {
    const line = new PubLine<string>();
    expect(keep(line, first)).toBe(false);
    line.route = 'worked out';
    expect(keep(line, second)).toBe(same);
    expect([kept(line), line.route]).toEqual([second, same ? 'worked out' : null]);
  });

  it('is known again, and its route with it, exactly when it is the one before', () => {
    const subject = fc.string({ minLength: 1, maxLength: 150, unit: fc.constantFrom('a', 'b', '.') });
    const subjects = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'a.b'), subject), { maxLength: 20 });
    fc.assert(
      fc.property(subjects, (said) => {
        const line = new PubLine<string>();
        for (const [i, text] of said.entries()) {
          expect(keep(line, text)).toBe(i > 0 && said[i - 1] === text);
          expect(kept(line)).toBe(text);
          expect(line.route).toBe(i > 0 && said[i - 1] === text ? text : null);
          line.route = text;
        }
      }),
    );
  });
});
