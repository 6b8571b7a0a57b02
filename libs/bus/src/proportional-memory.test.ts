import { expect, it } from 'vitest';
import { proportionalMemory } from './proportional-memory.ts';

it('counts shared pages by their share', () => {
  const rollup =
    '00400000-7ffd ---p 00000000 00:00 0 [rollup]\nRss:   45328 kB\nPss:    10602 kB\nPss_Dirty:  9132 kB\n';
  expect(proportionalMemory(() => rollup)).toBe(10602 * 1024);
});

it('is not known everywhere', () => {
  expect(proportionalMemory(() => undefined)).toBeUndefined();
  expect(proportionalMemory(() => 'Rss: 1 kB\n')).toBeUndefined();
});
