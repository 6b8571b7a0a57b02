import type { Peer } from '@skein/bus';
import { expect, it } from 'vitest';
import { ConnectionPages, type PageQuery } from './connection-pages.ts';
import type { GatewayConnection } from './gateway-connection.ts';

const gateway = (id: number): [number, Peer] => [id, { id, component: 'gateway', instance: id, address: '', pid: id }];
const query: PageQuery = { sort: 'cid', state: 'open', offset: 0, limit: 2, nowMs: 0 };
const named = (cid: number, more = {}) => ({ cid, account: '$G', user: '', ...more }) as unknown as GatewayConnection;

interface Describe {
  cids: number[];
  subscriptions?: string;
  from?: { subscription: number };
}
type Question = { pick: { count: number }; describe: Describe };

/** `answer`: to what a gateway is asked; undefined is no answer. */
function setUp(answer: (id: number, question: Question) => unknown) {
  const asked: [number, Question][] = [];
  const member = {
    peers: new Map([gateway(1), gateway(2)]),
    request: async (to: number | 'router', method: string, body: string) => {
      if (method === 'health') return '{}';
      const question: Question = JSON.parse(body);
      asked.push([to as number, question]);
      const text = JSON.stringify(await answer(to as number, question));
      if (text === undefined) throw new Error('timeout');
      return text;
    },
  };
  return { pages: new ConnectionPages(member, () => 0), asked, member };
}

it('asks for descriptions of the page alone, of the gateway that has them', async () => {
  const cids = new Map([
    [1, [1, 4, 6]],
    [2, [2, 3, 5]],
  ]);
  const { pages, asked } = setUp((id, { pick, describe }) =>
    pick
      ? { total: 3, cids: cids.get(id), keys: cids.get(id) }
      : { connections: describe.cids.map((cid: number) => named(cid)) },
  );
  const page = await pages.page({ ...query, offset: 2 });
  expect(page).toMatchObject({ total: 6, silent: 0, connections: [{ cid: 3 }, { cid: 4 }] });
  expect(asked.filter(([, { pick }]) => pick).map(([, { pick }]) => pick.count)).toEqual([4, 4]);
  expect(asked.filter(([, { describe }]) => describe).map(([id, { describe }]) => [id, describe.cids])).toEqual([
    [1, [4]],
    [2, [3]],
  ]);
});

it('puts subscriptions together that come in several answers', async () => {
  const { pages } = setUp((id, { pick, describe }) => {
    if (id === 2) return { total: 0, cids: [], keys: [] };
    if (pick) return { total: 2, cids: [7, 8], keys: [7, 8] };
    const { subscription } = describe.from ?? { subscription: 0 };
    if (subscription < 3) {
      const next = { cid: 0, subscription: subscription + 1 };
      return { connections: [named(7, { subscriptionsList: [`s${subscription}`] })], next };
    }
    return { connections: [named(7, { subscriptionsList: ['last'] }), named(8)] };
  });
  const { connections } = await pages.page({ ...query, subscriptions: 'subjects' });
  expect(connections).toMatchObject([{ cid: 7, subscriptionsList: ['s0', 's1', 's2', 'last'] }, { cid: 8 }]);
});

it('ends a list of subscriptions that has no end', async () => {
  const { pages, asked } = setUp((_id, { pick, describe }) => {
    if (pick) return { total: 1, cids: [7], keys: [7] };
    if (describe.subscriptions === undefined) return { connections: [named(7)] };
    return { connections: [named(7, { subscriptionsList: ['s'] })], next: { cid: 0, subscription: 1 } };
  });
  const { connections } = await pages.page({ ...query, limit: 1, subscriptions: 'subjects' });
  expect(connections[0].subscriptionsList).toHaveLength(10);
  expect(asked.filter(([, { describe }]) => describe)).toHaveLength(11);
});

it('asks gateways for few pages at a time', async () => {
  const gate = Promise.withResolvers<void>();
  const { pages, asked } = setUp(async () => {
    await gate.promise;
    return { total: 0, cids: [], keys: [] };
  });
  const all = Array.from({ length: 30 }, () => pages.page(query).catch((error: Error) => error.message));
  await Promise.resolve();
  expect(asked).toHaveLength(2 * 2);
  gate.resolve();
  const refused = (await Promise.all(all)).filter((one) => one === 'too many requests are waiting');
  expect(refused).toHaveLength(30 - 2 - 16);
});

it('forgets a gateway that has left, and remembers one that is silent by what was asked', async () => {
  let silent = false;
  const { pages, member } = setUp((id, { pick, describe }) => {
    if (id === 2 && silent) return undefined;
    const cid = id * 10;
    return pick
      ? { total: 500, cids: [cid], keys: [cid] }
      : { connections: describe.cids.map((one: number) => named(one, { user: `u${id}` })) };
  });
  await pages.page(query);
  silent = true;
  expect(await pages.page(query)).toMatchObject({ total: 1000, connections: [{ cid: 10 }, { cid: 20, staleMs: 0 }] });
  expect(await pages.page({ ...query, state: 'closed' })).toMatchObject({ total: 500, silent: 1 });
  expect((await pages.page({ ...query, user: 'u1' })).connections).toMatchObject([{ cid: 10 }]);
  member.peers.delete(2);
  expect(await pages.page(query)).toMatchObject({ total: 500, silent: 0, connections: [{ cid: 10 }] });
});

it('says which gateway each is with', async () => {
  const { pages } = setUp((id, { pick, describe }) =>
    pick ? { total: 1, cids: [id], keys: [id] } : { connections: describe.cids.map((cid: number) => named(cid)) },
  );
  const { connections } = await pages.page(query);
  expect(connections).toMatchObject([
    { cid: 1, gateway: 1 },
    { cid: 2, gateway: 2 },
  ]);
});
