import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { accountFigures } from './account-figures.ts';
import { Replica } from './replica.ts';
import { SystemEvents } from './system-events.ts';
import { Bench, type TestClient } from './testing/bench.ts';

const recorded = JSON.parse(readFileSync(new URL('./testing/recorded-events.json', import.meta.url), 'utf8'));

const facts = {
  serverId: 'NABC',
  serverName: 'alpha',
  version: '2.15.2',
  host: '127.0.0.1',
  tags: ['az:1', 'blue'],
  metadata: { rack: '7' },
};

interface Said {
  subject: string;
  event: Record<string, unknown> & { client: Record<string, unknown> };
}

class EventBench extends Bench {
  readonly watcher: TestClient;

  /** Somebody in the system account listens to `pattern`; the clients have to say who they are. */
  constructor(pattern = '$SYS.>') {
    super({ authRequired: true });
    this.gateway.events = new SystemEvents(this.gateway, '$SYS', () => facts);
    this.watcher = this.stranger();
    this.watcher.say('CONNECT {"verbose":false,"user":"sys"}\r\n');
    this.answer('$SYS', 'sys');
    this.#pattern = pattern;
  }

  readonly #pattern: string;

  async listen(): Promise<void> {
    await this.answers();
    this.watcher.say(`SUB ${this.#pattern} 1\r\n`).hear();
  }

  answer(account: string, user: string): void {
    const limits = { expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 };
    this.member.asked.shift()?.answer({ allowed: true, account, user, ...limits });
  }

  refuse(): void {
    this.member.asked.shift()?.answer({ allowed: false, error: '', reason: 'no' });
  }

  async enter(account: string, user: string, connect: object = {}, client = this.stranger()): Promise<TestClient> {
    client.say(`CONNECT ${JSON.stringify({ verbose: false, user, ...connect })}\r\n`);
    this.answer(account, user);
    await this.answers();
    client.hear();
    return client;
  }

  /** What the watcher has been told. */
  said(): Said[] {
    // Events are published in one turn, and flushed to whoever listens in the next.
    const text = this.watcher.hear() + this.watcher.hear();
    return [...text.matchAll(/MSG (\S+) 1 \d+\r\n(.*)\r\n/g)].map(([, subject, json]) => ({
      subject,
      event: JSON.parse(json),
    }));
  }
}

async function bench(pattern?: string): Promise<EventBench> {
  const made = new EventBench(pattern);
  await made.listen();
  return made;
}

const shape = (value: object): string[] =>
  Object.entries(value).flatMap(([key, one]) => [
    `${key}: ${typeof one}`,
    ...(typeof one === 'object' && one !== null && key !== 'feature_flags' ? shape(one) : []),
  ]);

it('says who has come, in nats-server’s fields', async () => {
  const node = await bench();
  await node.enter('APP', 'app', { name: 'appy', lang: 'x', version: '1' });
  const [{ subject, event }, ...more] = node.said();
  expect(more).toEqual([]);
  expect(subject).toBe('$SYS.ACCOUNT.APP.CONNECT');
  expect(shape(event)).toEqual(shape(recorded.CONNECT));
  expect(event.type).toBe(recorded.CONNECT.type);
  const { start: _start, id: _id, host: _host, ...client } = event.client;
  const { start: __start, id: __id, host: __host, ...expected } = recorded.CONNECT.client;
  expect(client).toEqual(expected);
});

it('says who has gone, with what moved as the client sees it', async () => {
  const node = await bench();
  const app = await node.enter('APP', 'app', { name: 'appy', lang: 'x', version: '1' });
  app.say('SUB foo 1\r\nPUB foo 3\r\nabc\r\nPUB bar 2\r\nde\r\n').hear();
  app.connection.rttMs = 0.421;
  node.said();
  node.gateway.close(app.connection, 'Client Closed');
  const [{ subject, event }] = node.said();
  expect(subject).toBe('$SYS.ACCOUNT.APP.DISCONNECT');
  expect(shape(event)).toEqual(shape(recorded.DISCONNECT));
  expect(event).toMatchObject({
    type: recorded.DISCONNECT.type,
    client: { rtt: 421_000, acc: 'APP' },
    sent: { msgs: 2, bytes: 5 },
    received: { msgs: 1, bytes: 3 },
    reason: 'Client Closed',
  });
});

it('a refused one is an authentication error, and goes from the global account', async () => {
  const node = await bench();
  const client = node.stranger();
  client.say('CONNECT {"verbose":false,"user":"app","name":"bad","lang":"x","version":"1"}\r\n');
  node.refuse();
  await node.answers();
  const said = node.said();
  expect(said.map(({ subject }) => subject)).toEqual([
    '$SYS.SERVER.NABC.CLIENT.AUTH.ERR',
    '$SYS.ACCOUNT.$G.DISCONNECT',
  ]);
  for (const { event } of said) {
    expect(event).toMatchObject({ client: { user: 'app', acc: '$G' }, reason: 'Authentication Failure' });
  }
});

it('one that is refused when it wants to be somebody else leaves the account it was in', async () => {
  const node = await bench();
  const client = await node.enter('APP', 'app');
  node.said();
  client.say('CONNECT {"verbose":false,"user":"bpp"}\r\n');
  node.refuse();
  await node.answers();
  expect(node.said().map(({ subject }) => subject)).toEqual([
    '$SYS.SERVER.NABC.CLIENT.AUTH.ERR',
    '$SYS.ACCOUNT.$G.DISCONNECT',
  ]);
});

it('too many events of one turn are dropped, and the log says how many', async () => {
  const node = await bench();
  const clients = [];
  for (let i = 0; i < 10_003; i++) clients.push(node.stranger());
  for (const { connection } of clients) node.gateway.close(connection, 'Client Closed');
  expect(node.said()).toHaveLength(10_000);
  expect(node.log.lines).toContain('WRN 3 events of connections dropped: too many at once');
});

it('one that goes before it said who it is goes from the global account', async () => {
  const node = await bench();
  node.gateway.close(node.stranger().connection, 'Client Closed');
  const [{ subject, event }, ...more] = node.said();
  expect(more).toEqual([]);
  expect(subject).toBe('$SYS.ACCOUNT.$G.DISCONNECT');
  expect(Object.keys(event.client)).toEqual(recorded.strangerKeys);
});

it('a second CONNECT into another account is told of again', async () => {
  const node = await bench();
  const client = await node.enter('APP', 'app');
  node.said();
  await node.enter('BPP', 'bpp', {}, client);
  expect(node.said().map(({ subject }) => subject)).toEqual(['$SYS.ACCOUNT.BPP.CONNECT']);
});

it('where nobody is asked, CONNECT makes it known', () => {
  const node = new Bench();
  node.gateway.events = new SystemEvents(node.gateway, '$G', () => facts);
  const watcher = node.client();
  watcher.say('SUB $SYS.> 1\r\n').hear();
  node.stranger();
  expect(watcher.hear() + watcher.hear()).toBe('');
  node.client().say('CONNECT {}\r\n');
  expect((watcher.hear() + watcher.hear()).match(/CONNECT 1/g)).toHaveLength(1);
});

it('nothing is made where nobody listens', async () => {
  const node = await bench('foo');
  await node.enter('APP', 'app');
  expect(node.said()).toEqual([]);
  expect(node.member.requests).toEqual([]);
});

it('what happens while a message is routed does not disturb it', async () => {
  const node = await bench();
  const [one, two] = [await node.enter('APP', 'a'), await node.enter('APP', 'b')];
  one.say('SUB foo a 1\r\nSUB foo b 2\r\n').hear();
  const other = node.member.link(2);
  node.member.peers.set(2, other.peer);
  node.gateway.account('APP').setRemote(2, 'foo', 'a', 9);
  node.gateway.account('$SYS').setRemote(2, '$SYS.>', '', 1);
  // Another process is picked of the one group, and a member here of the other: delivering to it ends a connection.
  node.runtime.chance = () => 0.99;
  const reserve = one.connection.output.reserve.bind(one.connection.output);
  one.connection.output.reserve = (...given) => {
    node.gateway.close(two.connection, 'Slow Consumer (Pending Bytes)');
    reserve(...given);
  };
  node.said();
  const publisher = await node.enter('APP', 'c');
  node.said();
  other.delivered.length = 0;
  publisher.say('PUB foo 5\r\nhello\r\n');
  expect(one.hear()).toBe('MSG foo 2 5\r\nhello\r\n');
  expect(other.delivered.map(({ subject, queues }) => [subject, ...queues])).toEqual([
    ['foo', 'a'],
    ['$SYS.ACCOUNT.APP.DISCONNECT'],
  ]);
});

it('the monitor is told whose connections have changed, one report at a time', async () => {
  const node = await bench();
  const monitor = { id: 9, component: 'monitor' as const, instance: 0, address: '', pid: 9 };
  node.member.peers.set(9, monitor);
  const { requests } = node.member;
  await node.enter('APP', 'a');
  await node.enter('APP', 'b');
  await node.enter('BPP', 'b');
  expect(requests.map(({ question }) => question)).toEqual([
    { method: 'connections-changed', body: '{"accounts":["APP"]}' },
  ]);
  requests[0].answer('{}');
  await node.answers();
  expect(requests[1].question.body).toBe('{"accounts":["APP","BPP"]}');
  requests[1].fail();
  await node.answers();
  expect(requests).toHaveLength(2);
  await node.enter('BPP', 'c');
  expect(requests).toHaveLength(3);
});

it('what changed while the monitor was away it finds out by itself', async () => {
  const node = await bench();
  await node.enter('APP', 'a');
  expect(node.member.requests).toEqual([]);
  node.member.peers.set(9, { id: 9, component: 'monitor', instance: 0, address: '', pid: 9 });
  await node.enter('BPP', 'b');
  expect(node.member.requests.map(({ question }) => question.body)).toEqual(['{"accounts":["BPP"]}']);
});

it('a report names so many accounts, and the next one the others', async () => {
  const node = await bench();
  node.member.peers.set(9, { id: 9, component: 'monitor', instance: 0, address: '', pid: 9 });
  for (let i = 0; i < 1001; i++) node.gateway.events?.countChanged(`A${i}`);
  node.runtime.turn();
  const { requests } = node.member;
  expect(JSON.parse(requests[0].question.body).accounts).toHaveLength(1000);
  requests[0].answer('{}');
  await node.answers();
  expect(requests[1].question.body).toBe('{"accounts":["A1000"]}');
});

it('another gateway’s listeners count, the monitor itself does not', async () => {
  const node = new Bench();
  const events = new SystemEvents(node.gateway, '$SYS', () => facts);
  const replica = new Replica(node.gateway);
  const peer = (id: number, component: 'monitor' | 'gateway') => ({ id, component, instance: 0, address: '', pid: id });
  node.member.peers.set(8, peer(8, 'monitor')).set(9, peer(9, 'gateway'));
  node.gateway.account('$SYS').setRemote(8, '$SYS.REQ.>', '', 1);
  expect(events.heard).toBe(false);
  node.gateway.account('$SYS').setRemote(9, 'foo', '', 1);
  expect(events.heard).toBe(true);
  replica.withdraw(9);
  expect(events.heard).toBe(false);
});

it('an account’s figures keep what connections have moved that are gone, or in another account now', async () => {
  const node = await bench();
  const client = await node.enter('APP', 'a');
  client.say('SUB foo 1\r\nPUB foo 3\r\nabc\r\n').hear();
  await node.enter('BPP', 'b', {}, client);
  client.say('PUB bar 2\r\nde\r\n');
  const gone = await node.enter('APP', 'a');
  gone.say('PUB foo 1\r\nx\r\n');
  node.gateway.close(gone.connection, 'Client Closed');
  const figures = accountFigures(node.gateway, { accounts: ['APP', 'BPP', 'NOPE'] }).accounts;
  expect(figures).toMatchObject([
    { account: 'APP', connections: 0, sent: { msgs: 1, bytes: 3 }, received: { msgs: 2, bytes: 4 } },
    { account: 'BPP', connections: 1, sent: { msgs: 0, bytes: 0 }, received: { msgs: 1, bytes: 2 } },
  ]);
  expect(accountFigures(node.gateway, {}).accounts.map(({ account }) => account)).toEqual(['$SYS', 'BPP']);
});
