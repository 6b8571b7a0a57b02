/** Whether a subject matches a pattern, said as plainly as can be: the twin that the product's sublist is held against. */
export function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  for (const [i, token] of wanted.entries()) {
    if (token === '>') return tokens.length > i;
    if (i >= tokens.length || (token !== '*' && token !== tokens[i])) return false;
  }
  return wanted.length === tokens.length;
}

/** Some subject that the pattern matches. */
export const literal = (pattern: string): string => pattern.replace(/[*>]/g, '1');
