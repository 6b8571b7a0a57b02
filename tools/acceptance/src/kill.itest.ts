import { describe, expect, it } from 'vitest';
import { connectTo, gatewayOf, Notices } from './client.ts';
import type { Component, Node } from './node.ts';
import { commOf, familyOf, hasProcfs, isAlive } from './procfs.ts';
import { freeze, openClient, openClientAt, startNode, startTraffic } from './scope.ts';
import type { TrafficReport } from './traffic.ts';
import { until } from './until.ts';

/** A process takes well under a second to come back; machines that run tests are loaded. */
const BACK_MS = 3000;

function expectNoGap({ sent, received, failures }: TrafficReport): void {
  expect(failures).toEqual([]);
  expect(received).toEqual(sent);
}

async function kill(node: Node, component: Component, instance = 0) {
  const victim = await node.process(component, instance);
  process.kill(victim.pid, 'SIGKILL');
  return victim;
}

describe('SIGKILL under traffic', () => {
  it('router: clients stay connected, nothing is missed, new subscriptions work again', async () => {
    const node = await startNode({ gateways: 2 });
    const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
    const notices = [new Notices(one), new Notices(two)];
    const traffic = await startTraffic(one, two);
    const router = await kill(node, 'router');
    await traffic.advance(40);

    const heard = Promise.withResolvers<string>();
    const begun = performance.now();
    two.subscribe('new', { callback: (_error, message) => heard.resolve(message.string()) });
    await two.flush();
    expect(performance.now() - begun).toBeLessThan(BACK_MS);
    one.publish('new', 'seen from the other gateway');
    expect(await heard.promise).toBe('seen from the other gateway');

    await node.replaced(router, BACK_MS);
    await traffic.advance(40);
    expectNoGap(await traffic.stop());
    expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  });

  it('the only gateway: its clients come back and carry on', async () => {
    const node = await startNode();
    const [one, two] = [await openClient(node), await openClient(node)];
    const notices = [new Notices(one), new Notices(two)];
    const traffic = await startTraffic(one, two);
    const gateway = await kill(node, 'gateway');
    await Promise.all(notices.map((each) => each.first('reconnect')));
    await traffic.advance(40);
    await node.replaced(gateway, BACK_MS);
    const { sent, received } = await traffic.stop();
    // What was on its way is lost, and nothing comes twice or in another order.
    expect(received).toEqual([...new Set(received)].sort((a, b) => a - b));
    expect(received.at(-1)).toBe(sent.at(-1));
  });

  it('one of two gateways: its clients carry on at the other, whose own notice nothing', async () => {
    const node = await startNode({ gateways: 2 });
    const [one, two, moved] = [await openClientAt(node, 0), await openClientAt(node, 0), await openClientAt(node, 1)];
    const notices = [new Notices(one), new Notices(two)];
    const movedNotices = new Notices(moved);
    let heard = Promise.withResolvers<string>();
    moved.subscribe('moved', { callback: (_error, message) => heard.resolve(message.string()) });
    await moved.flush();
    const traffic = await startTraffic(one, two);
    const gateway = await kill(node, 'gateway', 1);
    await traffic.advance(40);

    await movedNotices.first('reconnect');
    await moved.flush();
    heard = Promise.withResolvers();
    one.publish('moved', 'found again');
    expect(await heard.promise).toBe('found again');

    await node.replaced(gateway, BACK_MS);
    const newcomer = await openClientAt(node, 1);
    expect((await newcomer.request('moved.nobody').catch((error: Error) => error)).constructor.name).toBe(
      'RequestError',
    );
    await traffic.advance(40);
    expectNoGap(await traffic.stop());
    expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  });

  it.each(['monitor', 'auth-resolver'] as const)('%s: no client notices', async (component) => {
    const node = await startNode({ conf: 'authorization { user: u, password: p }' });
    const who = { user: 'u', pass: 'p' };
    const [one, two] = [await openClient(node, who), await openClient(node, who)];
    const notices = [new Notices(one), new Notices(two)];
    const traffic = await startTraffic(one, two);
    const victim = await kill(node, component);
    await traffic.advance(40);
    await one.flush();
    await node.replaced(victim, BACK_MS);
    const newcomer = await openClient(node, who);
    await newcomer.flush();
    await expect(connectTo(node, { user: 'u', pass: 'wrong' })).rejects.toThrow('Authorization Violation');
    await traffic.advance(40);
    expectNoGap(await traffic.stop());
    expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  });

  it('all but the supervisor, one after the other: each is counted for itself', async () => {
    const node = await startNode({ gateways: 2 });
    for (const component of ['router', 'auth-resolver', 'monitor', 'gateway'] as const) {
      await node.replaced(await kill(node, component), BACK_MS);
    }
    const { processes } = await node.varz();
    expect(processes.map(({ component, instance, restarts }) => [component, instance, restarts])).toEqual([
      ['router', 0, 1],
      ['gateway', 0, 1],
      ['gateway', 1, 0],
      ['auth-resolver', 0, 1],
      ['monitor', 0, 1],
    ]);
    const clients = [await openClientAt(node, 0), await openClientAt(node, 1)];
    expect(clients.map(gatewayOf)).toEqual([0, 1]);
    const traffic = await startTraffic(clients[0], clients[1]);
    await traffic.advance(20);
    expectNoGap(await traffic.stop());
  });
});

describe.runIf(hasProcfs)('the supervisor killed with SIGKILL', () => {
  it.each(['none', 'router', 'gateway'] as const)(
    'leaves no process, and its port to the next (frozen before: %s)',
    async (frozen) => {
      const first = await startNode({ gateways: 2 });
      const client = await openClient(first, { reconnect: false });
      const family = familyOf(first.server.pid);
      expect(family).toHaveLength(6);
      if (frozen !== 'none') freeze(await first.process(frozen));
      await first.server.kill();
      const second = await startNode({ gateways: 2, port: first.port });
      expect(second.port).toBe(first.port);
      await until('the inner processes are gone', 1000, () => !family.some(isAlive));
      await client.closed();
      const [one, two] = [await openClient(second), await openClient(second)];
      await (await startTraffic(one, two)).advance(10);
    },
  );
});

it.runIf(hasProcfs)('counts as exactly one nats-server', async () => {
  const node = await startNode({ gateways: 2 });
  const names = familyOf(node.server.pid).map(commOf);
  expect(names.filter((name) => name === 'nats-server')).toHaveLength(1);
  expect(commOf(node.server.pid)).toBe('nats-server');
  expect(names).toHaveLength(6);
});
