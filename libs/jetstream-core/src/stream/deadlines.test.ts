import { MemoryStreamStore } from '@skein/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';

const newStore = (): MemoryStreamStore => new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });

function due(deadlines: Deadlines, store: MemoryStreamStore, now: number): number[] {
  const taken: number[] = [];
  for (let one = deadlines.take(store, now); one !== undefined; one = deadlines.take(store, now)) taken.push(one);
  return taken;
}

it('gives what is due in the order of time, then of sequence, however many there are', () => {
  const step = fc.record({
    // Chunks fill, are let go of, and are taken from in turns.
    adds: fc.integer({ min: 0, max: 6000 }),
    span: fc.constantFrom(1, 50, 20_000),
    passes: fc.nat(8000),
    reopens: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const store = newStore();
      let deadlines = new Deadlines(store, 'deadline/');
      let naive: { millis: number; sequence: number }[] = [];
      let now = 0;
      let sequence = 0;
      for (const { adds, span, passes, reopens } of steps) {
        for (let i = 0; i < adds; i++) {
          const millis = now + ((i * 7919) % span);
          deadlines.add(++sequence, millis);
          naive.push({ millis, sequence });
        }
        if (reopens) {
          deadlines.save(store);
          deadlines = new Deadlines(store, 'deadline/');
        }
        now += passes;
        naive.sort((a, b) => a.millis - b.millis || a.sequence - b.sequence);
        expect(deadlines.first).toBe(naive[0]?.millis ?? Number.POSITIVE_INFINITY);
        const expected = naive.filter(({ millis }) => millis <= now);
        naive = naive.slice(expected.length);
        expect(due(deadlines, store, now)).toEqual(expected.map((one) => one.sequence));
      }
      expect(due(deadlines, store, Number.POSITIVE_INFINITY)).toEqual(naive.map((one) => one.sequence));
      deadlines.save(store);
      expect([...store.values('deadline/')]).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

it('opens without reading what is due later', () => {
  const store = newStore();
  const deadlines = new Deadlines(store, 'deadline/');
  for (let sequence = 1; sequence <= 100_000; sequence++) deadlines.add(sequence, sequence);
  deadlines.save(store);
  const read: string[] = [];
  const value = store.value.bind(store);
  store.value = (key) => {
    read.push(key);
    return value(key);
  };
  const opened = new Deadlines(store, 'deadline/');
  expect(opened.take(store, 1)).toBe(1);
  expect(read).toEqual(['deadline/index', 'deadline/newest', 'deadline/0']);
  expect([...store.values('deadline/')].length).toBeLessThan(30);
});

it('takes the place of chunks of which little is left', () => {
  const store = newStore();
  let deadlines = new Deadlines(store, 'deadline/');
  // One in a hundred stays for long.
  for (let sequence = 1; sequence <= 50_000; sequence++) {
    deadlines.add(sequence, sequence % 100 === 0 ? 1e9 : sequence);
    due(deadlines, store, sequence - 5000);
    if (sequence % 1000 === 0) {
      deadlines.save(store);
      deadlines = new Deadlines(store, 'deadline/');
    }
  }
  due(deadlines, store, 50_000);
  deadlines.save(store);
  expect([...store.values('deadline/')].length).toBeLessThan(6);
});
