import type { FindAnswer, JetStreamOverview, StreamDetail, StreamsAnswer } from '@skein/jetstream-core';
import type { StoreFigures } from '@skein/metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { totalLimits } from './monitoring.ts';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

const create = (name: string, config: object) => node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, ...config });
const consume = (stream: string, name: string) =>
  node.ask(`$JS.API.CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config: { name, durable_name: name } });
const streams = (more: object = {}): StreamsAnswer =>
  node.tell('jetstream-streams', {
    ...{ account: '$G', from: { stream: 0, consumer: 0 }, consumers: true, direct: true, config: false },
    ...more,
  });

it('tells how much of what there is', async () => {
  await create('S', { subjects: ['a'], max_bytes: 1000 });
  await create('M', { subjects: ['m'], storage: 'memory', max_bytes: 300 });
  await create('T', { subjects: ['t'] });
  for (const subject of ['a', 'a', 'm', 't']) await node.ask(subject, 'body');
  await consume('S', 'C');
  const { accounts, troubles } = node.tell<JetStreamOverview>('jetstream');
  const { memory = 0, storage = 0 } = accounts[0] ?? {};
  expect(accounts).toEqual([
    {
      account: '$G',
      ...{ memory, storage, reserved: { memory: 300, storage: 1000 }, limits: { memory: -1, storage: -1 } },
      ...{ streams: 3, consumers: 1, messages: 4, bytes: memory + storage, api: { total: 4, errors: 0 } },
    },
  ]);
  expect([memory > 0, storage > 2 * memory]).toEqual([true, true]);
  expect(troubles).toEqual([]);
});

it('shows a stream as /jsz does', async () => {
  await create('S', { subjects: ['a'], metadata: { owner: 'x' } });
  await node.ask('a', 'body');
  await consume('S', 'C');
  const [stream] = streams().streams as [StreamDetail & { state: object }];
  expect(Object.keys(stream)).toEqual(['name', 'created', 'cluster', 'state', 'consumer_detail']);
  expect(stream).toMatchObject({ name: 'S', cluster: { leader: 'alpha' }, state: { messages: 1, consumer_count: 1 } });
  expect(stream.consumer_detail).toMatchObject([{ stream_name: 'S', name: 'C', num_pending: 1 }]);
  expect(stream.consumer_detail?.[0]).not.toHaveProperty('config');
  const [configured] = streams({ config: true }).streams as [StreamDetail & { config: { metadata: object } }];
  expect(configured.config.metadata).toEqual({ owner: 'x', '_nats.req.level': '0' });
  expect(configured.consumer_detail).toMatchObject([{ config: { durable_name: 'C' } }]);
  expect(streams({ consumers: false }).streams[0]).not.toHaveProperty('consumer_detail');
  expect(streams({ account: 'nobody' })).toEqual({ streams: [] });
});

it('tells what a stream takes from', async () => {
  await create('S', { subjects: ['a'] });
  await create('M', { mirror: { name: 'S' } });
  const told = streams({ consumers: false }).streams.map((one) => [one.name, Object.keys(one).slice(-1)[0]]);
  expect(told).toEqual([
    ['M', 'mirror'],
    ['S', 'state'],
  ]);
  expect(streams().streams[0]).toMatchObject({ mirror: { name: 'S', lag: 0 } });
});

it('says the rest in further answers, from where the last one ended', async () => {
  const description = 'x'.repeat(4000);
  const names = Array.from({ length: 600 }, (_, i) => `C${i}`);
  for (const stream of ['S', 'T', 'U']) await create(stream, { subjects: [stream], description });
  for (const name of names) {
    const config = { name, durable_name: name, description };
    await node.ask(`$JS.API.CONSUMER.CREATE.T.${name}`, { stream_name: 'T', config });
  }
  const first = streams({ config: true });
  expect(first.streams.map(({ name }) => name)).toEqual(['S', 'T']);
  expect(first.next?.stream).toBe(1);
  const further: StreamDetail[] = [...first.streams];
  for (let { next } = first; next !== undefined; ) {
    const answer: StreamsAnswer = streams({ config: true, from: next });
    further.push(...answer.streams);
    next = answer.next;
  }
  expect(further.at(-1)?.name).toBe('U');
  const consumers = further.filter(({ name }) => name === 'T').flatMap(({ consumer_detail = [] }) => consumer_detail);
  expect(consumers.map((one) => (one as { name: string }).name)).toEqual(names.toSorted());
});

it('names are text outside', async () => {
  await create('Straße', { subjects: ['a'] });
  expect(streams().streams.map(({ name }) => name)).toEqual(['Straße']);
  const found = node.tell<FindAnswer>('jetstream-find', { account: '$G', stream: 'Straße', consumer: '' });
  expect(found).toEqual({ stream: true, consumer: false });
});

it('counts what shards hold and how long their disk takes', async () => {
  await create('S', { subjects: ['a'] });
  await node.ask('a', 'body');
  const { store } = node.figures() as { store: StoreFigures };
  expect(store).toMatchObject({ streams: 1, consumers: 0, shardsServing: 1, shardsFailed: 0, waitingRecords: 0 });
  expect(store.dirtyBytes).toBeGreaterThan(0);
  const syncs = store.syncSeconds.counts.reduce((a, b) => a + b, 0);
  expect(syncs).toBeGreaterThanOrEqual(2);
});

it('finds streams and consumers', async () => {
  await create('S', { subjects: ['a'] });
  await consume('S', 'C');
  const find = (account: string, stream: string, consumer: string) =>
    node.tell<FindAnswer>('jetstream-find', { account, stream, consumer });
  expect(find('$G', 'S', 'C')).toEqual({ stream: true, consumer: true });
  expect(find('$G', 'S', 'D')).toEqual({ stream: true, consumer: false });
  expect(find('$G', 'T', 'C')).toEqual({ stream: false, consumer: false });
  expect(find('A', 'S', 'C')).toEqual({ stream: false, consumer: false });
});

it('a limit of no tier is none of all', () => {
  const tier = (memoryBytesMax: number, fileBytesMax: number) => ({ memoryBytesMax, fileBytesMax }) as never;
  expect(totalLimits({ R1: tier(1, -1), R3: tier(2, 5) })).toEqual({ memory: 3, storage: -1 });
  expect(totalLimits()).toEqual({ memory: 0, storage: 0 });
});
