import { MemoryStreamStore } from '@skein/storage';
import { expect, it } from 'vitest';
import { checkStreamConfig } from './check-stream-config.ts';
import { draws } from './draws.ts';
import { Stream } from './stream.ts';

it('draws all over, and the same again', () => {
  const buckets = new Array(10).fill(0);
  for (let seed = 0; seed < 5000; seed++) buckets[Math.floor(draws(seed)() * 10)]++;
  for (const count of buckets) expect(Math.abs(count - 500)).toBeLessThan(120);
  const draw = draws(7);
  const again = draws(7);
  expect([draw(), draw()]).toEqual([again(), again()]);
});

it('a random transform gives the same subjects when the operations are applied again, in batches too', () => {
  const subjects = (): string[] => {
    const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
    const silent = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };
    const subject_transform = { src: 's', dest: 't.{{random(100)}}' };
    const config = checkStreamConfig({ name: 'S', subjects: ['s'], subject_transform, allow_atomic: true });
    const stream = Stream.create(store, config, silent, { isWanted: () => false });
    const message = { subject: 's', content: Buffer.alloc(0), headerBytes: 0 };
    for (let i = 0; i < 5; i++) stream.publish('s', message.content, 0, 1_790_000_000, i);
    stream.commitBatch('batch', [message, message, message], 1_790_000_000, 9);
    return Array.from({ length: 8 }, (_, i) => store.get(i + 1)?.subject ?? '');
  };
  const first = subjects();
  expect(subjects()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(4);
});

it('a batch is checked for the subjects that its messages will have', () => {
  const store = new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 });
  const silent = { stored: () => {}, removed: () => {}, purged: () => {}, republish: () => {} };
  const config = checkStreamConfig({
    name: 'S',
    subjects: ['s'],
    subject_transform: { src: 's', dest: 't.{{random(1000000)}}' },
    allow_atomic: true,
    discard: 'new',
    max_msgs_per_subject: 1,
    discard_new_per_subject: true,
  });
  const stream = Stream.create(store, config, silent, { isWanted: () => false });
  const message = { subject: 's', content: Buffer.alloc(0), headerBytes: 0 };
  expect(stream.commitBatch('batch', [message, message, message], 1_790_000_000, 0)).toBe(3);
});
