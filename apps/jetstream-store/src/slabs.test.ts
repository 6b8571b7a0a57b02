import { expect, it } from 'vitest';
import { type Slab, Slabs } from './slabs.ts';

const KIB = 1024;

function fill(slabs: Slabs, messages: number, bytes: number): Slab[] {
  return Array.from({ length: messages }, () => slabs.take(bytes));
}

it('messages lie side by side', () => {
  const slabs = new Slabs();
  const first = slabs.take(100);
  expect(slabs.start).toBe(0);
  expect(slabs.take(50)).toBe(first);
  expect(slabs.start).toBe(100);
});

it('is used again when nothing lies in it any more, and no one else puts anything into it', () => {
  const slabs = new Slabs();
  const [one, two] = fill(slabs, 2, 32 * KIB);
  expect(two).toBe(one);
  const [three, four] = fill(slabs, 2, 32 * KIB);
  expect(three).not.toBe(one);
  one?.release();
  two?.release();
  expect(slabs.take(32 * KIB)).toBe(one);
  expect(slabs.start).toBe(0);
  three?.release();
  four?.release();
});

it('is not used again while something lies in it', () => {
  const slabs = new Slabs();
  const [one] = fill(slabs, 2, 32 * KIB);
  one?.release();
  const later = fill(slabs, 20, 32 * KIB);
  expect(later).not.toContain(one);
});

it('what is released while more is put into it is not given twice', () => {
  const slabs = new Slabs();
  const one = slabs.take(32 * KIB);
  one.release();
  const two = slabs.take(16 * KIB);
  expect(two).toBe(one);
  expect(slabs.start).toBe(32 * KIB);
  // It is still the one that is filled: the next one is another.
  const three = slabs.take(32 * KIB);
  expect(three).not.toBe(one);
  two.release();
  expect(slabs.take(40 * KIB)).toBe(one);
});

it('a large message has one of its own, which is not kept', () => {
  const slabs = new Slabs();
  const large = slabs.take(100 * KIB);
  expect(large.bytes.length).toBe(100 * KIB);
  const after = slabs.take(10);
  expect(after).not.toBe(large);
  large.release();
  expect(fill(slabs, 100, 64 * KIB)).not.toContain(large);
});
