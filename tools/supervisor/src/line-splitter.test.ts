import { expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

it('hands on complete lines only', () => {
  const out: string[] = [];
  const splitter = new LineSplitter((lines) => out.push(lines));
  for (const part of ['a', 'b\nc\nd', 'e', '\n', 'rest']) splitter.push(part);
  expect(out).toEqual(['ab\nc\n', 'de\n']);
  splitter.end();
  expect(out.at(-1)).toBe('rest\n');
});

it('cuts a line without end', () => {
  const out: string[] = [];
  const splitter = new LineSplitter((lines) => out.push(lines));
  for (let i = 0; i < 100; i++) splitter.push('x'.repeat(1000));
  expect(out).toHaveLength(1);
  expect(out[0].length).toBeLessThan(70_000);
});
