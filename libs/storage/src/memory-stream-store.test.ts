import { expect, it } from 'vitest';
import { MemoryStreamStore } from './memory-stream-store.ts';
import { streamStoreContract } from './stream-store.contract.ts';

streamStoreContract('in memory', {
  create: () => new MemoryStreamStore({ overheadBytes: 16, headerOverheadBytes: 0 }),
  overheadBytes: 16,
});

it('steps over any gap at once', () => {
  const store = new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
  const far = 2 ** 52;
  for (const sequence of [1, 2, far, far + 5000]) store.append(sequence, 's', Buffer.from('x'), 0, 0, 0);
  expect([store.next(3), store.previous(far - 1), store.count(3)]).toEqual([far, 2, 2]);
  store.remove(far);
  expect([store.next(3), store.previous(far + 4999), store.count(3)]).toEqual([far + 5000, 2, 1]);
  store.removeThrough(2);
  expect([store.first, store.last, store.messages]).toEqual([far + 5000, far + 5000, 1]);
});
