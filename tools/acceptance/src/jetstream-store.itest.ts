import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { Notices } from './client.ts';
import type { Node } from './node.ts';
import { freeze, openClientAt, startNode, startTraffic, thaw } from './scope.ts';

const ACK_MS_MAX = 5000;
const BACK_MS = 10_000;

async function startWithStream(conf = ''): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-js-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const node = await startNode({ gateways: 2, conf: `jetstream { store_dir: ${JSON.stringify(folder)} }\n${conf}` });
  const client = await openClientAt(node, 0);
  const created = await ask(client, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['orders.*'] });
  expect(created.error).toBeUndefined();
  return node;
}

async function ask(client: NatsConnection, subject: string, body: object = {}) {
  return (await client.request(subject, JSON.stringify(body), { timeout: ACK_MS_MAX })).json<Record<string, unknown>>();
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
  while (!isBack) {
    outcomes.push(publish(one, 'c').catch((error: Error) => error.message));
    await pause(20);
  }
  outcomes.push(publish(two, 'd'));
  const settled = await Promise.all(outcomes);
  const acknowledged = settled.filter((outcome) => typeof outcome === 'number');
  expect(settled.filter((outcome) => typeof outcome === 'string' && outcome !== 'timeout')).toEqual([]);
  expect(acknowledged).toEqual([...acknowledged].sort((a, b) => a - b));
  expect(acknowledged.length).toBeGreaterThan(settled.length / 2);
  expect(await stateOf(two)).toMatchObject({ first_seq: 1, last_seq: acknowledged.at(-1) });
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
