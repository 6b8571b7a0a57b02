import type { ConsumersAnswer, RowsAnswer } from '@skein/jetstream-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
  for (const [name, count] of [
    ['A', 3],
    ['B', 1],
    ['Ä', 2],
  ] as const) {
    await node.ask(`$JS.API.STREAM.CREATE.${name}`, { name, subjects: [name] });
    for (let i = 0; i < count; i++) await node.ask(name, `${i}`);
  }
  const config = { name: 'C', durable_name: 'C', ack_policy: 'explicit' };
  await node.ask('$JS.API.CONSUMER.CREATE.A.C', { stream_name: 'A', config });
});

afterEach(() => node.stop());

const rows = (question: object = {}): RowsAnswer =>
  node.tell('jetstream-rows', { search: '', sort: 'name', rising: true, limit: 9, ...question });
const names = (question: object): string =>
  rows(question)
    .rows.map(({ stream }) => stream)
    .join();

it('lists streams in the order that is asked for', () => {
  expect(names({})).toBe('A,B,Ä');
  expect(names({ rising: false })).toBe('Ä,B,A');
  expect(names({ sort: 'messages', rising: true })).toBe('B,Ä,A');
  expect(names({ sort: 'messages', rising: false, limit: 1 })).toBe('A');
  expect(rows({ search: 'b' })).toMatchObject({ total: 1, rows: [{ stream: 'B', account: '$G', storage: 'file' }] });
});

it('tells how far consumers are behind', async () => {
  const told = (): object => rows({ search: 'a $' }).rows[0] ?? {};
  expect(told()).toMatchObject({ consumers: 1, behind: 3, unacknowledged: 0 });
  const first = await node.request('$JS.API.CONSUMER.MSG.NEXT.A.C', '1');
  expect(told()).toMatchObject({ behind: 2, unacknowledged: 1 });
  const consumers = (): ConsumersAnswer =>
    node.tell('jetstream-consumers', { account: '$G', stream: 'A', offset: 0, limit: 9 });
  const [consumer] = consumers().consumers;
  expect(consumer).toMatchObject({ name: 'C', isPush: false, pending: 2, unacknowledged: 1, waiting: 0 });
  expect(Date.now() - (consumer?.oldestMs ?? 0)).toBeLessThan(60_000);
  await node.request(first.reply, '+ACK');
  expect(consumers()).toMatchObject({ total: 1, consumers: [{ unacknowledged: 0, oldestMs: 0 }] });
  expect(node.tell('jetstream-consumers', { account: '$G', stream: 'nope', offset: 0, limit: 9 })).toEqual({
    total: 0,
    consumers: [],
  });
});
