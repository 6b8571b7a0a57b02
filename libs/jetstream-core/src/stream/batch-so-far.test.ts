import { expect, it } from 'vitest';
import { BatchSoFar } from './batch-so-far.ts';

it('counts each message once, however often it is asked in between', () => {
  const batch = new BatchSoFar();
  expect(batch.on('s.a')).toBe(0);
  for (const id of ['', '1', '2']) {
    batch.add('s.a', 10, id);
    expect(batch.touches('s.*')).toBe(true);
  }
  batch.add('s.b', 10, '3');
  expect([batch.on('s.a'), batch.on('s.b'), batch.messages, batch.bytes]).toEqual([3, 1, 4, 40]);
  expect(['', '1', '3', '4'].map((id) => batch.hasId(id))).toEqual([false, true, true, false]);
  expect(batch.touches('t.>')).toBe(false);
});
