import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { Notices } from './client.ts';
import { ask, startJetStream } from './jetstream.ts';
import type { Node } from './node.ts';
import { freeze, openClientAt, restartProcess, startTraffic, thaw } from './scope.ts';

const ACK_MS_MAX = 5000;
const BACK_MS = 10_000;

async function startWithStream(conf = ''): Promise<Node> {
  const node = await startJetStream({ gateways: 2, conf });
  const client = await openClientAt(node, 0, conf === '' ? {} : { user: 'a', pass: 'a' });
  const created = await ask(client, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['orders.*'] });
  expect(created.error).toBeUndefined();
  return node;
}

const publish = async (client: NatsConnection, body: string): Promise<number> =>
  (await ask(client, 'orders.1', { body })).seq as number;

const stateOf = async (client: NatsConnection) => (await ask(client, '$JS.API.STREAM.INFO.S')).state;

it('SIGKILL of the store: no connection ends, what is published while it is away is stored in order when it is back', async () => {
  const node = await startWithStream();
  const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
  const notices = [new Notices(one), new Notices(two)];
  expect([await publish(one, 'a'), await publish(two, 'b')]).toEqual([1, 2]);
  const store = await node.process('jetstream-store');
  process.kill(store.pid, 'SIGKILL');
  // What was on its way to it is lost, and its publisher hears nothing; all else waits, and nobody is told that nobody is there.
  const outcomes: Promise<number | string>[] = [];
  const back = node.replaced(store, BACK_MS);
  let isBack = false;
  void back.then(() => {
    isBack = true;
  });
  // However quickly it is replaced: most of them are to come while it is away.
  while (!isBack || outcomes.length < 20) {
    outcomes.push(publish(one, 'c').catch((error: Error) => error.message));
    await pause(20);
  }
  const settled = await Promise.all(outcomes);
  const acknowledged = settled.filter((outcome) => typeof outcome === 'number');
  expect(settled.filter((outcome) => typeof outcome === 'string' && outcome !== 'timeout')).toEqual([]);
  expect(acknowledged).toEqual([...acknowledged].sort((a, b) => a - b));
  expect(acknowledged.length).toBeGreaterThan(settled.length / 2);
  const last = await publish(two, 'd');
  expect(last).toBeGreaterThan(acknowledged.at(-1) as number);
  expect(await stateOf(two)).toMatchObject({ first_seq: 1, last_seq: last });
  expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
});

it('SIGSTOP of the store: core traffic and its PONGs go on, and JetStream when it wakes', async () => {
  const node = await startWithStream();
  const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
  const notices = [new Notices(one), new Notices(two)];
  const traffic = await startTraffic(one, two);
  const store = await node.process('jetstream-store');
  freeze(store);
  const waiting = publish(one, 'a');
  one.publish('orders.1', 'nobody waits for this one');
  await one.flush();
  await traffic.advance(100);
  thaw(store.pid);
  expect(await waiting).toBe(1);
  expect(await publish(two, 'c')).toBe(3);
  const { sent, received, failures } = await traffic.stop();
  expect([failures, received]).toEqual([[], sent]);
  expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  expect(await node.process('jetstream-store')).toMatchObject({ pid: store.pid });
});

it('the store is started anew without a publish that fails or waits long', async () => {
  const node = await startWithStream();
  const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
  let isBack = false;
  const publishing = [one, two].map(async (client) => {
    const acknowledged: number[] = [];
    while (!isBack) acknowledged.push(await publish(client, 'a'));
    return acknowledged;
  });
  const store = await node.process('jetstream-store');
  await restartProcess(node, 'jetstream-store');
  const again = await node.process('jetstream-store');
  isBack = true;
  const acknowledged = (await Promise.all(publishing)).flat().sort((a, b) => a - b);
  expect(again.pid).not.toBe(store.pid);
  expect(acknowledged).toEqual(acknowledged.map((_, i) => i + 1));
  expect(await stateOf(one)).toMatchObject({ messages: acknowledged.length });
});

it('a store that takes no more: publishes are refused as nats-server does, and memory stays bounded', async () => {
  const node = await startWithStream();
  const client = await openClientAt(node, 0);
  const store = await node.process('jetstream-store');
  freeze(store);
  const body = new Uint8Array(1024 * 1024 - 100);
  const refused = Promise.withResolvers<string>();
  client.subscribe('answers', { callback: (_error, message) => refused.resolve(message.string()) });
  // 32 MB are on their way to it at most.
  for (let i = 0; i < 48; i++) client.publish('orders.1', body, { reply: 'answers' });
  expect(JSON.parse(await refused.promise)).toMatchObject({ error: { code: 429, err_code: 10167 } });
  await expect(client.request('$JS.API.INFO', '')).rejects.toThrow('no responders');
  await client.flush();
  thaw(store.pid);
});

it('clients of another account use it through imports, over two gateways', async () => {
  const user = (name: string): string => `users: [{ user: ${name}, password: ${name} }]`;
  const node = await startWithStream(`accounts {
    A {
      ${user('a')}, jetstream: enabled
      exports: [{ service: "$JS.API.>", response_type: stream }, { service: "$JS.ACK.>" }, { service: "orders.*" }, { stream: "deliver.>" }]
    }
    B {
      ${user('b')}
      imports: [
        { service: { account: A, subject: "$JS.API.>" }, to: "A.API.>" }, { service: { account: A, subject: "$JS.ACK.>" } }
        { service: { account: A, subject: "orders.*" } }, { stream: { account: A, subject: "deliver.>" }, prefix: A }
      ]
    }
  }`);
  const b = await openClientAt(node, 1, { user: 'b', pass: 'b' });
  for (let i = 1; i <= 3; i++) expect(await publish(b, String(i))).toBe(i);
  const config = { durable_name: 'C', ack_policy: 'explicit' };
  expect((await ask(b, 'A.API.CONSUMER.DURABLE.CREATE.S.C', { stream_name: 'S', config })).error).toBeUndefined();

  const pulled = b.subscribe('pulled', { max: 2 });
  b.publish('A.API.CONSUMER.MSG.NEXT.S.C', '2', { reply: 'pulled' });
  const pulledSubjects: string[] = [];
  for await (const message of pulled) {
    pulledSubjects.push(message.subject);
    // A double acknowledgement: its answer comes back as far.
    await b.request(message.reply ?? '', '+ACK', { timeout: ACK_MS_MAX });
  }
  expect(pulledSubjects).toEqual(['orders.1', 'orders.1']);
  expect(await ask(b, 'A.API.CONSUMER.INFO.S.C')).toMatchObject({ ack_floor: { stream_seq: 2 }, num_pending: 1 });

  const pushed = b.subscribe('A.deliver.b', { max: 3 });
  await b.flush();
  const pushing = { durable_name: 'P', ack_policy: 'none', deliver_subject: 'deliver.b' };
  expect(
    (await ask(b, 'A.API.CONSUMER.DURABLE.CREATE.S.P', { stream_name: 'S', config: pushing })).error,
  ).toBeUndefined();
  const bodies: string[] = [];
  for await (const message of pushed) bodies.push(`${message.subject} ${message.json<{ body: string }>().body}`);
  expect(bodies).toEqual(['orders.1 1', 'orders.1 2', 'orders.1 3']);
});

it('whoever comes as soon as the port accepts finds JetStream', async () => {
  const port = await freePort();
  const starting = startJetStream({ port });
  const client = await connect({ port, waitOnFirstConnect: true, reconnectTimeWait: 5, maxReconnectAttempts: -1 });
  onTestFinished(() => client.close());
  expect((await ask(client, '$JS.API.INFO')).error).toBeUndefined();
  await starting;
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
