import type { Peer } from '@skein/bus';
import { expect, it } from 'vitest';
import { Gather } from './gather.ts';

const gateway: Peer = { id: 3, component: 'gateway', instance: 1, address: '', pid: 9 };

function setUp() {
  const asked: (number | 'router')[] = [];
  const waited: number[] = [];
  const peers = new Map([[gateway.id, gateway]]);
  let answers = true;
  let now = 0;
  const member = {
    peers,
    request: async (to: number | 'router', _method: string, _body: string, timeoutMs: number) => {
      asked.push(to);
      waited.push(timeoutMs);
      if (to !== 'router' && !answers) throw new Error('timeout');
      return JSON.stringify({ from: to });
    },
  };
  const set = (values: { answers?: boolean; now?: number }): void => {
    answers = values.answers ?? answers;
    now = values.now ?? now;
  };
  return { gather: new Gather(member, () => now), asked, waited, peers, set };
}

it('asks once for all who ask at the same time, and again for who asks later', async () => {
  const { gather, asked } = setUp();
  const [one, two] = await Promise.all([gather.ask('stats'), gather.ask('stats')]);
  expect(asked).toEqual(['router', 3]);
  expect(two).toEqual(one);
  await gather.ask('stats');
  expect(asked).toHaveLength(4);
});

it('shows a process that does not answer as it was, and counts', async () => {
  const { gather, peers, set } = setUp();
  await gather.ask('stats');
  set({ answers: false, now: 700 });
  expect(await gather.ask('stats')).toMatchObject([{ ageMs: 0 }, { body: { from: 3 }, ageMs: 700 }]);
  await gather.ask('stats');
  expect(gather.staleAnswers()).toEqual([{ component: 'gateway', instance: 1, count: 2 }]);
  peers.clear();
  expect(await gather.ask('stats')).toHaveLength(1);
  expect(gather.staleAnswers()).toEqual([]);
});

it('waits longer for who has no last word to be shown, unless it was silent before', async () => {
  const { gather, waited, set } = setUp();
  const put = (body: string) => gather.put({ method: 'x', body, component: 'gateway' });
  await put('a');
  await put('a');
  set({ answers: false });
  expect((await put('b')).silent).toEqual([gateway]);
  await put('b');
  await put('c');
  set({ answers: true });
  await put('c');
  await put('d');
  expect(waited).toEqual([1000, 150, 1000, 150, 150, 150, 1000]);
});

it('asks a process that has just come as soon as it is linked', async () => {
  const links = new Map<number, never>();
  const member = {
    peers: new Map([[gateway.id, gateway]]),
    links,
    request: async () => {
      if (!links.has(gateway.id)) throw new Error('no connection');
      return '{}';
    },
  };
  let looked = 0;
  const gather = new Gather(member, () => {
    if (++looked === 3) links.set(gateway.id, undefined as never);
    return looked;
  });
  expect((await gather.put({ method: 'x', component: 'gateway' })).silent).toEqual([]);
});

it('keeps last words up to a sum of bytes: the oldest are forgotten', async () => {
  const long = 'x'.repeat(200_000);
  let answers = true;
  const member = {
    peers: new Map([[gateway.id, gateway]]),
    request: async () => {
      if (!answers) throw new Error('timeout');
      return JSON.stringify(long);
    },
  };
  const gather = new Gather(member, () => 1);
  const put = (body: string) => gather.put({ method: 'x', body, component: 'gateway' });
  for (let i = 0; i < 100; i++) await put(String(i));
  answers = false;
  expect((await put('0')).silent).toEqual([gateway]);
  expect((await put('99')).answers).toHaveLength(1);
  expect((await put('30')).answers).toHaveLength(1);
});
