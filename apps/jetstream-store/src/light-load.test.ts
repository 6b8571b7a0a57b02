import { ShardStore } from '@skein/storage';
import { expect, it, vi } from 'vitest';
import { LightLoad } from './light-load.ts';
import { FakeNode } from './testing/fake-node.ts';

it('is light when there is much, and little was added', () => {
  const load = new LightLoad();
  const MIB = 1024 * 1024;
  const sizes = [0, 0.2, 0.9, 2, 2.6, 2.9, 0.1, 1.2, 1.1, 1.1];
  const light = [false, false, false, false, false, true, false, false, false, true];
  expect(sizes.map((size) => load.look(size * MIB))).toEqual(light);
});

it('has what was published written long before it has to be, once little is published', async () => {
  const written = Promise.withResolvers<void>();
  const { flush } = ShardStore.prototype;
  vi.spyOn(ShardStore.prototype, 'flush').mockImplementation(async function (this: ShardStore, applied) {
    await flush.call(this, applied);
    // The stream's creation has a record, too.
    if (applied === 2001) written.resolve();
  });
  const look = vi.spyOn(LightLoad.prototype, 'look');
  const node = await FakeNode.start();
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s'] });
  for (let i = 1; i < 2000; i++) node.publish('s', Buffer.alloc(1024));
  expect(await node.ask('s', 'last')).toMatchObject({ seq: 2000 });
  await written.promise;
  expect(look).toHaveLastReturnedWith(true);
  await node.stop();
  vi.restoreAllMocks();
});
