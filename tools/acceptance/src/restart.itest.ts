import { describe, expect, it } from 'vitest';
import { connectTo, connectToGateway, gatewayOf, Notices } from './client.ts';
import { Flood } from './flood.ts';
import { Follower, Requests } from './follower.ts';
import type { Component, Node } from './node.ts';
import { openClientAt, restartProcess, skein, startNode, startTraffic } from './scope.ts';
import { until } from './until.ts';

describe('under full traffic over two gateways, a process started anew', () => {
  const inner: Component[] = ['router', 'monitor', 'auth-resolver'];

  it.each([
    ['by skein restart', (node: Node, component: Component) => restartProcess(node, component)],
    [
      'because it was killed',
      async (node: Node, component: Component) => {
        process.kill((await node.process(component)).pid, 'SIGKILL');
      },
    ],
  ])('%s costs no client its connection, and no message', async (_how, replace) => {
    const node = await startNode({ gateways: 2 });
    const [one, two] = [await openClientAt(node, 0), await openClientAt(node, 1)];
    const notices = [new Notices(one), new Notices(two)];
    const flood = await Flood.start(one, two);
    const traffic = await startTraffic(two, one);
    for (const component of inner) {
      const former = await node.process(component);
      await replace(node, component);
      await node.replaced(former, 5000);
      await traffic.advance(20);
    }
    const { sent, received, failures } = await traffic.stop();
    await flood.stop(two);
    expect(failures).toEqual([]);
    expect(received).toEqual(sent);
    expect([flood.gap, flood.received]).toEqual([undefined, flood.sent]);
    expect(flood.sent).toBeGreaterThan(10_000);
    expect(notices.flatMap(({ trouble }) => trouble)).toEqual([]);
  });
});

it('logins wait for an auth-resolver and a router that are started anew', async () => {
  const node = await startNode({ gateways: 2, conf: 'authorization { user: u, password: p }' });
  let over = false;
  let logins = 0;
  const failures: unknown[] = [];
  const people = [0, 1, 2, 3].map(async () => {
    while (!over) {
      await connectTo(node, { user: 'u', pass: 'p', reconnect: false })
        .then((client) => client.close())
        .catch((error) => failures.push(error));
      logins++;
    }
  });
  for (const name of ['auth-resolver', 'router']) await restartProcess(node, name);
  over = true;
  await Promise.all(people);
  expect(failures).toEqual([]);
  expect(logins).toBeGreaterThan(10);
});

it('a gateway started anew: its clients go to the other one, and no request fails', async () => {
  const node = await startNode({
    gateways: 2,
    conf: 'lame_duck_grace_period: "4s", lame_duck_duration: "30s"',
  });
  const options = { servers: node.url };
  let handled = 0;
  const serve = (connection: Follower['connection']): void => {
    connection.subscribe('service', {
      queue: 'workers',
      callback: (_error, message) => {
        handled++;
        message.respond('answer');
      },
    });
  };
  const responders = [
    await Follower.open(options, serve, await connectToGateway(node, 0)),
    await Follower.open(options, serve, await connectToGateway(node, 1)),
  ];
  const requesters = [
    await Follower.open(options, undefined, await connectToGateway(node, 0)),
    await Follower.open(options, undefined, await connectToGateway(node, 1)),
  ];
  const requests = requesters.map((requester) => new Requests(requester, 'service'));
  const stays = new Notices(requesters[0].connection);
  const former = await node.process('gateway', 1);
  await Promise.all(requests.map((one) => one.advance(200)));
  await restartProcess(node, 'gateway/1');
  await node.replaced(former, 5000);
  await Promise.all(requests.map((one) => one.advance(200)));
  await Promise.all(requests.map((one) => one.stop()));

  expect(requests.flatMap(({ failures }) => failures)).toEqual([]);
  expect(handled).toBe(requests.reduce((sum, { answered }) => sum + answered, 0));
  expect(requesters.map(({ moves }) => moves)).toEqual([0, 1]);
  expect(responders.map(({ moves }) => moves)).toEqual([0, 1]);
  expect(requesters.map(({ connection }) => gatewayOf(connection))).toEqual([0, 0]);
  expect(stays.trouble).toEqual([]);
  const fresh = await openClientAt(node, 1);
  await fresh.flush();
});

it('a gateway started anew: what was on its way to a queue member there goes to another', async () => {
  const node = await startNode({ gateways: 2, conf: 'lame_duck_grace_period: "100ms", lame_duck_duration: "30s"' });
  const [from, stays] = [await openClientAt(node, 0), await openClientAt(node, 0)];
  // Does not follow the word, and is closed in the middle of it all.
  const leaves = await openClientAt(node, 1, { reconnect: false });
  const received = new Map<number, number>();
  for (const member of [stays, leaves]) {
    member.subscribe('work', {
      queue: 'workers',
      callback: (_error, message) => {
        const number = Number(message.string());
        received.set(number, (received.get(number) ?? 0) + 1);
      },
    });
    await member.flush();
  }
  let sent = 0;
  let over = false;
  const publishing = (async () => {
    while (!over) {
      for (let i = 0; i < 200; i++) from.publish('work', String(sent++));
      await from.flush();
    }
  })();
  await restartProcess(node, 'gateway/1');
  await leaves.closed();
  over = true;
  await publishing;
  await stays.flush();
  const lost = Array.from({ length: sent }, (_, number) => number).filter((number) => !received.has(number));
  expect(lost).toEqual([]);
  expect([...received.values()].filter((times) => times !== 1)).toEqual([]);
});

it('what cannot be restarted is said', async () => {
  const node = await startNode();
  await expect(restartProcess(node, 'gateway/0')).rejects.toMatchObject({
    code: 1,
    stderr: 'skein: gateway 0 is the only gateway: its clients would have nowhere to go\n',
  });
  const { stdout } = await skein(node, 'ps');
  expect(stdout.split('\n').map((line) => line.split(/ +/)[0])).toEqual([
    ...['PROCESS', 'router', 'gateway/0', 'auth-resolver', 'monitor', ''],
  ]);
  await until('the monitor answers', 2000, async () => (await node.varz()).processes.length === 4);
});
