import { describe, expect, it } from 'vitest';
import { descendants, parseKib, parseStat } from './procfs.ts';

const stat = (pid: number, name: string, parent: number) =>
  `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 500 0 0 0 250 50 9 9 20 0 11 0 12345 1000 200`;

describe('parseStat', () => {
  it('reads names with spaces and parentheses, and adds user and system time', () => {
    expect(parseStat(stat(42, 'a (b) c', 7))).toEqual({ pid: 42, name: 'a (b) c', parent: 7, cpuSeconds: 3 });
  });
});

describe('parseKib', () => {
  const text = 'Rss:                5120 kB\nPss:                4096 kB\nPss_Dirty:           100 kB\n';
  it('reads the line with exactly that key', () => {
    expect(parseKib(text, 'Pss')).toBe(4096);
    expect(parseKib(text, 'Swap')).toBe(0);
  });
});

describe('descendants', () => {
  it('are children and their children, whatever the order, and no strangers', () => {
    const all = [
      stat(30, 'grandchild', 20),
      stat(1, 'init', 0),
      stat(20, 'child', 10),
      stat(10, 'root', 1),
      stat(11, 'stranger', 1),
    ];
    expect(descendants(all.map(parseStat), 10).map((each) => each.name)).toEqual(['root', 'child', 'grandchild']);
  });
});
