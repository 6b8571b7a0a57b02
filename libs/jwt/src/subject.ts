/** Whether all that the pattern `subject` matches is matched by `other` too. */
export function isContainedIn(subject: string, other: string): boolean {
  return areContainedIn(subject.split('.'), other.split('.'));
}

/** The same of subjects as tokens: for who compares thousands with each other. */
export function areContainedIn(mine: readonly string[], others: readonly string[]): boolean {
  for (let i = 0; i < others.length; i++) {
    if (i >= mine.length) return false;
    if (others[i] === '>' && i === others.length - 1) return true;
    if (mine[i] === '>' || (others[i] !== '*' && others[i] !== mine[i])) return false;
  }
  return mine.length === others.length;
}

/** A local subject with `$1`, `$2` for the wildcards of another, as the pattern that it is. */
export function withoutReferences(subject: string): string {
  return subject.replace(/(^|\.)\$\d+(?=\.|$)/g, '$1*');
}
