import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { Notices } from './client.ts';
import { ask, startJetStream } from './jetstream.ts';
import { openClient, openClientAt, restartProcess } from './scope.ts';
import { until } from './until.ts';

const BACK_MS = 10_000;
const CAUGHT_UP_MS = 20_000;
const NAMES = ['A', 'B', 'C', 'D'];

interface Info {
  readonly state: { readonly messages: number; readonly last_seq: number };
}

async function create(client: NatsConnection, config: { name: string } & Record<string, unknown>): Promise<void> {
  expect(await ask(client, `$JS.API.STREAM.CREATE.${config.name}`, config)).not.toHaveProperty('error');
}

const info = async (client: NatsConnection, stream: string): Promise<Info> =>
  (await ask(client, `$JS.API.STREAM.INFO.${stream}`)) as unknown as Info;

const holds = (client: NatsConnection, stream: string, messages: number): Promise<void> =>
  until(`${stream} holds ${messages}`, CAUGHT_UP_MS, async () => {
    const { state } = await info(client, stream).catch(() => ({ state: undefined }));
    return state?.messages === messages;
  });

/** A node with two stores and two gateways, a client at each, and streams: every second one is in the second store. */
async function startTwoStores() {
  const node = await startJetStream({ gateways: 2, stores: 2 });
  const clients = [await openClientAt(node, 0), await openClientAt(node, 1)] as const;
  for (const name of NAMES) await create(clients[0], { name, subjects: [`${name}.>`], allow_direct: true });
  return { node, clients };
}

/** How many streams each store has. */
async function spread(monitoringPort = 0): Promise<number[]> {
  const text = await (await fetch(`http://127.0.0.1:${monitoringPort}/metrics`)).text();
  return [...text.matchAll(/^skein_store_streams\{[^}]*\} (\d+)$/gm)].map(([, count]) => Number(count));
}

it('two stores: streams are dealt out, and everything that is asked reaches the one that has the stream', async () => {
  const { node, clients } = await startTwoStores();
  const [one, two] = clients;
  expect(await spread(node.server.monitoringPort)).toEqual([2, 2]);
  expect(await ask(two, '$JS.API.STREAM.NAMES')).toMatchObject({ total: 4, streams: NAMES });
  const { streams } = (await ask(two, '$JS.API.STREAM.LIST')) as { streams: { config: { name: string } }[] };
  expect(streams.map(({ config }) => config.name)).toEqual(NAMES);
  for (const name of NAMES) {
    for (const seq of [1, 2, 3]) expect(await ask(one, `${name}.${seq}`)).toMatchObject({ stream: name, seq });
    expect(await ask(two, `$JS.API.STREAM.MSG.GET.${name}`, { seq: 2 })).toMatchObject({
      message: { subject: `${name}.2` },
    });
    expect((await two.request(`$JS.API.DIRECT.GET.${name}`, '{"seq":3}')).headers?.get('Nats-Subject')).toBe(
      `${name}.3`,
    );
    const config = { durable_name: 'P', ack_policy: 'explicit' };
    await ask(two, `$JS.API.CONSUMER.CREATE.${name}.P`, { stream_name: name, config });
    const pulled = await one.request(`$JS.API.CONSUMER.MSG.NEXT.${name}.P`, '', { timeout: 5000, noMux: true });
    expect(pulled.subject).toBe(`${name}.1`);
    await two.request(pulled.reply as string, '+ACK');
    expect(await ask(one, `$JS.API.CONSUMER.INFO.${name}.P`)).toMatchObject({
      ack_floor: { stream_seq: 1 },
      num_pending: 2,
    });
    const pushed: string[] = [];
    one.subscribe(`to.${name}`, { callback: (_error, { subject }) => void pushed.push(subject) });
    await one.flush();
    const push = { durable_name: 'Q', ack_policy: 'none', deliver_subject: `to.${name}` };
    await ask(two, `$JS.API.CONSUMER.CREATE.${name}.Q`, { stream_name: name, config: push });
    await until(`${name} is pushed`, CAUGHT_UP_MS, async () => pushed.length === 3);
    expect(await ask(two, `$JS.API.STREAM.PURGE.${name}`, { keep: 1 })).toMatchObject({ purged: 2 });
  }
  expect(await ask(one, '$JS.API.INFO')).toMatchObject({ streams: 4, consumers: 8 });
  const updated = { name: 'B', subjects: ['B.>', 'b'], allow_direct: true };
  expect(await ask(two, '$JS.API.STREAM.UPDATE.B', updated)).toMatchObject({ config: { subjects: ['B.>', 'b'] } });
  expect(await ask(one, 'b')).toMatchObject({ stream: 'B', seq: 4 });
  for (const name of NAMES) expect(await ask(one, `$JS.API.STREAM.DELETE.${name}`)).toMatchObject({ success: true });
  expect(await ask(two, '$JS.API.STREAM.NAMES')).toMatchObject({ total: 0 });
  expect(await ask(two, '$JS.API.STREAM.INFO.B')).toMatchObject({ error: { err_code: 10059 } });
});

it('of creations that overlap at the same moment one wins, whichever store they would go to', async () => {
  const { clients } = await startTwoStores();
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(
      ['X', 'Y'].map((name, i) =>
        ask(clients[i] as NatsConnection, `$JS.API.STREAM.CREATE.${name}${round}`, {
          name: `${name}${round}`,
          subjects: [name === 'X' ? `both.${round}.*` : `both.${round}.1`],
        }),
      ),
    );
    const refused = answers.filter(({ error }) => error !== undefined);
    expect(refused.map(({ error }) => (error as { err_code: number }).err_code)).toEqual([10065]);
    expect(await ask(clients[0], `both.${round}.1`)).toMatchObject({ seq: 1 });
  }
});

it('who creates the same stream at the same moment is told the same, and what is asked without waiting finds it', async () => {
  const { clients } = await startTwoStores();
  for (let round = 0; round < 10; round++) {
    const name = `S${round}`;
    const consumer = { stream_name: name, config: { durable_name: 'C', ack_policy: 'explicit' } };
    const answers = await Promise.all([
      ...clients.map((client) => ask(client, `$JS.API.STREAM.CREATE.${name}`, { name, subjects: [name] })),
      ask(clients[0], `$JS.API.STREAM.INFO.${name}`),
      ask(clients[0], `$JS.API.CONSUMER.CREATE.${name}.C`, consumer),
    ]);
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
  }
});

it('while a store does not answer, account information and lists say what is known', async () => {
  const { node, clients } = await startTwoStores();
  const { pid } = await node.process('jetstream-store', 1);
  process.kill(pid, 'SIGSTOP');
  try {
    const [info, list, names] = await Promise.all(
      ['INFO', 'STREAM.LIST', 'STREAM.NAMES'].map((what) => ask(clients[0], `$JS.API.${what}`)),
    );
    expect(info).toMatchObject({ streams: 4 });
    expect(list).toMatchObject({ total: 4, streams: [{ config: { name: 'A' } }, { config: { name: 'C' } }] });
    expect(list).toMatchObject({ missing: ['B', 'D'] });
    expect(names).toMatchObject({ total: 4, streams: NAMES });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

it('mirrors and sources take from streams of another store, and go on when that was killed', async () => {
  const { node, clients } = await startTwoStores();
  const [client] = clients;
  await create(client, { name: 'W', subjects: ['w'], retention: 'workqueue' });
  // Each store gets one of both kinds: one takes from its own streams, one from the other's.
  for (const name of ['S1', 'S2']) await create(client, { name, sources: [{ name: 'A' }, { name: 'B' }] });
  for (const name of ['M1', 'M2']) await create(client, { name, mirror: { name: 'B' } });
  await create(client, { name: 'T', sources: [{ name: 'W' }] });
  const publishAll = async (): Promise<void> => {
    for (const subject of ['A.1', 'B.1', 'w']) expect(await ask(client, subject)).not.toHaveProperty('error');
  };
  await publishAll();
  for (const name of ['S1', 'S2']) await holds(client, name, 2);
  for (const instance of [0, 1]) {
    const store = await node.process('jetstream-store', instance);
    process.kill(store.pid, 'SIGKILL');
    await node.replaced(store, BACK_MS);
    await publishAll();
  }
  for (const name of ['S1', 'S2']) await holds(client, name, 6);
  for (const name of ['M1', 'M2']) await holds(client, name, 3);
  await holds(client, 'T', 3);
  await holds(client, 'W', 0);
}, 120_000);

it('dead letters arrive once in a stream of another store, and storage of an account is counted over all', async () => {
  const node = await startJetStream({
    stores: 2,
    conf: 'accounts { A { jetstream { max_mem: 64KB, max_file: 1MB }, users: [{ user: a, password: a }] } }',
  });
  const client = await openClient(node, { user: 'a', pass: 'a' });
  for (const name of ['P', 'Q']) await create(client, { name, subjects: [name, `${name}.dead`], storage: 'memory' });
  const metadata = { 'skein.dead_letter': 'Q.dead' };
  const config = { durable_name: 'C', ack_policy: 'explicit', metadata };
  expect(await ask(client, '$JS.API.CONSUMER.CREATE.P.C', { stream_name: 'P', config })).not.toHaveProperty('error');
  await ask(client, 'P');
  const pulled = await client.request('$JS.API.CONSUMER.MSG.NEXT.P.C', '', { timeout: 5000, noMux: true });
  client.publish(pulled.reply as string, '+TERM');
  await holds(client, 'Q', 1);
  await ask(client, '$JS.API.STREAM.PURGE.Q');
  const large = new Uint8Array(28 * 1024);
  for (const seq of [2, 3]) expect((await client.request('P', large)).json()).toMatchObject({ seq });
  await until('the other store knows what is used', CAUGHT_UP_MS, async () => {
    const answer = (await client.request('Q', large)).json<{ error?: { err_code: number } }>();
    if (answer.error === undefined) await ask(client, '$JS.API.STREAM.PURGE.Q');
    return answer.error?.err_code === 10002;
  });
});

it.each([0, 1])(
  'SIGKILL of store %i under load: no connection ends, what was acknowledged is there, the others go on',
  async (instance) => {
    const { node, clients } = await startTwoStores();
    const notices = clients.map((client) => new Notices(client));
    const acknowledged = new Map(NAMES.map((name) => [name, [] as number[]]));
    let isBack = false;
    const publishing = NAMES.map(async (name, i) => {
      while (!isBack) {
        // What was on its way to it gets no answer.
        const answer = await ask(clients[i % 2] as NatsConnection, `${name}.x`, { name }).catch(() => ({ seq: 0 }));
        if (answer.seq) acknowledged.get(name)?.push(answer.seq as number);
      }
    });
    const asking = (async () => {
      const failures: unknown[] = [];
      while (!isBack) {
        for (const name of NAMES) {
          const answer = await ask(clients[0], `$JS.API.STREAM.INFO.${name}`).catch((error: Error) => ({
            error: error.message,
          }));
          if (answer.error !== undefined && answer.error !== 'timeout') failures.push(answer.error);
        }
      }
      return failures;
    })();
    const store = await node.process('jetstream-store', instance);
    process.kill(store.pid, 'SIGKILL');
    await node.replaced(store, BACK_MS);
    for (const name of NAMES) expect(await ask(clients[1], `${name}.x`)).toMatchObject({ stream: name });
    isBack = true;
    await Promise.all(publishing);
    expect(await asking).toEqual([]);
    for (const [name, sequences] of acknowledged) {
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
      const { state } = await info(clients[0], name);
      expect(state.messages).toBe(state.last_seq);
      expect(state.last_seq).toBeGreaterThanOrEqual(sequences.at(-1) ?? 0);
    }
    expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  },
  60_000,
);

it('each store is started anew without a request that fails', async () => {
  const { node, clients } = await startTwoStores();
  let isBack = false;
  const asking = NAMES.map(async (name, i) => {
    const client = clients[i % 2] as NatsConnection;
    let published = 0;
    while (!isBack) {
      expect(await ask(client, `${name}.x`)).toMatchObject({ stream: name, seq: ++published });
      expect((await info(client, name)).state.messages).toBe(published);
    }
  });
  const done = Promise.all(asking);
  // A failure is told when it is waited for.
  done.catch(() => {});
  for (const instance of [0, 1]) {
    const { pid } = await node.process('jetstream-store', instance);
    await restartProcess(node, 'jetstream-store', instance);
    expect((await node.process('jetstream-store', instance)).pid).not.toBe(pid);
  }
  isBack = true;
  await done;
}, 60_000);
