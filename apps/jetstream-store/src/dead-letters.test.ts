import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

let node: FakeNode;
const nodes: FakeNode[] = [];

beforeEach(async () => {
  node = await FakeNode.start();
  nodes.push(node);
  await node.ask('$JS.API.STREAM.CREATE.W', { name: 'W', subjects: ['w'], retention: 'workqueue' });
  const config = { durable_name: 'C', ack_policy: 'explicit', metadata: { 'skein.dead_letter': 'dead.w' } };
  await node.ask('$JS.API.CONSUMER.CREATE.W.C', { stream_name: 'W', config });
});

afterEach(async () => {
  for (const one of nodes.splice(0)) await one.stop();
});

interface Info {
  state: { messages: number; last_seq: number };
}

const messages = async (on: FakeNode, stream: string): Promise<number> =>
  ((await on.ask(`$JS.API.STREAM.INFO.${stream}`)) as unknown as Info).state.messages;

async function giveUp(body: string): Promise<void> {
  await node.ask('w', body);
  const given = await node.request('$JS.API.CONSUMER.MSG.NEXT.W.C', '1');
  await node.request(given.reply, '+TERM no');
}

/** Asks once a turn of the event loop until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}

it('moves a terminated message into the stream that has the subject', async () => {
  await node.ask('$JS.API.STREAM.CREATE.D', { name: 'D', subjects: ['dead.>'] });
  await giveUp('one');
  await until(async () => (await messages(node, 'W')) === 0);
  const { message } = (await node.ask('$JS.API.STREAM.MSG.GET.D', { seq: 1 })) as {
    message: { subject: string; data: string; hdrs: string };
  };
  expect([message.subject, atob(message.data)]).toEqual(['dead.w', 'one']);
  expect(atob(message.hdrs)).toContain('Skein-Dead-Letter-Reason: terminated: no');
});

it('is published where no stream has the subject', async () => {
  const moved = node.next('dead.w');
  await giveUp('one');
  expect(await moved).toMatchObject({ body: 'one' });
  await until(async () => (await messages(node, 'W')) === 0);
});

it('what has no place stays, and is moved when there is', async () => {
  await node.ask('$JS.API.STREAM.CREATE.D', { name: 'D', subjects: ['dead.>'], max_msgs: 1, discard: 'new' });
  for (const body of ['one', 'two']) await giveUp(body);
  await node.logged(/keeps its dead letters: maximum messages exceeded/);
  expect([await messages(node, 'W'), await messages(node, 'D')]).toEqual([1, 1]);
  await node.ask('$JS.API.STREAM.PURGE.D');
  await until(async () => (await messages(node, 'W')) === 0);
  expect(await messages(node, 'D')).toBe(1);
});

it('arrives once when the node is killed in between', async () => {
  await node.ask('$JS.API.STREAM.CREATE.D', { name: 'D', subjects: ['dead.>'] });
  for (let i = 0; i < 20; i++) await giveUp(`${i}`);
  const after = await node.crashed();
  nodes.push(after);
  await until(async () => (await messages(after, 'W')) === 0);
  expect(((await after.ask('$JS.API.STREAM.INFO.D')) as unknown as Info).state).toMatchObject({
    messages: 20,
    last_seq: 20,
  });
});
