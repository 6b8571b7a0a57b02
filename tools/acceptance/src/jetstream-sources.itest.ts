import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { ask, startJetStream } from './jetstream.ts';
import { openClient } from './scope.ts';
import { until } from './until.ts';

const BACK_MS = 10_000;
const CAUGHT_UP_MS = 20_000;

const conf = `
accounts {
  A {
    jetstream: enabled
    users: [{ user: a, password: a }]
    exports: [{ service: "$JS.API.CONSUMER.>" }, { stream: "deliver.mirror.>" }, { service: "$JS.FC.>" }]
  }
  B {
    jetstream: enabled
    users: [{ user: b, password: b }]
    imports: [
      { service: { account: A, subject: "$JS.API.CONSUMER.>" }, to: "$JS.A.API.CONSUMER.>" }
      { stream: { account: A, subject: "deliver.mirror.>" } }
      { service: { account: A, subject: "$JS.FC.>" } }
    ]
  }
}
`;

interface Info {
  readonly state: { readonly messages: number; readonly last_seq: number; readonly consumer_count: number };
}

const info = async (client: NatsConnection, stream: string): Promise<Info> =>
  (await ask(client, `$JS.API.STREAM.INFO.${stream}`)) as unknown as Info;

async function create(client: NatsConnection, config: { name: string } & Record<string, unknown>): Promise<void> {
  expect((await ask(client, `$JS.API.STREAM.CREATE.${config.name}`, config)).error).toBeUndefined();
}

/** A consumer that is made beforehand, for a mirror or source to read from (ADR-60). */
const preparedFor = (stream: string) => ({ name: 'READER', deliver_subject: `deliver.mirror.${stream}` });

async function prepare(client: NatsConnection, stream: string): Promise<void> {
  const { name, deliver_subject } = preparedFor(stream);
  const config = {
    durable_name: name,
    deliver_subject,
    ack_policy: 'flow_control',
    flow_control: true,
    idle_heartbeat: 1e9,
  };
  const created = await ask(client, `$JS.API.CONSUMER.CREATE.${stream}.${name}`, { stream_name: stream, config });
  expect(created.error).toBeUndefined();
}

const holds = (client: NatsConnection, stream: string, messages: number): Promise<void> =>
  until(`${stream} holds ${messages}`, CAUGHT_UP_MS, async () => {
    const { state } = await info(client, stream).catch(() => ({ state: undefined }));
    return state?.messages === messages;
  });

it('mirrors and sources of another account, of a work queue and by interest go on after SIGKILL of the store', async () => {
  const node = await startJetStream({ conf });
  const a = await openClient(node, { user: 'a', pass: 'a' });
  const b = await openClient(node, { user: 'b', pass: 'b' });
  const external = { api: '$JS.A.API', deliver: 'deliver.mirror' };
  await create(a, { name: 'ORDERS', subjects: ['orders.*'], allow_direct: true });
  await create(a, { name: 'WORK', subjects: ['work'], retention: 'workqueue' });
  await create(a, { name: 'WANTED', subjects: ['wanted'], retention: 'interest' });
  await create(b, { name: 'MIRROR', mirror: { name: 'ORDERS', external }, mirror_direct: true });
  await create(b, { name: 'SOME', sources: [{ name: 'ORDERS', filter_subject: 'orders.eu', external }] });
  await create(a, { name: 'JOBS', subjects: ['jobs'], retention: 'workqueue' });
  for (const stream of ['ORDERS', 'JOBS']) await prepare(a, stream);
  await create(b, { name: 'READ', sources: [{ name: 'ORDERS', external, consumer: preparedFor('ORDERS') }] });
  await create(a, { name: 'JOBBED', mirror: { name: 'JOBS', consumer: preparedFor('JOBS') } });
  await create(a, { name: 'WORKED', mirror: { name: 'WORK' } });
  await create(a, { name: 'KEPT', sources: [{ name: 'WANTED' }] });
  await until('WANTED is wanted', CAUGHT_UP_MS, async () => (await info(a, 'WANTED')).state.consumer_count === 1);
  const publishAll = async (): Promise<void> => {
    for (const subject of ['orders.eu', 'orders.us', 'work', 'wanted', 'jobs']) {
      expect((await ask(a, subject)).error, subject).toBeUndefined();
    }
  };
  await publishAll();
  await holds(b, 'MIRROR', 2);
  const store = await node.process('jetstream-store');
  process.kill(store.pid, 'SIGKILL');
  await node.replaced(store, BACK_MS);
  await publishAll();
  await holds(b, 'MIRROR', 4);
  // Nobody else does in its account.
  const direct = await b.request('$JS.API.DIRECT.GET.ORDERS.orders.us', '', { timeout: 5000 });
  expect([direct.headers?.get('Nats-Stream'), direct.headers?.get('Nats-Sequence')]).toEqual(['MIRROR', '4']);
  await holds(b, 'SOME', 2);
  await holds(a, 'WORKED', 2);
  await holds(a, 'KEPT', 2);
  await holds(b, 'READ', 4);
  await holds(a, 'JOBBED', 2);
  // What is stored here is given away there.
  await holds(a, 'WORK', 0);
  await holds(a, 'WANTED', 0);
  await holds(a, 'JOBS', 0);
  // Consumers that only mirrors and sources know of are nobody else's; the one that was made beforehand is there.
  expect((await info(a, 'ORDERS')).state.consumer_count).toBe(1);
}, 120_000);
