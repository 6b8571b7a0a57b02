import { expect, it } from 'vitest';
import { NewPages } from './new-pages.ts';

const CONTENT = 1000;
const content = (letter: string): Buffer => Buffer.alloc(CONTENT, letter);

/** Enough for three pages. */
function filled(letter: string): NewPages {
  const pages = new NewPages();
  for (let sequence = 1; sequence <= 51; sequence++) pages.append(sequence, 's', content(letter), 0, 1, 2);
  return pages;
}

it('what was handed out stays as it is, when the pages are on disk and others are made', () => {
  const before = filled('a');
  const got = [1, 20, 40].map((sequence) => before.get(sequence)?.content);
  before.recycle();
  for (let i = 0; i < 5; i++) filled('b').recycle();
  expect(got).toEqual([content('a'), content('a'), content('a')]);
});

it('memory that nobody has is used again', () => {
  for (let i = 0; i < 5; i++) filled('a').recycle();
  const memory = new Set([...filled('b')].map(({ records }) => records.buffer));
  const pages = filled('c');
  const known = [...pages].map(({ records }) => records.buffer);
  expect(known.some((buffer) => memory.has(buffer))).toBe(false);
  pages.recycle();
  expect([...filled('d')].some(({ records }) => known.includes(records.buffer))).toBe(true);
});

it('a page that others had before has its own messages', () => {
  for (let i = 0; i < 5; i++) filled('a').recycle();
  const pages = filled('b');
  for (let sequence = 1; sequence <= 51; sequence++) {
    expect(pages.get(sequence)).toEqual({
      ...{ sequence, subject: 's', content: content('b'), headerBytes: 0, seconds: 1, nanos: 2 },
    });
  }
});
