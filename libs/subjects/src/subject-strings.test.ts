import { expect, it } from 'vitest';
import { SubjectStrings } from './subject-strings.ts';

it('gives each subject as it is, however many there are', () => {
  const strings = new SubjectStrings();
  const subjects = Array.from({ length: 30_000 }, (_, i) => `a.${i}.${'x'.repeat(i % 300)}\u00e9`);
  for (let round = 0; round < 2; round++) {
    for (const subject of subjects) {
      const bytes = Buffer.from(`PUB ${subject} 1`, 'latin1');
      expect(strings.of(bytes, 4, 4 + subject.length)).toBe(subject);
    }
  }
});
