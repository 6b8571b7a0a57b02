import { hasWildcard, matches } from '@skein/subjects';

/** One or several patterns, of which a subject has to match one. Made once a consumer; compared by identity. */
export class SubjectFilter {
  readonly patterns: readonly string[];
  /** The patterns, when none has a wildcard: then nothing else can match. */
  readonly literals: readonly string[] | undefined;

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
    this.literals = patterns.some(hasWildcard) ? undefined : patterns;
  }

  matches(subject: string): boolean {
    for (const pattern of this.patterns) if (pattern === subject || matches(pattern, subject)) return true;
    return false;
  }
}

/**
 * The last of one pattern: each slice of a purge has the same, twice, and whether a name matches is remembered for the filter that it was
 * asked for.
 */
let last: SubjectFilter | undefined;

/** Undefined where everything matches, so that nothing has to be compared. */
export function subjectFilter(patterns: readonly string[]): SubjectFilter | undefined {
  if (patterns.length === 0 || patterns.includes('>')) return undefined;
  if (patterns.length > 1) return new SubjectFilter(patterns);
  if (last?.patterns[0] !== patterns[0]) last = new SubjectFilter(patterns);
  return last;
}
