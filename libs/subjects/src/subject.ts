// Subjects and patterns are held as strings with one character per byte on the wire ("latin1"): bytes survive unchanged
// and lengths are byte lengths. What a person reads is decoded by `subjectText`.

const DOT = 46;
const STAR = 42;
const FULL = 62;
const SPACE = 32;
const TAB = 9;

/** Whether a wildcard token (`*` anywhere, `>` at the end) stands in the pattern. */
export function hasWildcard(subject: string): boolean {
  const length = subject.length;
  for (let i = 0; i < length; i++) {
    const c = subject.charCodeAt(i);
    if (c !== STAR && c !== FULL) continue;
    const startsToken = i === 0 || subject.charCodeAt(i - 1) === DOT;
    const endsToken = i + 1 === length || subject.charCodeAt(i + 1) === DOT;
    if (startsToken && endsToken) return true;
  }
  return false;
}

/** A pattern one may subscribe to: no empty token, no blank, `>` only as the last token. */
export function isValidPattern(subject: string): boolean {
  const length = subject.length;
  if (length === 0) return false;
  let tokenStart = 0;
  for (let i = 0; i <= length; i++) {
    const c = i === length ? DOT : subject.charCodeAt(i);
    if (c === SPACE || c === TAB) return false;
    if (c !== DOT) continue;
    if (i === tokenStart) return false;
    if (i - tokenStart === 1 && subject.charCodeAt(tokenStart) === FULL && i !== length) return false;
    tokenStart = i + 1;
  }
  return true;
}

/** A valid pattern without wildcards: what a pedantic client may publish to. */
export function isLiteral(subject: string): boolean {
  return isValidPattern(subject) && !hasWildcard(subject);
}

/**
 * Whether a message on `subject` (read as a literal) belongs to a subscription on `pattern`. One with an empty token
 * belongs to nobody.
 */
export function matches(pattern: string, subject: string): boolean {
  let p = 0;
  let s = 0;
  for (;;) {
    const pEnd = tokenEnd(pattern, p);
    if (pEnd - p === 1 && pattern.charCodeAt(p) === FULL && pEnd === pattern.length) return !hasEmptyToken(subject);
    const sEnd = tokenEnd(subject, s);
    const star = pEnd - p === 1 && pattern.charCodeAt(p) === STAR && sEnd > s;
    if (!star && (pEnd - p !== sEnd - s || !sameBytes(pattern, p, subject, s, pEnd - p))) return false;
    const patternDone = pEnd === pattern.length;
    const subjectDone = sEnd === subject.length;
    if (patternDone || subjectDone) return patternDone && subjectDone;
    p = pEnd + 1;
    s = sEnd + 1;
  }
}

/** Published, such a subject reaches nobody. */
export function hasEmptyToken(subject: string): boolean {
  return subject.startsWith('.') || subject.endsWith('.') || subject.includes('..');
}

/** For people and JSON: the wire's bytes read as UTF-8. */
export function subjectText(latin1: string): string {
  for (let i = 0; i < latin1.length; i++) {
    if (latin1.charCodeAt(i) > 127) return Buffer.from(latin1, 'latin1').toString('utf8');
  }
  return latin1;
}

/** The reverse of `subjectText`. */
export function subjectFromText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) return Buffer.from(text, 'utf8').toString('latin1');
  }
  return text;
}

function tokenEnd(subject: string, from: number): number {
  const end = subject.indexOf('.', from);
  return end < 0 ? subject.length : end;
}

function sameBytes(a: string, aStart: number, b: string, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(aStart + i) !== b.charCodeAt(bStart + i)) return false;
  }
  return true;
}
