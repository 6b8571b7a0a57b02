import type { ChangeCursor } from '@skein/bus';
import { describe, expect, it } from 'vitest';
import { Replica } from './replica.ts';
import { Bench } from './testing/bench.ts';

/** `account subject weight` or `account subject queue weight`. */
function changes(...lines: string[]): ChangeCursor {
  let at = -1;
  const field = (index: number): string => {
    const words = lines[at].split(' ');
    return index === 2 && words.length === 3 ? '' : (words.at(index) as string);
  };
  return {
    next: () => ++at < lines.length,
    get account() {
      return field(0);
    },
    get subject() {
      return field(1);
    },
    get queue() {
      return field(2);
    },
    get weight() {
      return Number(field(-1));
    },
  };
}

function setUp() {
  const { gateway } = new Bench();
  const known = (process: number): string[] =>
    [...gateway.accounts.values()].flatMap(({ name, remoteEntries }) =>
      Array.from(
        remoteEntries.get(process)?.entries() ?? [],
        ([pattern, { weight }]) => `${name} ${pattern} ${weight}`,
      ),
    );
  return { gateway, replica: new Replica(gateway), known };
}

describe('what another process wants', () => {
  it('is taken change by change', () => {
    const { replica, known } = setUp();
    replica.apply(2, changes('A foo 1', 'A foo q 3', 'B bar 2'), false, true);
    replica.apply(2, changes('A foo 5', 'B bar 0'), false, true);
    expect(known(2)).toEqual(['A foo 5', 'A foo q 3']);
  });

  it('is, after a whole picture, what that names and no more', () => {
    const { replica, known } = setUp();
    replica.apply(2, changes('A stays 1', 'A goes 1', 'A stays q 1', 'A stays left 1', 'B goes 1'), false, true);
    replica.apply(3, changes('A goes 1'), false, true);
    replica.begin(2);
    replica.apply(2, changes('A stays 1'), true, false);
    expect(known(2)).toContain('A goes 1');
    replica.apply(2, changes('A stays q 4', 'C new 1'), true, true);
    expect(known(2)).toEqual(['A stays 1', 'A stays q 4', 'C new 1']);
    expect(known(3)).toEqual(['A goes 1']);
  });

  it('is nothing after an empty picture', () => {
    const { replica, known } = setUp();
    replica.apply(2, changes('A foo 1'), false, true);
    replica.begin(2);
    replica.apply(2, changes(), true, true);
    expect(known(2)).toEqual([]);
  });

  it('is what the second picture names when the first was cut short', () => {
    const { replica, known } = setUp();
    replica.begin(2);
    replica.apply(2, changes('A first 1'), true, false);
    replica.begin(2);
    replica.apply(2, changes('A second 1'), true, true);
    expect(known(2)).toEqual(['A second 1']);
  });

  it('ends with the process, in the middle of a picture too', () => {
    const { gateway, replica, known } = setUp();
    replica.begin(2);
    replica.apply(2, changes('A foo 1', 'B foo q 1'), true, false);
    const account = gateway.account('A');
    const { generation } = account;
    replica.withdraw(2);
    expect(known(2)).toEqual([]);
    expect(account.generation).toBeGreaterThan(generation);
    // What comes late counts as a change, not as the rest of the picture.
    replica.apply(2, changes('A late 1'), false, true);
    expect(known(2)).toEqual(['A late 1']);
  });
});
