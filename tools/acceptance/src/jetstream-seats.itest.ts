import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { connectTo, Notices } from './client.ts';
import { ask } from './jetstream.ts';
import { type Service, Services } from './services.ts';
import { until } from './until.ts';

const START_MS = 15_000;
const NAMES = ['A', 'B', 'C', 'D'];

/** As `--scale jetstream-store=1` of a node with two seats. Every second stream is in the second seat. */
async function startOneForTwo() {
  const services = await Services.start('');
  services.configure(
    `skein { gateways: 1, jetstream { stores: 2 } }\njetstream { store_dir: ${JSON.stringify(services.folder)} }`,
  );
  onTestFinished(() => services.stop());
  const first = services.run('jetstream-store', 1001);
  services.run('gateway');
  services.run('auth-resolver');
  const router = services.run('router');
  let client: NatsConnection | undefined;
  await until('the gateway listens', START_MS, async () => {
    client = await connectTo(services).catch(() => undefined);
    return client !== undefined;
  });
  const connected = client as NatsConnection;
  onTestFinished(() => connected.close());
  for (const name of NAMES) {
    const config = { name, subjects: [`${name}.>`] };
    expect(await ask(connected, `$JS.API.STREAM.CREATE.${name}`, config)).not.toHaveProperty('error');
  }
  return { services, first, router, client: connected };
}

const lastOf = async (client: NatsConnection, name: string): Promise<{ messages: number; last_seq: number }> =>
  (await ask(client, `$JS.API.STREAM.INFO.${name}`)).state as { messages: number; last_seq: number };

const hasSeat = (service: Service, seat: number, times = 1): Promise<void> =>
  until(`seat ${seat} is served there`, START_MS, () => {
    return service.log.split(`Seat ${seat} of the stores is served here`).length > times;
  });

it('a process more takes a seat and gives it back without a request that fails', async () => {
  const { services, first, client } = await startOneForTwo();
  const notices = new Notices(client);
  await hasSeat(first, 1);
  let isOver = false;
  let rounds = 0;
  const loads = NAMES.map(async (name) => {
    let published = 0;
    while (!isOver) {
      expect(await ask(client, `${name}.x`)).toMatchObject({ stream: name, seq: ++published });
      expect(await lastOf(client, name)).toMatchObject({ messages: published, last_seq: published });
      rounds++;
    }
  });
  const done = Promise.all(loads);
  // A failure is told when it is waited for.
  done.catch(() => {});
  const goesOn = async (): Promise<void> => {
    const before = rounds;
    await Promise.race([done, until('requests are answered', START_MS, async () => rounds > before + 40)]);
  };
  await goesOn();
  const second = services.run('jetstream-store', 1002);
  await hasSeat(second, 1);
  await goesOn();
  second.signal('SIGTERM');
  expect(await second.exited).toEqual([0, null]);
  await hasSeat(first, 1, 2);
  await goesOn();
  isOver = true;
  await done;
  expect(notices.trouble).toEqual([]);
}, 60_000);

it.each([0, 1])(
  'SIGKILL of the process in seat %i: the other one serves all',
  async (seat) => {
    const { services, first, client } = await startOneForTwo();
    await hasSeat(first, 1);
    const second = services.run('jetstream-store', 1002);
    await hasSeat(second, 1);
    const [killed, stays] = seat === 0 ? [first, second] : [second, first];
    for (const name of NAMES) expect(await ask(client, `${name}.x`)).toMatchObject({ stream: name, seq: 1 });
    killed.signal('SIGKILL');
    await killed.exited;
    // What comes from now on is held until it is served again.
    for (const name of NAMES) {
      expect(await ask(client, `${name}.x`)).toMatchObject({ stream: name, seq: 2 });
      expect(await lastOf(client, name)).toMatchObject({ messages: 2, last_seq: 2 });
    }
    await hasSeat(stays, seat, seat === 0 ? 1 : 2);
  },
  60_000,
);

it('a new router knows who is to make room, and who waits takes the seat of a process that ends', async () => {
  const { services, first, router, client } = await startOneForTwo();
  await hasSeat(first, 1);
  router.signal('SIGKILL');
  await router.exited;
  services.run('router');
  const second = services.run('jetstream-store', 1002);
  await hasSeat(second, 1);
  const third = services.run('jetstream-store', 1003);
  for (const name of NAMES) expect(await ask(client, `${name}.x`)).toMatchObject({ stream: name, seq: 1 });
  first.signal('SIGTERM');
  expect(await first.exited).toEqual([0, null]);
  for (const name of NAMES) expect(await ask(client, `${name}.x`)).toMatchObject({ stream: name, seq: 2 });
  await hasSeat(third, 0);
}, 60_000);
