import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import { DuplicateWindow } from './duplicate-window.ts';

const WINDOW = 1000;
const store = (): MemoryStreamStore => new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
const chunks = (of: MemoryStreamStore): number => [...of.values('duplicates/')].length;

it('knows an id until the window is over', () => {
  const window = new DuplicateWindow(store());
  window.add('a', 1, 5000);
  expect(window.find('a', 5999, WINDOW)).toBe(1);
  expect(window.find('b', 5999, WINDOW)).toBe(0);
  expect(window.find('a', 6000, WINDOW)).toBe(0);
  expect(window.size).toBe(0);
});

it('knows an id that came again after its window from then on', () => {
  const window = new DuplicateWindow(store());
  window.add('a', 1, 0);
  expect(window.find('a', 1000, WINDOW)).toBe(0);
  window.add('a', 2, 1000);
  expect(window.find('a', 1999, WINDOW)).toBe(2);
});

it('knows it after a restart, too, when the first time is forgotten', () => {
  const of = store();
  const window = new DuplicateWindow(of);
  window.add('a', 1, 0);
  window.find('a', 1000, WINDOW);
  window.add('a', 2, 1000);
  window.save(of);
  expect(new DuplicateWindow(of).find('a', 1999, WINDOW)).toBe(2);
});

it('is the same after it was saved and read, however often', () => {
  const of = store();
  let window = new DuplicateWindow(of);
  for (let sequence = 1; sequence <= 3000; sequence++) {
    window.add(`id ${sequence}`, sequence, sequence);
    if (sequence % 700 === 0) {
      window.save(of);
      window = new DuplicateWindow(of);
    }
    expect(window.find(`id ${Math.max(1, sequence - 998)}`, sequence, WINDOW)).toBe(Math.max(1, sequence - 998));
    expect(window.find(`id ${sequence - 1000}`, sequence, WINDOW)).toBe(0);
  }
});

it('keeps no more in the store than the window, to a chunk', () => {
  const of = store();
  const window = new DuplicateWindow(of);
  for (let sequence = 1; sequence <= 20_000; sequence++) {
    window.find('', sequence, WINDOW);
    window.add(`${sequence}`, sequence, sequence);
    if (sequence % 100 === 0) window.save(of);
  }
  expect(window.size).toBe(1000);
  expect(chunks(of)).toBeLessThanOrEqual(4);
});

it('may be saved seldom, or late', () => {
  const of = store();
  const window = new DuplicateWindow(of);
  const pass = (from: number, to: number): void => {
    for (let sequence = from; sequence <= to; sequence++) {
      window.find('', sequence, WINDOW);
      window.add(`${sequence}`, sequence, sequence);
    }
  };
  pass(1, 600);
  window.save(of);
  pass(601, 20_000);
  window.save(of);
  expect(chunks(of)).toBeLessThanOrEqual(4);
  const read = new DuplicateWindow(of);
  expect(read.find('19001', 20_000, WINDOW)).toBe(19_001);
  expect(read.find('20000', 20_000, WINDOW)).toBe(20_000);
  expect(read.find('19000', 20_000, WINDOW)).toBe(0);
  expect(read.size).toBe(1000);
});

it('writes a chunk that is full once only', () => {
  const of = store();
  const window = new DuplicateWindow(of);
  for (let sequence = 1; sequence <= 600; sequence++) window.add(`${sequence}`, sequence, 0);
  window.save(of);
  const [first] = of.values('duplicates/');
  window.add('more', 601, 0);
  window.save(of);
  const [again] = of.values('duplicates/');
  expect(again?.[1]).toBe(first?.[1]);
});
