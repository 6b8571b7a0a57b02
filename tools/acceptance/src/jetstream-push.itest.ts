import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { ask, startJetStream } from './jetstream.ts';
import type { Node } from './node.ts';
import { openClient, openClientAt } from './scope.ts';
import { until } from './until.ts';

const BACK_MS = 10_000;
const DONE_MS = 30_000;

async function create(client: NatsConnection, subject: string, body: object): Promise<void> {
  expect(await ask(client, subject, body)).not.toHaveProperty('error');
}

async function killStore(node: Node): Promise<void> {
  const store = await node.process('jetstream-store');
  process.kill(store.pid, 'SIGKILL');
  await node.replaced(store, BACK_MS);
}

/** Its sequence in the stream; undefined for what is no message of it. */
const sequenceOf = ({ reply = '' }: Msg): number | undefined =>
  reply.startsWith('$JS.ACK.') ? Number(reply.split('.')[5]) : undefined;

/** What a push consumer sends, acknowledged, and flow control answered, as clients do. */
function receive(client: NatsConnection): number[] {
  const sequences: number[] = [];
  const answer = (to: string | undefined): void => {
    if (to) client.publish(to);
  };
  client.subscribe('pushed', {
    callback: (_error, message) => {
      const sequence = sequenceOf(message);
      if (sequence !== undefined) sequences.push(sequence);
      // A reply that is not there is an empty one.
      answer(message.reply || message.headers?.get('Nats-Consumer-Stalled'));
    },
  });
  return sequences;
}

it('pushes over gateways in order, with flow control; who comes to another gateway is found there', async () => {
  const node = await startJetStream({ gateways: 2 });
  const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
  await create(one, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s'] });
  const payload = 'x'.repeat(10_000);
  for (let i = 0; i < 500; i++) one.publish('s', payload);
  const config = { durable_name: 'C', deliver_subject: 'pushed', flow_control: true, idle_heartbeat: 1e9 };
  await create(one, '$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
  const received = receive(two);
  await two.flush();
  await until('half of it', DONE_MS, async () => received.length >= 250);
  await two.close();
  const more = receive(one);
  for (let i = 0; i < 100; i++) one.publish('s', payload);
  await until('all of it', DONE_MS, async () => more.at(-1) === 600);
  expect(received).toEqual(received.map((_, i) => i + 1));
  // What was on its way to who left is lost: nobody acknowledges here. The rest is in order, and nothing comes twice.
  expect(more).toEqual(Array.from({ length: more.length }, (_, i) => 600 - more.length + 1 + i));
});

it('of many that create a push consumer at once, over gateways, the first has it', async () => {
  const node = await startJetStream({ gateways: 2 });
  const clients = [await openClientAt(node, 0), await openClientAt(node, 1)];
  await create(clients[0], '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s'] });
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => {
      const client = clients[i % 2];
      client.subscribe(`pushed.${i}`);
      const config = { durable_name: 'C', ack_policy: 'explicit', deliver_subject: `pushed.${i}` };
      return ask(client, '$JS.API.CONSUMER.DURABLE.CREATE.S.C', { stream_name: 'S', config });
    }),
  );
  const made = answers.filter(({ error }) => error === undefined);
  expect(made).toEqual([expect.objectContaining({ push_bound: true })]);
  expect(answers.filter(({ error }) => (error as { err_code?: number } | undefined)?.err_code === 10013)).toHaveLength(
    9,
  );
});

it('SIGKILL of the store: what was not acknowledged is pushed, again where it may have been lost', async () => {
  const node = await startJetStream();
  const client = await openClient(node);
  await create(client, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s'] });
  const config = { durable_name: 'C', deliver_subject: 'pushed', ack_policy: 'explicit', ack_wait: 2e9 };
  await create(client, '$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
  const received = receive(client);
  for (let i = 0; i < 100; i++) await ask(client, 's');
  await killStore(node);
  for (let i = 0; i < 100; i++) await ask(client, 's');
  await until('all are acknowledged', DONE_MS, async () => {
    const { ack_floor } = (await ask(client, '$JS.API.CONSUMER.INFO.S.C')) as { ack_floor: { stream_seq: number } };
    return ack_floor.stream_seq === 200;
  });
  expect(new Set(received).size).toBe(200);
});

it('SIGKILL of the store: dead letters arrive once', async () => {
  const node = await startJetStream();
  const client = await openClient(node);
  await create(client, '$JS.API.STREAM.CREATE.W', { name: 'W', subjects: ['w'], retention: 'workqueue' });
  await create(client, '$JS.API.STREAM.CREATE.D', { name: 'D', subjects: ['dead'] });
  const config = {
    durable_name: 'C',
    ack_policy: 'explicit',
    ack_wait: 1e9,
    metadata: { 'skein.dead_letter': 'dead' },
  };
  await create(client, '$JS.API.CONSUMER.CREATE.W.C', { stream_name: 'W', config });
  for (let i = 0; i < 150; i++) await ask(client, 'w');
  // Whoever gets one gives it up.
  client.subscribe('in', { callback: (_error, { reply }) => void (reply && client.publish(reply, '+TERM no')) });
  const stateOf = async (stream: string) =>
    (await ask(client, `$JS.API.STREAM.INFO.${stream}`)).state as { messages: number; last_seq: number };
  let isToKill = true;
  await until('all have been moved', DONE_MS, async () => {
    client.publish('$JS.API.CONSUMER.MSG.NEXT.W.C', '{"batch":100,"expires":500000000}', { reply: 'in' });
    if (isToKill && (await stateOf('D')).messages > 0) {
      isToKill = false;
      await killStore(node);
    }
    return (await stateOf('W')).messages === 0;
  });
  expect(await stateOf('D')).toMatchObject({ messages: 150, last_seq: 150 });
});

it.each([1, 2])(
  'what was for somebody who has left comes to who waits now, at once (%i gateways)',
  async (gateways) => {
    const node = await startJetStream({ gateways });
    const open = (gateway: number) => (gateways === 1 ? openClient(node) : openClientAt(node, gateway));
    const [one, two] = [await open(0), await open(gateways - 1)];
    await create(one, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['s'] });
    // Neither the time of an acknowledgement nor anything else brings it again.
    const config = { durable_name: 'C', ack_policy: 'none' };
    await create(one, '$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });
    const pull = async (inbox: string): Promise<void> => {
      one.publish('$JS.API.CONSUMER.MSG.NEXT.S.C', '{"batch":100}', { reply: inbox });
      await one.flush();
    };
    const left = two.subscribe('in.left');
    await two.flush();
    await pull('in.left');
    left.unsubscribe();
    const received: (number | undefined)[] = [];
    two.subscribe('in.here', { callback: (_error, message) => void received.push(sequenceOf(message)) });
    await two.flush();
    await pull('in.here');
    for (let i = 0; i < 10; i++) await ask(one, 's');
    await until('all are there', BACK_MS, async () => received.length >= 10);
    expect(new Set(received)).toEqual(new Set(Array.from({ length: 10 }, (_, i) => i + 1)));
  },
);
