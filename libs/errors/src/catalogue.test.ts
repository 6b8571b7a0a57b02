import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { errorLine, errors, type ProtocolError } from './catalogue.ts';

/** Rows of the page's table: key, text, fate, when. */
const documented = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| `/.test(line))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

describe('docs/errors.md and the catalogue', () => {
  it('list the same errors, in the same order and words', () => {
    const catalogued = Object.entries<ProtocolError>(errors).map(([key, error]) => [
      `\`${key}\``,
      `\`${error.text}\``,
      error.closes ? 'closes' : 'stays',
      error.when,
    ]);
    expect(documented).toEqual(catalogued);
  });

  it('give every text once', () => {
    expect(new Set(documented.map(([, text]) => text)).size).toBe(documented.length);
  });
});

describe('an error about something', () => {
  it('names it', () => {
    expect(errors.publishPermissionsViolation.about('a.b')).toBe('Permissions Violation for Publish to "a.b"');
    expect(errors.subscriptionPermissionsViolation.about('a.*')).toBe(
      'Permissions Violation for Subscription to "a.*"',
    );
    expect(errors.queueSubscriptionPermissionsViolation.about('a', 'q')).toBe(
      'Permissions Violation for Subscription to "a" using queue "q"',
    );
    expect(errors.tooManySubjectTokens.about('a.b')).toBe(
      'Permissions Violation for Subscription to "a.b", too many tokens',
    );
  });

  it('takes each of them as a string', () => {
    expectTypeOf(errors.queueSubscriptionPermissionsViolation.about).parameters.toEqualTypeOf<
      [subject: string, queue: string]
    >();
  });
});

it('is told in one line', () => {
  expect(errorLine(errors.staleConnection.text)).toBe("-ERR 'Stale Connection'\r\n");
});
