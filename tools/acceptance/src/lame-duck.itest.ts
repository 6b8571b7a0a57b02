import { connect } from '@nats-io/transport-node';
import { WireClient } from '@skein/testing';
import { expect, it, onTestFinished } from 'vitest';
import { Notices } from './client.ts';
import { Flood } from './flood.ts';
import { Follower, Requests } from './follower.ts';
import type { Node } from './node.ts';
import { isAlive } from './procfs.ts';
import { openClient, openClientAt, restartProcess, startNode } from './scope.ts';
import { until } from './until.ts';

const PERIODS = 'lame_duck_grace_period: "1s", lame_duck_duration: "30s"';

const gone = (node: Node) => until('it has ended', 20_000, () => !isAlive(node.server.pid));

it('two servers upgraded one after the other, under load: no request fails', async () => {
  // Time enough for clients of a loaded machine to go.
  const conf = 'lame_duck_grace_period: "4s", lame_duck_duration: "30s"';
  const first = await startNode({ conf });
  const second = await startNode({ conf });
  const servers = [first, second];
  // Without a cluster between them whoever answers is connected with both; whoever asks, with either.
  let handled = 0;
  const responders = await Promise.all(
    servers.map(async ({ url }) => {
      const connection = await connect({ servers: url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
      onTestFinished(() => connection.close());
      connection.subscribe('service', {
        callback: (_error, message) => {
          handled++;
          message.respond('answer');
        },
      });
      await connection.flush();
      return connection;
    }),
  );
  const urls = servers.map(({ url }) => url);
  const requesters = await Promise.all([0, 1, 2, 3].map(() => Follower.open({ servers: urls, noRandomize: true })));
  const requests = requesters.map((requester) => new Requests(requester, 'service'));

  for (const [index, node] of servers.entries()) {
    await Promise.all(requests.map((one) => one.advance(100)));
    const back = new Notices(responders[index]);
    process.kill(node.server.pid, 'SIGUSR2');
    await gone(node);
    await startNode({ conf, port: node.port });
    // The operator's part: the next server goes when this one is of use again.
    await back.first('reconnect');
    await responders[index].flush();
  }
  await Promise.all(requests.map((one) => one.advance(100)));
  await Promise.all(requests.map((one) => one.stop()));

  expect(requests.flatMap(({ failures }) => failures)).toEqual([]);
  expect(handled).toBe(requests.reduce((sum, { answered }) => sum + answered, 0));
  expect(requesters.map(({ moves }) => moves)).toEqual([2, 2, 2, 2]);
});

it('over several gateways: all are told, nobody new comes in, other pages work, all are let go, TERM waits', async () => {
  const node = await startNode({ gateways: 2, conf: PERIODS, websocketPort: -1 });
  const clients = [
    await openClientAt(node, 0, { reconnect: false }),
    await openClientAt(node, 1, { reconnect: false }),
    await openClientAt(node, 1, { reconnect: false }),
  ];
  const notices = clients.map((client) => new Notices(client));
  const silent = await WireClient.connect({ port: node.port });
  await silent.send('CONNECT {"verbose":false,"protocol":0}\r\n');
  await silent.sync();
  const entering = node.server.nextLine(/Entering lame duck mode, stop accepting new clients/);
  const closing = node.server.nextLine(/Closing existing clients/);
  process.kill(node.server.pid, 'SIGUSR2');
  await entering;
  await Promise.all(notices.map((one) => one.first('ldm')));
  process.kill(node.server.pid, 'SIGTERM');
  const page = (name: string) => fetch(`http://127.0.0.1:${node.server.monitoringPort}/${name}`);
  expect((await page('healthz')).status).toBe(500);
  expect((await page('varz')).status).toBe(200);
  for (const port of [node.port, node.server.websocketPort as number]) {
    await expect(WireClient.connect({ port })).rejects.toThrow('ECONNREFUSED');
  }
  expect(await silent.sync()).toBe('open');
  expect(silent.received).not.toContain('ldm');
  expect(clients.map((client) => client.isClosed())).toEqual([false, false, false]);
  await closing;
  await Promise.all(clients.map((client) => client.closed()));
  await silent.closed();
  await gone(node);
  expect(node.server.log.at(-1)).toContain('Server Exiting..');
});

it('the system account hears of the lame duck and of the end, and of no end when the monitor alone is started anew', async () => {
  const conf = `${PERIODS}
    accounts { APP { users: [{ user: app, password: p }] }, SYS { users: [{ user: sys, password: p }] } }
    system_account: SYS`;
  const node = await startNode({ gateways: 2, conf });
  const listener = await openClientAt(node, 1, { user: 'sys', pass: 'p', reconnect: false });
  const app = await openClientAt(node, 0, { user: 'app', pass: 'p', reconnect: false });
  const heard: string[] = [];
  listener.subscribe('$SYS.SERVER.*.*', {
    callback: (_error, { subject }) => {
      if (/LAMEDUCK|SHUTDOWN/.test(subject)) heard.push(subject.split('.')[3]);
    },
  });
  await listener.flush();
  const monitor = await node.process('monitor');
  await restartProcess(node, 'monitor');
  await node.replaced(monitor, 5000);
  await listener.flush();
  process.kill(node.server.pid, 'SIGUSR2');
  await until('it hears of the lame duck', 2000, () => heard.length > 0);
  expect(heard).toEqual(['LAMEDUCK']);
  await Promise.all([app.closed(), listener.closed()]);
  await gone(node);

  const next = await startNode({ conf });
  const other = await openClient(next, { user: 'sys', pass: 'p', reconnect: false });
  other.subscribe('$SYS.SERVER.*.SHUTDOWN', { callback: () => void heard.push('the end') });
  await other.flush();
  process.kill(next.server.pid, 'SIGTERM');
  await other.closed();
  expect(heard).toEqual(['LAMEDUCK', 'the end']);
});

it('without clients it ends at once', async () => {
  const node = await startNode({ gateways: 2 });
  process.kill(node.server.pid, 'SIGUSR2');
  await gone(node);
  expect(node.server.log.filter((line) => line.includes('Closing existing clients'))).toEqual([]);
});

it('SIGTERM under load: what was acknowledged is delivered, and the port is free at once', async () => {
  const node = await startNode({ gateways: 2 });
  const from = await openClientAt(node, 0, { reconnect: false });
  const to = await openClientAt(node, 1, { reconnect: false });
  const flood = await Flood.start(from, to);
  await until('the flood is under way', 5000, () => flood.acknowledged > 5000);
  const begun = performance.now();
  process.kill(node.server.pid, 'SIGTERM');
  await Promise.all([from.closed(), to.closed(), flood.broken()]);
  await gone(node);
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(flood.gap).toBeUndefined();
  expect(flood.received).toBeGreaterThanOrEqual(flood.acknowledged);
  const next = await startNode({ gateways: 2, port: node.port });
  await (await openClient(next)).flush();
});
