import { hasWildcard, matches } from '@skein/subjects';
import { covers, overlaps } from './pattern.ts';

/** Subjects and patterns of a rule. */
export class SubjectSet {
  private readonly literals = new Set<string>();
  private readonly patterns: string[] = [];

  constructor(subjects: Iterable<string>) {
    for (const subject of subjects) {
      if (hasWildcard(subject)) this.patterns.push(subject);
      else this.literals.add(subject);
    }
  }

  /** Whether one of them matches; a pattern given is read as if it were a literal subject. */
  has(subject: string): boolean {
    if (this.literals.has(subject)) return true;
    for (const pattern of this.patterns) if (matches(pattern, subject)) return true;
    return false;
  }

  covers(pattern: string): boolean {
    return this.literals.has(pattern) || this.patterns.some((outer) => covers(outer, pattern));
  }

  overlaps(pattern: string): boolean {
    for (const literal of this.literals) if (overlaps(literal, pattern)) return true;
    return this.patterns.some((other) => overlaps(other, pattern));
  }
}
