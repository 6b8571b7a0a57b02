import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClosedConnections } from './closed-connections.ts';
import type { Connection } from './connection.ts';
import type { ClosedRecord } from './connection-record.ts';
import { connz, DESCRIBED_MAX, type Described, type DescribeQuery, SUBSCRIPTIONS_MAX, TEXT_MAX } from './connz.ts';
import type { Picked, PickQuery } from './connz-pick.ts';
import type { Gateway } from './gateway.ts';

const figures = { rttMs: 0, inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0, user: '' };

function connection(cid: number, more: Record<string, unknown> = {}, subjects: string[] = []): Connection {
  const subscriptions = subjects.map((subject, i) => [
    `${i}`,
    { subject, queue: i === 1 ? 'q' : '', sid: `${i}`, delivered: i, max: 0 },
  ]);
  return {
    ...{ cid, ...figures, startedWallMs: 0, lastActiveWallMs: 0, output: { pendingBytes: 0 }, account: { name: '$G' } },
    ...{ origin: { kind: 'STANDARD', host: '::1', port: 1 }, tls: null, subscriptions: new Map(subscriptions as []) },
    options: { name: `n${cid}`, lang: '', version: '' },
    ...more,
  } as unknown as Connection;
}

const closedRecord = (cid: number, more: Partial<ClosedRecord> = {}): ClosedRecord =>
  ({
    cid,
    ...figures,
    name: '',
    lang: '',
    version: '',
    account: '$G',
    stopUnixMs: 0,
    reason: '',
    ...more,
  }) as ClosedRecord;

function gatewayWith(open: Connection[], closed: ClosedRecord[] = []): Gateway {
  const kept = new ClosedConnections();
  for (const record of closed) kept.add(record);
  const connections = new Map(open.map((one) => [one.cid, one]));
  return { connections, closed: kept, accounts: new Map([['A', { connections: new Set(open.slice(0, 1)) }]]) } as never;
}

const pick = (gateway: Gateway, query: Partial<PickQuery>): Picked =>
  connz(gateway, { pick: { sort: 'cid', state: 'open', count: 10, nowMs: 1000, ...query } }) as Picked;
const describe = (gateway: Gateway, query: DescribeQuery): Described =>
  connz(gateway, { describe: query }) as Described;

it('picks those that come first, ties by id, as sorting everything would', () => {
  const rows = fc.array(fc.record({ inMsgs: fc.nat(5), startedWallMs: fc.nat(5) }), { maxLength: 40 });
  fc.assert(
    fc.property(rows, fc.nat(45), fc.constantFrom('cid', 'msgs_from', 'uptime'), (all, count, sort) => {
      const open = all.map((one, i) => connection((i * 7) % 41, one));
      const { cids, keys, total } = pick(gatewayWith(open), { sort: sort as 'cid', count });
      const key = (one: Connection): number =>
        sort === 'cid' ? one.cid : sort === 'uptime' ? 1000 - one.startedWallMs : -one.inMsgs;
      const expected = open.toSorted((a, b) => key(a) - key(b) || a.cid - b.cid).slice(0, count);
      expect(total).toBe(open.length);
      expect(
        cids
          .map((cid, i) => [keys[i], cid])
          .toSorted(([a, b], [c, d]) => (a as number) - (c as number) || (b as number) - (d as number)),
      ).toEqual(expected.map((one) => [key(one), one.cid]));
    }),
  );
});

it('picks closed connections by when and why they ended', () => {
  const closed = [
    closedRecord(1, { stopUnixMs: 10, reason: 'Slow Consumer (Pending Bytes)' }),
    closedRecord(2, { stopUnixMs: 30, reason: 'Client Closed' }),
    closedRecord(3, { stopUnixMs: 20, reason: 'Stale Connection' }),
  ];
  const gateway = gatewayWith([connection(9)], closed);
  expect(pick(gateway, { state: 'closed', sort: 'stop', count: 1 })).toEqual({ total: 3, cids: [2], keys: [-30] });
  const byReason = pick(gateway, { state: 'closed', sort: 'reason', count: 2 });
  expect(byReason).toEqual({ total: 3, cids: [2, 1], keys: ['Client Closed', 'Slow Consumer (Pending Bytes)'] });
  expect(pick(gateway, { state: 'any' })).toMatchObject({ total: 4, cids: [9, 1, 2, 3] });
});

it('an account narrows what is counted, a user or an id only what is picked', () => {
  const gateway = gatewayWith([connection(1), connection(2, { user: 'u' })], [closedRecord(3, { account: 'A' })]);
  expect(pick(gateway, { user: 'u' })).toMatchObject({ total: 2, cids: [2] });
  expect(pick(gateway, { cid: 1 })).toMatchObject({ total: 2, cids: [1] });
  expect(pick(gateway, { account: 'A', state: 'any' })).toMatchObject({ total: 2, cids: [1, 3] });
  expect(pick(gateway, { account: 'B' })).toMatchObject({ total: 0, cids: [] });
});

it('describes open and closed connections, and not those it does not know', () => {
  const gateway = gatewayWith([connection(1, {}, ['a', 'b'])], [closedRecord(2, { reason: 'Client Closed' })]);
  const { connections, next } = describe(gateway, { cids: [2, 5, 1], subscriptions: 'detail' });
  expect(connections).toMatchObject([
    { cid: 2, reason: 'Client Closed' },
    { cid: 1, name: 'n1' },
  ]);
  expect(connections[1].subscriptionsDetail?.[1]).toEqual({ subject: 'b', queue: 'q', sid: '1', msgs: 1, max: 0 });
  expect(next).toBeUndefined();
  expect(() => describe(gateway, { cids: Array(DESCRIBED_MAX + 1).fill(1) })).toThrow('more than 1024 connections');
});

/** All answers, each within its bounds. */
function describeAll(gateway: Gateway, query: DescribeQuery): Described[] {
  const answers: Described[] = [];
  let from: DescribeQuery['from'];
  do {
    const answer = describe(gateway, { ...query, from });
    answers.push(answer);
    from = answer.next;
  } while (from !== undefined && answers.length < 100);
  return answers;
}

it('lists subscriptions in as many answers as they need, each once', () => {
  const subjects = Array.from({ length: SUBSCRIPTIONS_MAX * 2 + 5 }, (_, i) => `s.${i}`);
  const gateway = gatewayWith([connection(1, {}, ['first']), connection(2, {}, subjects), connection(3, {}, ['last'])]);
  const answers = describeAll(gateway, { cids: [1, 2, 3], subscriptions: 'subjects' });
  const listed = answers.map(({ connections }) => connections.flatMap((one) => one.subscriptionsList ?? []));
  expect(listed.map((list) => list.length)).toEqual([SUBSCRIPTIONS_MAX, SUBSCRIPTIONS_MAX, 7]);
  expect(listed.flat()).toEqual(['first', ...subjects, 'last']);
});

it('no answer is much longer than its bound, however long names and subjects are', () => {
  const long = 'x'.repeat(TEXT_MAX / 4);
  const longer = { options: { name: 'x'.repeat(TEXT_MAX + 1), lang: '', version: '' } };
  const gateway = gatewayWith([connection(1, {}, Array(10).fill(long)), connection(2, longer, ['a']), connection(3)]);
  const answers = describeAll(gateway, { cids: [1, 2, 3], subscriptions: 'subjects' });
  for (const answer of answers) expect(JSON.stringify(answer).length).toBeLessThan(3 * TEXT_MAX);
  const listed = answers.flatMap(({ connections }) => connections.flatMap((one) => one.subscriptionsList ?? []));
  expect(listed).toHaveLength(11);
  expect(new Set(answers.flatMap(({ connections }) => connections.map(({ cid }) => cid)))).toEqual(new Set([1, 2, 3]));
});

it('picks from the other end of the order', () => {
  const open = [1, 2, 3].map((cid) => connection(cid, { inMsgs: cid }));
  const gateway = gatewayWith(open, [closedRecord(4, { reason: 'a' }), closedRecord(5, { reason: 'b' })]);
  expect(pick(gateway, { sort: 'msgs_from', count: 1 }).cids).toEqual([3]);
  expect(pick(gateway, { sort: 'msgs_from', count: 1, reverse: true })).toEqual({ total: 3, cids: [1], keys: [1] });
  const byReason = pick(gateway, { sort: 'reason', state: 'closed', count: 1, reverse: true });
  expect(byReason).toEqual({ total: 2, cids: [5], keys: ['b'] });
});

it.each([
  ['ORDERS', [1]],
  ['carol', [2]],
  ['::1:7', [2]],
  ['3', [3]],
  ['slow', [3]],
  ['nothing like it', []],
])('finds %s in names, users, addresses, ids and reasons, and counts what it finds', (search, cids) => {
  const orders = connection(1, { options: { name: 'orders-1', lang: '', version: '' } });
  const carol = connection(2, { user: 'Carol', origin: { kind: 'STANDARD', host: '::1', port: 7 } });
  const gateway = gatewayWith([orders, carol], [closedRecord(3, { reason: 'Slow Consumer (Pending Bytes)' })]);
  expect(pick(gateway, { state: 'any', search })).toMatchObject({ total: cids.length, cids });
});

it('a subject narrows what is picked, in open and in closed connections', () => {
  const subscribed = [{ subject: 'x.>', queue: 'q', sid: '9', delivered: 3, max: 0 }];
  const closed = [closedRecord(3, { subscribed }), closedRecord(4)];
  const gateway = gatewayWith([connection(1, {}, ['foo.*']), connection(2, {}, ['x.y.z', 'b'])], closed);
  const cids = (filterSubject: string) => pick(gateway, { filterSubject, state: 'any' }).cids;
  expect(pick(gateway, { filterSubject: 'none', state: 'any' })).toMatchObject({ total: 4, cids: [] });
  for (const [filter, expected] of [
    ['foo.bar', [1]],
    ['*.bar', [1, 3]],
    ['x.*.z', [2, 3]],
    ['>', [1, 2, 3]],
    ['foo', []],
  ] as const) {
    expect([filter, cids(filter)]).toEqual([filter, expected]);
  }
});

it('a closed connection is described with what it was subscribed to', () => {
  const subscribed = [{ subject: 'a', queue: 'q', sid: '9', delivered: 3, max: 0 }];
  const gateway = gatewayWith([], [closedRecord(3, { subscribed })]);
  const [one] = describe(gateway, { cids: [3], subscriptions: 'detail' }).connections;
  expect(one).not.toHaveProperty('subscribed');
  expect(one.subscriptionsDetail).toEqual([{ subject: 'a', queue: 'q', sid: '9', msgs: 3, max: 0 }]);
  expect(describe(gateway, { cids: [3] }).connections[0]).not.toHaveProperty('subscriptionsList');
});
