import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'], allow_batched: true });
});

afterEach(() => node.stop());

const reply = (place: number, operation: number, mode = 'ok'): string => `in.box.4.${mode}.${place}.${operation}.$FI`;

it('acknowledges a fast batch so many at a time, and has it after a restart', async () => {
  const started = node.next(reply(1, 0));
  node.publish('a', '1', reply(1, 0));
  expect((await started).body).toBe('{"type":"ack","seq":0,"msgs":4}');
  const acknowledged = node.next(reply(4, 1));
  const committed = node.next(reply(5, 2));
  for (let place = 2; place <= 4; place++) node.publish('a', `${place}`, reply(place, 1));
  node.publish('a', '5', reply(5, 2));
  expect((await acknowledged).body).toBe('{"type":"ack","seq":4,"msgs":4}');
  expect((await committed).body).toBe('{"stream":"S","seq":5,"batch":"box","count":5}');
  await node.restart();
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ state: { messages: 5 } });
});

it('stores nothing behind a refusal that ends a batch', async () => {
  const ended = node.next(reply(2, 1, 'fail'));
  node.publish('a', '1', reply(1, 0, 'fail'));
  node.publish('a', '2', reply(2, 1, 'fail'), 'Nats-Expected-Last-Sequence: 9');
  node.publish('a', '3', reply(3, 1, 'fail'));
  expect((await ended).body).toContain('"type":"err","seq":2');
  expect(await node.ask('a', 'other')).toEqual({ stream: 'S', seq: 2 });
  await node.restart();
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ state: { messages: 2 } });
});

it('knows after a crash which batch was refused a message, and that others were not', async () => {
  const of = (id: string, place: number, operation: number): string => `in.${id}.4.fail.${place}.${operation}.$FI`;
  const ended = node.next(of('one', 2, 1));
  node.publish('a', '1', of('one', 1, 0));
  node.publish('a', '2', of('one', 2, 1), 'Nats-Expected-Last-Sequence: 9');
  node.publish('a', '3', of('one', 3, 1));
  expect((await ended).body).toContain('"type":"err","seq":2');
  const committed = node.next(of('two', 2, 2));
  node.publish('a', '4', of('two', 1, 0));
  node.publish('a', '5', of('two', 2, 2));
  expect((await committed).body).toContain('"seq":3,"batch":"two","count":2');
  const next = await node.crashed();
  expect(await next.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ state: { messages: 3, last_seq: 3 } });
  await next.stop();
});
