import { ShardStore } from '@skein/storage';
import { afterEach, expect, it, type TestContext, vi } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

const total = 2 ** 40;
let free: number;
let looked: () => void;

afterEach(() => {
  vi.restoreAllMocks();
});

async function startWithMessage({ onTestFinished }: TestContext): Promise<FakeNode> {
  free = total;
  looked = () => {};
  const node = await FakeNode.start(
    {},
    {
      lookAtDisk: async () => {
        looked();
        return { total, free };
      },
    },
  );
  onTestFinished(() => node.stop());
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  await node.ask('a', 'x'.repeat(256 * 1024));
  return node;
}

it('on a full disk, what was removed in an earlier life is given back too', async (context) => {
  const node = await startWithMessage(context);
  expect(await node.ask('$JS.API.STREAM.PURGE.S')).toMatchObject({ purged: 1 });
  free = 0;
  const reclaimed = new Promise<void>((resolve) => {
    vi.spyOn(ShardStore.prototype, 'reclaim').mockImplementation(async () => resolve());
  });
  await node.restart();
  await reclaimed;
});

it('on a full disk, what nobody has removed is not written anew: there is no room for that', async (context) => {
  const node = await startWithMessage(context);
  free = 0;
  const reclaim = vi.spyOn(ShardStore.prototype, 'reclaim').mockImplementation(async () => {});
  // The first look is before anything is open; what follows from the second is done before the third.
  const lookedThrice = new Promise<void>((resolve) => {
    let looks = 0;
    looked = () => {
      if (++looks === 3) resolve();
    };
  });
  await node.restart();
  await lookedThrice;
  expect(reclaim).not.toHaveBeenCalled();
});
