import { newDefinition } from '@skein/accounts';
import type { Link, Member, MemberHandlers, Peer, Runtime } from '@skein/bus';
import { defaultOptions } from '@skein/config';
import { expect, it, vi } from 'vitest';
import { Monitor } from '../monitor.ts';
import { Profiles } from '../profiling/profiles.ts';
import { patterns } from './patterns.ts';
import { SystemAccount } from './system-account.ts';

const identity = {
  serverId: 'NABC',
  serverName: 'alpha',
  version: '2.15.2',
  xkey: 'X',
  productVersion: '0.1.0',
  startedUnixMs: Date.UTC(2026, 0, 1),
};

type Handler = Parameters<Member['handle']>[1];

interface Published {
  subject: string;
  headers: string;
  body: unknown;
}

const peer = (id: number, component: Peer['component']): Peer => ({
  id,
  component,
  instance: id,
  address: '',
  pid: id,
});

class ManualClock implements Runtime {
  nowMs = 0;
  readonly timers: { atMs: number; fn: () => void }[] = [];
  now = () => this.nowMs;
  wallMs = () => identity.startedUnixMs + this.nowMs;
  random = () => 0;
  defer = (fn: () => void) => fn();
  setTimer = (delayMs: number, fn: () => void) => {
    this.timers.push({ atMs: this.nowMs + delayMs, fn });
    return { cancel: () => {} };
  };

  advance(toMs: number): void {
    for (;;) {
      this.timers.sort((a, b) => a.atMs - b.atMs);
      if (this.timers.length === 0 || this.timers[0].atMs > toMs) break;
      const { atMs, fn } = this.timers.shift() as { atMs: number; fn: () => void };
      this.nowMs = atMs;
      fn();
    }
    this.nowMs = toMs;
  }
}

/** The system account of a node with two gateways, whose answers a test gives. */
class Node {
  readonly clock = new ManualClock();
  readonly declared: string[] = [];
  readonly published: Published[] = [];
  readonly asked: string[] = [];
  readonly warnings: string[] = [];
  /** By method; a gateway's id may come before it. */
  readonly answers = new Map<string, unknown>();
  readonly handlers = new Map<string, Handler>();
  readonly links: Map<number, Link>;
  readonly account: SystemAccount;

  constructor() {
    this.answers.set('events-heard', { heard: true });
    this.answers.set('accounts', { accounts: [] });
    this.answers.set('active-accounts', { names: ['APP'] });
    this.links = new Map([1, 2].map((id) => [id, this.#link(id)]));
    const peers = new Map([1, 2].map((id) => [id, peer(id, 'gateway')]));
    const member = {
      links: this.links,
      peers,
      routerUp: true,
      figures: () => ({ pid: 40, uptimeMs: 1, memory: { rss: 1 }, cpu: { userMs: 0, systemMs: 0 } }),
      declare: (account: string, subject: string, _queue: string, weight: number) =>
        this.declared.push(`${account} ${subject} ${weight}`),
      linkTo: () => [...this.links.values()].find(({ up }) => up),
      handle: (method: string, fn: Handler) => void this.handlers.set(method, fn),
      request: async (to: number | 'router', method: string, body: string) => {
        this.asked.push(`${to} ${method} ${body}`);
        const answer = await (this.answers.get(`${to} ${method}`) ?? this.answers.get(method));
        if (answer === undefined) throw new Error('timeout');
        return JSON.stringify(answer);
      },
    };
    const configuration = { ...defaultOptions(), authRequired: false, host: '127.0.0.1' };
    configuration.accounts = ['APP', 'SYS'].map((name) => ({ definition: newDefinition(name), users: [] }));
    configuration.systemAccount = 'SYS';
    configuration.serverTags = ['az:1', 'blue'];
    configuration.serverMetadata = { rack: '7' };
    const monitor = new Monitor({
      member,
      identity,
      configuration,
      pid: 40,
      instance: 0,
      processList: async () => undefined,
      now: this.clock.now,
      wallMs: this.clock.wallMs,
    });
    const log = { debug: () => {}, warn: (text: string) => void this.warnings.push(text) };
    const profiles = new Profiles(member, 0, this.clock.wallMs);
    this.account = new SystemAccount({ member, runtime: this.clock, monitor, identity, account: 'SYS', profiles, log });
  }

  #link(id: number): Link {
    const publish: Link['publish'] = (account, subject, ss, se, _reply, _rs, _re, headerBytes, payload, ps, pe) => {
      expect(account.toString()).toBe('SYS');
      const text = payload.subarray(ps + headerBytes, pe);
      const isJson = text[0] !== 0x1f;
      this.published.push({
        subject: `${id} ${subject.toString('utf8', ss, se)}`,
        headers: payload.toString('utf8', ps, ps + headerBytes),
        body: isJson ? JSON.parse(text.toString()) : text,
      });
      return true;
    };
    return { peer: peer(id, 'gateway'), up: true, publish, flush: () => {} } as unknown as Link;
  }

  /** A request that came through gateway 2; what was answered to it. */
  async request(subject: string, body = '', headers = ''): Promise<Published[]> {
    const before = this.published.length;
    let answered: Promise<void> | undefined;
    const { account } = this;
    account.answer = (...given) => {
      answered = SystemAccount.prototype.answer.apply(account, given);
      return answered;
    };
    this.send(subject, '_INBOX.1', body, headers);
    await answered;
    return this.published.slice(before);
  }

  send(subject: string, reply: string, body = '', headers = ''): void {
    const block = headers === '' ? '' : `NATS/1.0\r\n${headers}\r\n\r\n`;
    const parts = [subject, reply, block + body].map((part) => Buffer.from(part));
    const [ss, rs, ps] = [0, parts[0].length, parts[0].length + parts[1].length];
    const buf = Buffer.concat(parts);
    const queues = { count: 0, start: () => 0, end: () => 0 };
    const deliver = this.account.deliver as NonNullable<MemberHandlers['deliver']>;
    const link = this.links.get(2) as Link;
    const headerBytes = Buffer.byteLength(block);
    deliver(link, 'SYS', buf, ss, rs, rs, ps, headerBytes, ps, buf.length, true, queues, 0, 1, 0, 0);
  }
}

/** Longer than any chain of promises that have nothing to wait for, the loading of modules included. */
async function settle(): Promise<void> {
  await import('./services.ts');
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

const VARZ = '$SYS.REQ.SERVER.NABC.VARZ';

it('declares its patterns at the start, and again when the router asks', () => {
  const node = new Node();
  node.account.start();
  expect(node.declared).toEqual(patterns('NABC').map((pattern) => `SYS ${pattern} 1`));
  const again: string[] = [];
  node.account.redeclare((account, subject, queue, weight) => again.push(`${account} ${subject}${queue} ${weight}`));
  expect(again).toEqual(node.declared);
});

it('answers through the gateway that the request came from, with what the server is', async () => {
  const node = new Node();
  const [{ subject, body }] = await node.request(VARZ);
  expect(subject).toBe('2 _INBOX.1');
  expect(body).toMatchObject({ server: { id: 'NABC', tags: ['az:1', 'blue'], seq: 1 }, data: { server_id: 'NABC' } });
  const [{ body: id }] = await node.request('$SYS.REQ.SERVER.PING.IDZ', 'nonsense');
  expect(id).toEqual({ name: 'alpha', host: '127.0.0.1', id: 'NABC' });
});

it('through another gateway when that one has gone', async () => {
  const node = new Node();
  (node.links.get(2) as { up: boolean }).up = false;
  expect((await node.request(VARZ))[0].subject).toBe('1 _INBOX.1');
});

it('does nothing where nobody waits for an answer', async () => {
  const node = new Node();
  node.send('$SYS.REQ.SERVER.NABC.KICK', '', '{"cid":8}');
  node.send('$SYS.REQ.SERVER.NABC.RELOAD', '');
  await settle();
  expect([node.asked, node.published]).toEqual([[], []]);
});

it.each([
  ['{"server_name":"lph"}', true],
  ['{"server_name":"lph","exact_match":true}', false],
  ['{"server_name":"alpha","exact_match":true}', true],
  ['{"server_name":"ALPHA"}', false],
  ['{"Server_Name":"nope"}', false],
  ['{"cluster":"x"}', false],
  ['{"cluster":""}', true],
  ['{"host":"127"}', true],
  ['{"host":"127","exact_match":true}', false],
  ['{"tags":["blue"]}', true],
  ['{"tags":["BLUE","az:1"]}', true],
  ['{"tags":["blue","nope"]}', false],
  ['{"tags":["blu"]}', false],
  ['{"domain":"x"}', false],
  ['{"server_id":"x"}', true],
  ['null', true],
])('a ping with the filter %s is answered: %s', async (filter, isAnswered) => {
  const node = new Node();
  expect(await node.request('$SYS.REQ.SERVER.PING', filter)).toHaveLength(isAnswered ? 1 : 0);
  expect(await node.request('$SYS.REQ.SERVER.PING.CONNZ', filter)).toHaveLength(isAnswered ? 1 : 0);
});

it('what cannot be read is an error, in nats-server’s words', async () => {
  const node = new Node();
  const descriptionOf = async (body: string) => {
    const [{ body: answer }] = await node.request('$SYS.REQ.SERVER.PING', body);
    return (answer as { error: { code: number; description: string } }).error;
  };
  expect(await descriptionOf('{"server_name":5}')).toEqual({
    code: 400,
    description:
      'json: cannot unmarshal number into Go struct field StatszEventOptions.EventFilterOptions.server_name of type string',
  });
  expect(await descriptionOf('[]')).toMatchObject({
    description: 'json: cannot unmarshal array into Go value of type server.StatszEventOptions',
  });
  expect(await descriptionOf(`{"a":"${'x'.repeat(64 * 1024)}"}`)).toMatchObject({
    description: 'request is too large',
  });
  expect((await node.request('$SYS.REQ.SERVER.PING', '', `A: ${'x'.repeat(64 * 1024)}`))[0].body).toMatchObject({
    error: { code: 400, description: 'request is too large' },
  });
});

it('STATSZ and its older name, of this server and of all, give statistics', async () => {
  const node = new Node();
  const process = { uptimeMs: 1, memory: { rss: 1 }, cpu: { userMs: 0, systemMs: 0 } };
  const counts = {
    totalConnections: 5,
    connections: 2,
    subscriptions: 3,
    inMsgs: 7,
    inBytes: 70,
    outMsgs: 4,
    outBytes: 40,
  };
  const troubles = { slowConsumers: 1, staleConnections: 0, stalledClients: 0 };
  for (const id of [1, 2]) node.answers.set(`${id} stats`, { pid: id, ...process, ...counts, ...troubles });
  const traffic = { sent: { msgs: 8, bytes: 80 }, received: { msgs: 14, bytes: 140 } };
  const figuresOfBoth = { connections: 4, total_connections: 10, subscriptions: 6, slow_consumers: 2, ...traffic };
  for (const name of ['NABC.STATSZ', 'NABC.STATZ', 'PING', 'PING.STATSZ', 'PING.STATZ']) {
    const [{ body }] = await node.request(`$SYS.REQ.SERVER.${name}`);
    expect(body).toMatchObject({ statsz: { active_servers: 1, active_accounts: 1, ...figuresOfBoth } });
  }
});

it('compresses a page where the requester can read that', async () => {
  const node = new Node();
  const [{ headers, body }] = await node.request(VARZ, '', 'Accept-Encoding: gzip');
  expect(headers).toBe('NATS/1.0\r\nContent-Encoding: gzip\r\n\r\n');
  const { gunzipSync } = await import('node:zlib');
  expect(JSON.parse(gunzipSync(body as Buffer).toString())).toMatchObject({ data: { server_id: 'NABC' } });
  const encodingOf = async (subject: string, asked: string) => (await node.request(subject, '', asked))[0].headers;
  expect(await encodingOf(VARZ, 'Accept-Encoding: snappy')).toContain('Content-Encoding: identity');
  expect(await encodingOf(VARZ, 'accept-encoding: gzip')).toBe('');
  expect(await encodingOf('$SYS.REQ.SERVER.PING', 'Accept-Encoding: gzip')).toBe('');
});

it.each(['KICK', 'LDM'])('%s finds its client on whichever gateway it is', async (name) => {
  const node = new Node();
  const method = name === 'KICK' ? 'kick' : 'lame-duck';
  const subject = `$SYS.REQ.SERVER.NABC.${name}`;
  node.answers.set(method, { found: false });
  node.answers.set(`2 ${method}`, { found: true });
  expect((await node.request(subject, '{"cid":8}'))[0].body).toEqual({ server: expect.anything() });
  expect(node.asked).toEqual([`1 ${method} {"cid":8}`, `2 ${method} {"cid":8}`]);
  node.answers.delete(`2 ${method}`);
  expect((await node.request(subject, '{}'))[0].body).toMatchObject({ error: { code: 500 } });
  expect((await node.request(subject, '{"cid":"8"}'))[0].body).toMatchObject({ error: { code: 400 } });
});

it('a gateway that is stuck keeps nobody from the client of another', async () => {
  const node = new Node();
  node.answers.set('1 kick', new Promise(() => {}));
  node.answers.set('2 kick', { found: true });
  expect((await node.request('$SYS.REQ.SERVER.NABC.KICK', '{"cid":8}'))[0].body).toEqual({ server: expect.anything() });
});

it('RELOAD tells what the router made of it', async () => {
  const node = new Node();
  const answer = async () => (await node.request('$SYS.REQ.SERVER.NABC.RELOAD'))[0].body;
  node.answers.set('router reload', {});
  expect(await answer()).toEqual({ server: expect.anything() });
  node.answers.set('router reload', { refusal: 'no' });
  expect(await answer()).toEqual({ server: expect.anything(), error: { code: 500, description: 'no' } });
  node.answers.delete('router reload');
  expect(await answer()).toMatchObject({ error: { code: 500, description: 'timeout' } });
});

it('PROFILEZ says why there is none', async () => {
  const node = new Node();
  const answer = async (body: string) => (await node.request('$SYS.REQ.SERVER.NABC.PROFILEZ', body))[0].body;
  expect(await answer('{}')).toMatchObject({ data: { profile: null, error: 'Profile name not specified' } });
  expect(await answer('{"name":"cpu"}')).toMatchObject({
    data: { error: 'Duration 0s should be between 0s and 15s' },
  });
  expect(await answer('{"duration":"1s"}')).toMatchObject({ error: { code: 400 } });
});

it('a profile is not kept waiting by requests that are', async () => {
  const node = new Node();
  const never = new Promise(() => {});
  node.answers.set('active-accounts', never);
  for (let i = 0; i < 4; i++) node.send('$SYS.REQ.SERVER.PING', `_INBOX.${i}`);
  expect(await node.request('$SYS.REQ.SERVER.NABC.PROFILEZ', '{}')).toHaveLength(1);
});

const figures = (account: string, connections: number, msgs = 0) => {
  const traffic = { msgs, bytes: msgs * 3 };
  return {
    account,
    nameTag: account,
    connections,
    subscriptions: 4,
    slowConsumers: 0,
    sent: traffic,
    received: traffic,
  };
};

it('answers for one account what all gateways have of it', async () => {
  const node = new Node();
  node.answers.set('1 accounts', { accounts: [figures('APP', 1, 2)] });
  node.answers.set('2 accounts', { accounts: [figures('APP', 2, 5)] });
  const sum = { acc: 'APP', conns: 3, num_subscriptions: 8, sent: { msgs: 7, bytes: 21 } };
  const [{ body }] = await node.request('$SYS.REQ.ACCOUNT.APP.STATZ', '{"accounts":["SYS"]}');
  expect(body).toMatchObject({ data: { account_statz: [sum] } });
  expect(node.asked.at(-1)).toBe('2 accounts {"accounts":["APP"]}');
  expect((await node.request('$SYS.REQ.ACCOUNT.APP.CONNS'))[0].body).toMatchObject(sum);
  expect((await node.request('$SYS.REQ.ACCOUNT.APP.CONNS', '{"acc":"SYS"}'))[0].body).toMatchObject({
    error: { code: 400 },
  });
  expect((await node.request('$SYS.REQ.ACCOUNT.APP.JSZ'))[0].body).toMatchObject({
    data: null,
    error: { code: 500, description: 'jetstream not enabled' },
  });
});

it('says nothing of an account that nobody is in', async () => {
  const node = new Node();
  node.answers.set('accounts', { accounts: [figures('APP', 0)] });
  for (const name of ['STATZ', 'CONNS']) expect(await node.request(`$SYS.REQ.ACCOUNT.APP.${name}`)).toEqual([]);
  const [{ body }] = await node.request('$SYS.REQ.ACCOUNT.PING.STATZ', '{"accounts":["APP"],"include_unused":true}');
  expect(body).toMatchObject({ data: { account_statz: [{ acc: 'APP', conns: 0 }] } });
});

it('tells users of an account that is called PING of their own alone', async () => {
  const node = new Node();
  node.answers.set('accounts', { accounts: [figures('APP', 1)] });
  const subject = '$SYS.REQ.ACCOUNT.PING.STATZ';
  const [{ body }] = await node.request(subject);
  expect(body).toMatchObject({ data: { account_statz: [{ acc: 'APP' }] } });
  expect(await node.request(subject, '', 'Nats-Request-Info: {"acc":"PING"}')).toEqual([]);
});

const USER_INFO = '$SYS.REQ.USER.APP.INFO';

it('tells a requester who it is, and what it may do', async () => {
  const node = new Node();
  const permissions = { publish: { allow: ['a.>'] }, responses: { max: 5, expiresMs: 60_000 } };
  node.answers.set('2 client', {
    client: { user: 'app', userName: 'a1', account: 'APP', accountTag: 'Applications', permissions, expiresUnixMs: 0 },
  });
  const header = 'Nats-Request-Info: {"acc":"APP","user":"app","id":8}';
  const [{ body }] = await node.request('$SYS.REQ.USER.APP.INFO', '', header);
  expect(body).toMatchObject({
    data: {
      user: 'app',
      account: 'APP',
      account_name: 'Applications',
      user_name: 'a1',
      permissions: { publish: { allow: ['a.>'] }, responses: { max: 5, ttl: 60_000_000_000 } },
    },
  });
  expect(node.asked.at(-1)).toBe('2 client {"cid":8}');
  // Nobody has imported it: the header is missing.
  expect((await node.request(USER_INFO))[0].body).toMatchObject({ data: { user: '', account: '' } });
});

it('a client of another account is not shown to whom it does not belong', async () => {
  const node = new Node();
  const permissions = { publish: { allow: ['secret'] } };
  node.answers.set('2 client', {
    client: { user: 'boss', userName: 'b', account: 'OTHER', accountTag: 'O', permissions, expiresUnixMs: 0 },
  });
  const [{ body }] = await node.request(USER_INFO, '', 'Nats-Request-Info: {"acc":"APP","id":8}');
  expect((body as { data: object }).data).toEqual({ user: '', account: 'APP', account_name: 'APP' });
});

it('a header that cannot be right names nobody', async () => {
  const node = new Node();
  for (const info of ['{"acc":"APP","id":"8"}', '{"acc":5,"id":{}}', 'null', '[', '']) {
    const answers = await node.request(USER_INFO, '', `Nats-Request-Info: ${info}`);
    expect(answers).toHaveLength(1);
  }
  expect(node.asked).toEqual([]);
});

it('counts subscribers over all gateways', async () => {
  const node = new Node();
  node.answers.set('1 subscribers', { count: 2 });
  node.answers.set('2 subscribers', { count: 1 });
  expect((await node.request('$SYS.DEBUG.SUBSCRIBERS', 'foo q'))[0].body).toBe(3);
  expect(node.asked.at(-1)).toBe('2 subscribers {"account":"SYS","subject":"foo","queue":"q"}');
  const info = 'Nats-Request-Info: {"acc":"APP"}';
  await node.request('$SYS.DEBUG.SUBSCRIBERS', 'foo', info);
  expect(node.asked.at(-1)).toBe('2 subscribers {"account":"APP","subject":"foo","queue":""}');
  for (const body of ['', 'a b c']) expect((await node.request('$SYS.DEBUG.SUBSCRIBERS', body))[0].body).toBe(0);
  expect((await node.request('$SYS.REQ.ACCOUNT.NSUBS', '{"acc":"APP","subject":"foo"}'))[0].body).toBe(3);
});

it('says statistics soon after the start, then less and less often', async () => {
  const node = new Node();
  node.account.start();
  const times: number[] = [];
  for (let at = 0; at <= 36_000; at += 250) {
    node.clock.advance(at);
    const before = node.published.length;
    await settle();
    for (const { subject } of node.published.slice(before)) if (subject.endsWith('.STATSZ')) times.push(at);
  }
  // Recorded: 0.25 s after the start, then 1, 2, 4, 8, 10, 10 s later.
  expect(times).toEqual([250, 1250, 3250, 7250, 15_250, 25_250, 35_250]);
});

it('gathers nothing where nobody listens', async () => {
  const node = new Node();
  node.answers.set('events-heard', { heard: false });
  node.account.start();
  node.clock.advance(60_000);
  await settle();
  expect(new Set(node.asked)).toEqual(new Set(['1 events-heard {}']));
  expect(node.published).toEqual([]);
});

it('says how many connections an account has when a gateway tells of a change, and every half minute', async () => {
  const node = new Node();
  node.answers.set('1 accounts', { accounts: [figures('APP', 1)] });
  node.answers.set('2 accounts', { accounts: [figures('APP', 2)] });
  await node.handlers.get('connections-changed')?.('{"accounts":["APP"]}', undefined);
  expect(node.published.map(({ subject }) => subject)).toEqual([
    '1 $SYS.SERVER.ACCOUNT.APP.CONNS',
    '1 $SYS.ACCOUNT.APP.SERVER.CONNS',
  ]);
  expect(node.published[0].body).toMatchObject({ acc: 'APP', conns: 3, server: { id: 'NABC' } });
  node.account.start();
  node.clock.advance(29_000);
  await settle();
  const conns = () => node.published.filter(({ subject }) => subject.endsWith('CONNS'));
  expect(conns()).toHaveLength(2);
  node.clock.advance(30_000);
  await settle();
  expect(conns()).toHaveLength(4);
});

it('the connections of many accounts are said a part after the other', async () => {
  const node = new Node();
  const names = Array.from({ length: 501 }, (_, i) => `A${i}`);
  node.answers.set('active-accounts', { names });
  node.account.start();
  node.clock.advance(30_000);
  await settle();
  const asked = node.asked.filter((one) => one.startsWith('1 accounts '));
  expect(asked.map((one) => JSON.parse(one.slice('1 accounts '.length)).accounts.length)).toEqual([250, 250, 1]);
});

it('an account is named as it is written', async () => {
  const node = new Node();
  node.answers.set('1 accounts', { accounts: [figures('Café', 1)] });
  await node.handlers.get('connections-changed')?.('{"accounts":["Café"]}', undefined);
  expect(node.published[0].subject).toBe('1 $SYS.SERVER.ACCOUNT.Café.CONNS');
});

it('each change is counted anew, after the one before it', async () => {
  const node = new Node();
  const first = Promise.withResolvers<unknown>();
  node.answers.set('1 accounts', first.promise);
  const changed = () => node.handlers.get('connections-changed')?.('{"accounts":["APP"]}', undefined);
  const page = node.request('$SYS.REQ.ACCOUNT.APP.STATZ');
  const both = [changed(), changed()];
  await settle();
  node.answers.set('1 accounts', { accounts: [figures('APP', 2)] });
  first.resolve({ accounts: [figures('APP', 1)] });
  await Promise.all([...both, page]);
  const counts = node.published.filter(({ subject }) => subject.endsWith('SERVER.CONNS'));
  expect(counts.map(({ body }) => (body as { conns: number }).conns)).toEqual([1, 2]);
  // Once for the page, and once for each change: none is content with what another was told.
  expect(node.asked.filter((asked) => asked.startsWith('1 accounts'))).toHaveLength(3);
});

it('says nothing more when it has stopped', async () => {
  const node = new Node();
  const heard = Promise.withResolvers<unknown>();
  node.answers.set('events-heard', heard.promise);
  node.account.start();
  node.clock.advance(300);
  node.account.stop(false);
  heard.resolve({ heard: true });
  await settle();
  expect(node.published).toEqual([]);
});

it('says that the server goes, last of all', async () => {
  const node = new Node();
  node.account.start();
  node.account.sayFarewell('LAMEDUCK');
  node.account.stop(true);
  node.clock.advance(60_000);
  await settle();
  expect(node.published.map(({ subject }) => subject)).toEqual([
    '1 $SYS.SERVER.NABC.LAMEDUCK',
    '1 $SYS.SERVER.NABC.SHUTDOWN',
  ]);
  expect(node.published[1].body).toMatchObject({ name: 'alpha', id: 'NABC', seq: 2 });
});

it('says nothing of a process that goes alone', async () => {
  const node = new Node();
  node.account.start();
  node.account.stop(false);
  await settle();
  expect(node.published.map(({ subject }) => subject)).toEqual([]);
});

it('a crowd is told that it is too many, and nothing is lost of those who wait', async () => {
  const node = new Node();
  for (let i = 0; i < 400; i++) node.send(VARZ, `_INBOX.${i}`);
  await settle();
  await vi.waitFor(() => expect(node.published).toHaveLength(400));
  const refused = node.published.filter(({ body }) => (body as { error?: { code: number } }).error?.code === 503);
  expect(refused).toHaveLength(400 - 4 - 256);
});

it('a crowd in one account keeps nobody from asking of the server', async () => {
  const node = new Node();
  for (let i = 0; i < 400; i++) node.send('$SYS.REQ.ACCOUNT.A.CONNZ', `_INBOX.${i}`);
  node.send(VARZ, 'operator');
  await vi.waitFor(() => expect(node.published).toHaveLength(401));
  const errors = new Map(
    node.published.map(({ subject, body }) => [
      subject,
      (body as { error?: { description: string } }).error?.description,
    ]),
  );
  expect(errors.get('operator')).toBeUndefined();
  const refused = [...errors.values()].filter((text) => text === 'too many requests are waiting');
  expect(refused).toHaveLength(400 - 4 - 64);
});
