import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { createSigningKey } from '@skein/nkeys';
import { TestOperator, userOf } from '@skein/trust/testing';
import { expect, it, onTestFinished } from 'vitest';
import { showing } from './credentials.ts';
import { openClient, openClientAt, startNode } from './scope.ts';
import { until } from './until.ts';

const operator = new TestOperator();

async function ask<T extends object>(client: NatsConnection, subject: string, body: string | object = ''): Promise<T> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (await client.request(subject, text, { timeout: 10_000 })).json<T>();
}

const disabled = { error: { err_code: 10039 } };

it('accounts have the JetStream that their tokens give them, from the moment that a push of one is answered, whichever process was away', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'skein-operator-jetstream-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const key = createSigningKey('account');
  let age = 100;
  const token = (limits: object): string =>
    operator.account(key, ({ nats }) => Object.assign(nats.limits, limits), Math.floor(Date.now() / 1000) - age--);
  const some = { disk_storage: 1_000_000, streams: 2, consumer: -1, max_ack_pending: -1 };
  const conf = operator.configuration(`{ type: full, dir: "${dir}/jwt" }`, [token({})]);
  const node = await startNode({ gateways: 2, conf: `${conf}\njetstream { store_dir: "${dir}/js" }` });
  const user = showing(userOf(key));
  const [one, other] = [await openClientAt(node, 0, user), await openClientAt(node, 1, user)];
  const system = await openClient(node, showing(userOf(operator.system)));
  const push = (limits: object) => ask(system, '$SYS.REQ.CLAIMS.UPDATE', token(limits));
  const create = (name: string) => ask(one, `$JS.API.STREAM.CREATE.${name}`, { name, subjects: [name] });

  expect(await ask(one, '$JS.API.INFO')).toMatchObject(disabled);
  expect(await push(some)).toMatchObject({ data: { code: 200 } });
  expect(await ask(other, '$JS.API.INFO')).toMatchObject({ limits: { max_storage: 1_000_000, max_streams: 2 } });
  expect(await create('S')).toMatchObject({ did_create: true });
  expect(await ask(other, 'S', 'one')).toEqual({ stream: 'S', seq: 1 });
  await create('T');
  expect(await create('U')).toMatchObject({ error: { err_code: 10027 } });
  await push({ ...some, streams: 3 });
  expect(await create('U')).toMatchObject({ did_create: true });

  // Without JetStream the streams rest; nothing is lost.
  await push({});
  expect(await create('V')).toMatchObject(disabled);
  await expect(other.request('S', 'lost', { timeout: 5000 })).rejects.toThrow(/no responders/i);
  await push(some);
  expect(await ask(one, 'S', 'two')).toEqual({ stream: 'S', seq: 2 });

  // A new store process is told of the accounts that it has streams of, and a new auth-resolver tells what changes.
  const kill = async (name: 'jetstream-store' | 'auth-resolver'): Promise<void> => {
    const former = await node.process(name);
    process.kill(former.pid, 'SIGKILL');
    await node.replaced(former, 10_000);
  };
  await kill('jetstream-store');
  expect(await ask(one, 'S', 'three')).toEqual({ stream: 'S', seq: 3 });
  await kill('auth-resolver');
  expect(await ask(one, 'S', 'four')).toEqual({ stream: 'S', seq: 4 });
  await until('the system account is answered again', 10_000, async () => {
    const answer = await push({ ...some, streams: 5 }).catch(() => ({}));
    return 'data' in answer;
  });
  expect(await ask(other, '$JS.API.INFO')).toMatchObject({ streams: 3, limits: { max_streams: 5 } });
});

it('a node that begins knows the accounts that it has streams of, before anybody comes for them: what they import is stored', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'skein-operator-jetstream-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [exporter, importer] = [createSigningKey('account'), createSigningKey('account')];
  const orders = { name: 'orders', subject: 'orders.*', type: 'stream' as const, allow_trace: false };
  const exporting = operator.account(exporter, ({ nats }) => {
    const asked = { response_type: '' as const, response_threshold: 0, service_latency: undefined };
    const shown = { advertise: false, description: '', info_url: '' };
    nats.exports = [
      { ...orders, ...asked, ...shown, token_req: false, revocations: new Map(), account_token_position: 0 },
    ];
  });
  const importing = operator.account(importer, ({ nats }) => {
    Object.assign(nats.limits, { disk_storage: 1_000_000, streams: 1, consumer: -1, max_ack_pending: -1 });
    const from = { account: exporter.publicKey, token: '', to: '', local_subject: '', share: false };
    nats.imports = [{ ...orders, ...from }];
  });
  const conf = operator.configuration(`{ type: full, dir: "${dir}/jwt" }`, [exporting, importing]);
  const start = () => startNode({ gateways: 2, conf: `${conf}\njetstream { store_dir: "${dir}/js" }` });
  const former = await start();
  const creator = await openClient(former, showing(userOf(importer)));
  await ask(creator, '$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['orders.*'] });
  await former.server.stop();

  const node = await start();
  const publisher = await openClient(node, showing(userOf(exporter)));
  publisher.publish('orders.1', 'books');
  await publisher.flush();
  const reader = await openClient(node, showing(userOf(importer)));
  expect(await ask(reader, '$JS.API.STREAM.INFO.S')).toMatchObject({ state: { messages: 1 } });
});
