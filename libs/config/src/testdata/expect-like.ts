import { expect } from 'vitest';
import { outcome } from './io.ts';

/** Where nats-server names no place (or the beginning of the line, for want of a better one) ours may be more exact. */
export function expectLike(run: () => unknown, expected: string[]): void {
  const silent = (): string => {
    run();
    return '';
  };
  const said = String(outcome(silent))
    .split('\n')
    .filter((line) => line !== '');
  const place = /^f\.conf:\d+:\d+: /;
  const vague = expected.filter((line) => !place.test(line) || line.startsWith('f.conf:1:0: '));
  const bare = (lines: string[]): string[] => lines.map((line) => line.replace(place, '')).sort();
  if (vague.length > 0) expect(bare(said)).toEqual(bare(expected));
  else expect(said.sort()).toEqual(expected);
}
