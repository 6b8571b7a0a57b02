import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;

beforeEach(async () => {
  node = await FakeNode.start();
});

afterEach(() => node.stop());

const create = (retention: string, more: object = {}) =>
  node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a.*'], retention, ...more });
const consumer = (name: string, more: object = {}) =>
  node.ask(`$JS.API.CONSUMER.CREATE.S.${name}`, {
    stream_name: 'S',
    config: { durable_name: name, ack_policy: 'explicit', ...more },
  });
const messages = async (): Promise<number> => {
  const { state } = (await node.ask('$JS.API.STREAM.INFO.S')) as { state: { messages: number } };
  return state.messages;
};
/** Takes one message and acknowledges it, asking for confirmation. */
async function work(name: string): Promise<string> {
  const { body, reply } = await node.request(`$JS.API.CONSUMER.MSG.NEXT.S.${name}`, '1');
  await node.request(reply, '+ACK');
  return body;
}

/** The same, once more after a restart: what the journal says has to give the same messages. */
async function expectMessages(expected: number): Promise<void> {
  expect(await messages()).toBe(expected);
  const crashed = await node.crashed();
  const { state } = (await crashed.ask('$JS.API.STREAM.INFO.S')) as { state: { messages: number } };
  await crashed.stop();
  expect(state.messages).toBe(expected);
}

it('a work queue keeps a message until it is acknowledged', async () => {
  await create('workqueue');
  for (const body of ['1', '2', '3']) await node.ask('a.x', body);
  await consumer('C');
  expect(await work('C')).toBe('1');
  await expectMessages(2);
  expect(await node.ask('$JS.API.CONSUMER.DELETE.S.C')).toMatchObject({ success: true });
  await expectMessages(2);
});

it('interest keeps a message for everybody who wants it, and for nobody else', async () => {
  await create('interest');
  expect(await node.ask('a.x', 'nobody wants it')).toMatchObject({ seq: 1 });
  await expectMessages(0);
  await consumer('C');
  await consumer('D', { filter_subject: 'a.y' });
  await node.ask('a.x', 'for C');
  await node.ask('a.y', 'for both');
  expect([await work('C'), await work('C')]).toEqual(['for C', 'for both']);
  await expectMessages(1);
  expect(await work('D')).toBe('for both');
  await expectMessages(0);
});

it('what only a consumer that was deleted wanted goes with it', async () => {
  await create('interest');
  await consumer('C');
  await consumer('D', { filter_subject: 'a.y' });
  for (const subject of ['a.x', 'a.y', 'a.x']) await node.ask(subject, 'm');
  await node.ask('$JS.API.CONSUMER.DELETE.S.C');
  await expectMessages(1);
});

it('a consumer that acknowledges nothing has had a message when it was delivered', async () => {
  await create('interest');
  await consumer('C', { ack_policy: 'none' });
  await node.ask('a.x', 'm');
  expect((await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1')).body).toBe('m');
  // Behind the record of the delivery.
  await node.ask('a.x', 'n');
  await expectMessages(1);
});
