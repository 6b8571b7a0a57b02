import { MemoryStreamStore } from '@skein/storage';
import { afterEach, expect, it, vi } from 'vitest';
import { purgeSlices, SlicePace } from './purge-slices.ts';
import { FakeNode } from './testing/fake-node.ts';

const nodes: FakeNode[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

function filled(messages: number): MemoryStreamStore {
  const store = new MemoryStreamStore({ overheadBytes: 0, headerOverheadBytes: 0 });
  for (let sequence = 1; sequence <= messages; sequence++) {
    store.append(sequence, sequence % 2 === 0 ? 'even' : 'odd', Buffer.alloc(0), 0, 0, 0);
  }
  return store;
}

/** So far apart, from the first on. */
const every = (step: number, to: number): number[] =>
  Array.from({ length: (to - 1) / step }, (_, i) => (i + 1) * step + 1);

/** What each slice goes up to, where nothing is removed meanwhile but what it names. */
function bounds(store: MemoryStreamStore, purge: Parameters<typeof purgeSlices>[1]): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (const slice of purgeSlices(store, purge, { messages: 512 })) {
    if (slice === undefined) continue;
    found.push(slice.seq);
    const { filter, from = store.first, seq } = slice;
    for (let at = from; at < (seq ?? 0); at++) {
      if (filter === undefined || store.get(at)?.subject === filter) store.remove(at);
    }
  }
  return found;
}

it.each([
  ['a few at once', 10, { filter: 'even' }, [undefined]],
  ['everything at once', 20_000, {}, [undefined]],
  ['those of a subject in slices', 20_000, { filter: 'even' }, [...every(1024, 19_457), 20_001]],
  ['those below a sequence in slices', 20_000, { seq: 9000 }, [...every(512, 8705), 9000]],
  ['all but the newest in slices', 20_000, { keep: 15_000 }, [...every(512, 4609), 5001]],
  ['all but the newest of a subject', 20_000, { filter: 'odd', keep: 9000 }, [1024, 2001]],
  ['nothing, where more are to be kept than there are', 20_000, { keep: 30_000 }, []],
  ['at once what is refused', 20_000, { seq: 5, keep: 5 }, [5]],
])('removes %s', (_, messages, purge, expected) => {
  expect(bounds(filled(messages), purge)).toEqual(expected);
});

it('looks for what is rare a stretch at a time, and goes on where it was', () => {
  const store = filled(39_000);
  store.append(39_001, 'rare.one', Buffer.alloc(0), 0, 0, 0);
  store.append(39_500, 'rare.two', Buffer.alloc(0), 0, 0, 0);
  store.append(50_000, 'odd', Buffer.alloc(0), 0, 0, 0);
  const slices = [...purgeSlices(store, { filter: 'rare.*' }, { messages: 512 })];
  expect(slices).toEqual([undefined, undefined, { filter: 'rare.*', from: 32_769, seq: 49_153 }, undefined]);
});

it('looks for the newest that stay a stretch at a time', () => {
  const slices = [...purgeSlices(filled(20_000), { keep: 19_900 }, { messages: 512 })];
  expect(slices).toEqual([...Array.from({ length: 38 }, () => undefined), { seq: 101 }]);
});

it('takes as many at once as a millisecond allows', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const pace = new SlicePace(128);
    const take = (millis: number): number => {
      pace.measured(() => vi.advanceTimersByTime(millis / 2));
      pace.measured(() => vi.advanceTimersByTime(millis / 2));
      pace.next();
      return pace.messages;
    };
    expect([0, 1, 0, 0, 4, 1000, 4, 2].map(take)).toEqual([256, 256, 512, 512, 256, 128, 64, 64]);
  } finally {
    vi.useRealTimers();
  }
});

it('lets others have their turn, and tells how many went in all', async () => {
  const node = await FakeNode.start();
  nodes.push(node);
  for (const name of ['S', 'T']) {
    await node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [`${name}.*`], storage: 'memory' });
  }
  for (let i = 0; i < 10_000; i++) node.publish('S.a', 'x');
  await node.ask('S.b', 'x');
  const order: string[] = [];
  const purged = node.ask('$JS.API.STREAM.PURGE.S', { filter: 'S.a' }).then((answer) => {
    order.push('purged');
    return answer;
  });
  await node.ask('T.a', 'x').then(() => order.push('published'));
  expect(await purged).toMatchObject({ success: true, purged: 10_000 });
  expect(order).toEqual(['published', 'purged']);
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ state: { messages: 1 } });
});
