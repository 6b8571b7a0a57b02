import { expect, it } from 'vitest';
import { ApiError } from '../api-error.ts';
import { AtomicBatches, type Staged } from './atomic-batches.ts';
import { BatchHeaders } from './batch-headers.ts';
import { checkStreamConfig } from './check-stream-config.ts';
import { headerBlock } from './header-block.ts';

const config = checkStreamConfig({ name: 'S', allow_atomic: true });

function add(batches: AtomicBatches, id: string, sequence: number, commit = '', bytes = 1, millis = 0): Staged {
  const lines = [`Nats-Batch-Id: ${id}`, `Nats-Batch-Sequence: ${sequence}`];
  const block = headerBlock(commit === '' ? lines : [...lines, `Nats-Batch-Commit: ${commit}`]);
  const content = Buffer.concat([block, Buffer.alloc(bytes)]);
  const headers = new BatchHeaders();
  headers.read(content, 0, block.length);
  return batches.add(headers, 'a', content, 0, content.length, block.length, config, millis);
}

const code = (staged: Staged): number | undefined => (staged instanceof ApiError ? staged.errorCode : undefined);

it('takes a thousand messages, and an end that is not stored', () => {
  const batches = new AtomicBatches();
  for (let sequence = 1; sequence <= 1000; sequence++) expect(add(batches, 'a', sequence)).toBe('kept');
  expect(add(batches, 'a', 1001, 'eob')).toMatchObject({ id: 'a', count: 1000 });
  for (let sequence = 1; sequence <= 1000; sequence++) add(batches, 'b', sequence);
  // As recorded of nats-server, also once the batch has gone.
  expect(code(add(batches, 'b', 1001, '1'))).toBe(10199);
  expect(code(add(batches, 'b', 1002, '1'))).toBe(10199);
  expect(batches.size).toBe(0);
});

it('holds so many bytes and no more', () => {
  const batches = new AtomicBatches();
  const megabyte = 1024 * 1024;
  for (let sequence = 1; sequence <= 63; sequence++) expect(add(batches, 'a', sequence, '', megabyte)).toBe('kept');
  expect(code(add(batches, 'b', 1, '', megabyte))).toBe(10199);
  expect(add(batches, 'a', 64, '1', 1)).toMatchObject({ id: 'a' });
  expect(add(batches, 'b', 1, '', megabyte)).toBe('kept');
});

it('ends a batch of which nothing came for ten seconds', () => {
  const ended: string[] = [];
  const batches = new AtomicBatches((id, reason) => ended.push(`${id} ${reason}`));
  add(batches, 'a', 1, '', 1, 0);
  add(batches, 'b', 1, '', 1, 0);
  add(batches, 'b', 2, '', 1, 5000);
  batches.abandon(9999);
  expect(ended).toEqual([]);
  batches.abandon(10_000);
  expect(ended).toEqual(['a timeout']);
  expect(code(add(batches, 'a', 2, '1'))).toBe(10176);
  expect(add(batches, 'b', 3, '1', 1, 10_000)).toMatchObject({ count: 3 });
});
