import { matches } from '@skein/subjects';

/** Whether some subject belongs to both patterns. */
export function overlaps(a: string, b: string): boolean {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; ; i++) {
    if (i === left.length || i === right.length) return left.length === right.length;
    if (left[i] === '>' || right[i] === '>') return true;
    if (left[i] !== right[i] && left[i] !== '*' && right[i] !== '*') return false;
  }
}

/** Whether every subject that belongs to `inner` belongs to `outer`. */
export function covers(outer: string, inner: string): boolean {
  // Read as a subject, a final `>` passes for the one token of a final `*`, though it stands for several.
  return matches(outer, inner) && !(endsIn(inner, '>') && !endsIn(outer, '>'));
}

function endsIn(pattern: string, wildcard: string): boolean {
  return pattern === wildcard || pattern.endsWith(`.${wildcard}`);
}
