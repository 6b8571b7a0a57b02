import { ShardStore } from '@skein/storage';
import { afterEach, expect, it, vi } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('on a full disk, what was removed in an earlier life is given back too', async ({ onTestFinished }) => {
  const total = 2 ** 40;
  let free = total;
  const node = await FakeNode.start({}, { lookAtDisk: async () => ({ total, free }) });
  onTestFinished(() => node.stop());
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await node.ask('a', 'one');
  expect(await node.ask('$JS.API.STREAM.PURGE.S')).toMatchObject({ purged: 1 });
  free = 0;
  const reclaimed = new Promise<void>((resolve) => {
    vi.spyOn(ShardStore.prototype, 'reclaim').mockImplementation(async () => resolve());
  });
  await node.restart();
  await reclaimed;
});
