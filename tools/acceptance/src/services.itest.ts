import type { NatsConnection } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { connectToGateway, gatewayOf, Notices } from './client.ts';
import { Services } from './services.ts';
import { until } from './until.ts';

const CONF = 'lame_duck_grace_period: "200ms", lame_duck_duration: "30s"';

async function start() {
  const services = await Services.start(CONF);
  onTestFinished(() => services.stop());
  // In no particular order: each waits until the router is there.
  const gateways = [services.run('gateway', 0), services.run('gateway', 1)];
  const [monitor] = [services.run('monitor'), services.run('auth-resolver')];
  const router = services.run('router');
  await Promise.all([listening(services, 0), listening(services, 1)]);
  return { services, router, gateways, monitor };
}

const listening = (services: Services, gateway: number): Promise<void> =>
  until(`gateway ${gateway} listens`, 15_000, async () => {
    // Refused as long as nobody listens at all.
    const client = await connectToGateway(services, gateway).catch(() => undefined);
    await client?.close();
    return client !== undefined;
  });

async function clientAt(services: Services, gateway: number): Promise<NatsConnection> {
  const client = await connectToGateway(services, gateway);
  onTestFinished(() => client.close());
  return client;
}

it('each service of a node without supervisor follows the signals that are its own', async () => {
  const { services, router, gateways, monitor } = await start();
  const [stays, goes] = [await clientAt(services, 0), await clientAt(services, 1)];
  const [quiet, told] = [new Notices(stays), new Notices(goes)];

  // USR2: this gateway alone lets go of its clients, and ends. They find the other one.
  gateways[1].signal('SIGUSR2');
  await told.first('ldm');
  await told.first('reconnect');
  expect(gatewayOf(goes)).toBe(0);
  expect(await gateways[1].exited).toEqual([0, null]);
  services.run('gateway', 1);
  await listening(services, 1);
  await stays.flush();
  expect(quiet.trouble).toEqual([]);

  // HUP: the router reads the configuration again.
  services.configure(`${CONF}\nmax_payload: 1000`);
  router.signal('SIGHUP');
  await router.logged('Reloaded server configuration');
  expect((await clientAt(services, 0)).info?.max_payload).toBe(1000);

  // USR1: whoever rotates logs may say so to all of them; they write to where containers are read from.
  for (const service of [router, gateways[0], monitor]) {
    service.signal('SIGUSR1');
    await service.logged('File log re-open ignored, not a file logger');
  }

  // TERM: the end in order; QUIT: the end at once, and what it was doing.
  monitor.signal('SIGTERM');
  expect(await monitor.exited).toEqual([0, null]);
  router.signal('SIGQUIT');
  expect(await router.exited).toEqual([2, null]);
  expect(router.log).toContain('SIGQUIT: quit');
  expect(router.log).toMatch(/router.*pid.*thread main/);
  await stays.flush();
  expect(quiet.trouble).toEqual([]);
});
