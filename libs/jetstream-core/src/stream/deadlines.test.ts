import { MemoryStreamStore } from '@skein/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';

const due = (deadlines: Deadlines, store: MemoryStreamStore, now: number): number[] => {
  const taken: number[] = [];
  for (let one = deadlines.take(store, now); one !== undefined; one = deadlines.take(store, now)) taken.push(one);
  return taken;
};

it('gives what is due in the order of time, then of sequence; nothing of it is left in the store', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 40 }), fc.nat(25), fc.boolean(), (times, now, reopened) => {
      const store = new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
      let deadlines = new Deadlines(store, 'deadline/');
      times.forEach((millis, i) => {
        deadlines.add(store, i + 1, millis);
      });
      if (reopened) deadlines = new Deadlines(store, 'deadline/');
      const sorted = times.map((millis, i) => ({ millis, sequence: i + 1 })).sort((a, b) => a.millis - b.millis);
      const expected = sorted.filter(({ millis }) => millis <= now).map(({ sequence }) => sequence);
      expect(deadlines.first).toBe(sorted[0]?.millis ?? Number.POSITIVE_INFINITY);
      expect(due(deadlines, store, now)).toEqual(expected);
      expect([...store.values('deadline/')].length).toBe(times.length - expected.length);
      expect(due(new Deadlines(store, 'deadline/'), store, 100)).toEqual(
        sorted.slice(expected.length).map(({ sequence }) => sequence),
      );
    }),
  );
});
