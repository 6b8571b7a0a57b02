import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { endpoints } from '../endpoints/table.ts';
import { accountsAnswer, connection, figures, peer, testMonitor, twin } from '../testing/test-monitor.ts';
import { createApp } from './app.ts';

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

function setUp(basePath = '') {
  const { monitor, ...rest } = testMonitor(basePath);
  const made = createApp(monitor);
  app = made;
  const get = async (url: string, more: object = {}) => made.inject({ method: 'GET', url, ...more });
  const json = async (url: string) => (await get(url)).json();
  return { get, json, monitor, ...rest };
}

const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`../recorded/${name}.json`, import.meta.url), 'utf8'));

const shape = (value: object): string[] => Object.entries(value).map(([key, one]) => `${key}: ${kind(one)}`);
const kind = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

it.each(['connz', 'subsz', 'routez', 'gatewayz', 'leafz', 'accountz', 'accstatz', 'jsz', 'healthz'])(
  '/%s has nats-server’s fields, in its order',
  async (name) => {
    const { json } = setUp();
    expect(shape(await json(`/${name}`))).toEqual(shape(recorded(name)));
  },
);

it('/varz has nats-server’s fields, in its order, and the processes', async () => {
  const { json } = setUp();
  const varz = await json('/varz');
  expect(shape(varz)).toEqual([...shape(recorded('varz')), 'processes: array']);
  for (const name of ['proto', 'max_connections', 'ping_interval', 'max_payload', 'write_deadline', 'auth_timeout']) {
    expect([name, varz[name]]).toEqual([name, recorded('varz')[name]]);
  }
});

it('/varz adds up what the gateways say, and lists every process', async () => {
  const { json } = setUp();
  const varz = await json('/varz');
  expect(varz).toMatchObject({ connections: 2, subscriptions: 6, in_msgs: 20, out_bytes: 400, total_connections: 2 });
  expect(varz.processes).toHaveLength(5);
  expect(varz.processes[1]).toMatchObject({ pid: 10, uptime: '1m1s', restarts: 10, mem: 1000 });
});

it('counters never go back when a gateway is replaced', async () => {
  const { json, answers, peers } = setUp();
  await json('/varz');
  peers.delete(2);
  peers.set(4, peer(4, 'gateway', 1));
  answers.set('4 stats', figures(21, { inMsgs: 1 }));
  expect((await json('/varz')).in_msgs).toBe(21);
});

it('a process that stalls is shown as it was, with the age of its word', async () => {
  const { json, answers, pass } = setUp();
  await json('/varz');
  answers.delete('2 stats');
  pass(4000);
  const varz = await json('/varz');
  expect(varz.in_msgs).toBe(20);
  expect(varz.processes[2]).toMatchObject({ pid: 20, stale_ms: 4000 });
  expect(varz.processes[1].stale_ms).toBeUndefined();
});

it('/connz merges the gateways’ connections, sorts, and cuts', async () => {
  const { json } = setUp();
  const cids = async (query: string) =>
    (await json(`/connz${query}`)).connections.map((one: { cid: number }) => one.cid);
  expect(await cids('')).toEqual([1, 2, 3]);
  expect(await cids('?sort=msgs_from')).toEqual([2, 1, 3]);
  expect(await cids('?offset=1&limit=1')).toEqual([2]);
  expect(await json('/connz?limit=1')).toMatchObject({ total: 3, num_connections: 1, limit: 1 });
});

it('/connz says why and when a connection ended', async () => {
  const { json, answers } = setUp();
  const times = { startUnixMs: 60_000, lastActivityUnixMs: 61_000, stopUnixMs: 62_000 };
  answers.set('1 connz', twin([connection(3, { ...times, reason: 'Client Closed' })]));
  answers.set('2 connz', twin([]));
  const [closed] = (await json('/connz?state=closed&sort=stop')).connections;
  expect(closed).toMatchObject({ stop: '1970-01-01T00:01:02.000Z', reason: 'Client Closed', uptime: '2s', idle: '1s' });
  expect(Object.keys(closed).slice(5, 10)).toEqual(['start', 'last_activity', 'stop', 'reason', 'rtt']);
});

it('/connz shows the connections of a gateway that stalls as they were, with their age', async () => {
  const { json, answers, pass } = setUp();
  await json('/connz');
  answers.delete('2 connz');
  pass(4000);
  const page = await json('/connz');
  expect(page).toMatchObject({ total: 3, num_connections: 3 });
  expect(page.connections.map((one: { stale_ms?: number }) => one.stale_ms)).toEqual([undefined, 4000, undefined]);
});

it('/connz tells that it knows nothing rather than that there is nothing', async () => {
  const { get, answers } = setUp();
  answers.delete('2 connz');
  expect((await get('/connz')).json()).toMatchObject({ num_connections: 2, silent_gateways: 1 });
  const other = setUp();
  for (const id of [1, 2]) other.answers.delete(`${id} connz`);
  const { statusCode, body } = await other.get('/connz');
  expect([statusCode, body]).toEqual([503, 'no gateway answers']);
});

it('/connz names users only when asked', async () => {
  const { json } = setUp();
  expect((await json('/connz')).connections[0].authorized_user).toBeUndefined();
  expect((await json('/connz?auth=1')).connections[1].authorized_user).toBe('v');
});

it.each([
  ['/connz?sort=bogus', 'invalid sorting option: bogus'],
  ['/connz?sort=__proto__', 'invalid sorting option: __proto__'],
  ['/connz?sort=stop', 'sort by stop only valid on closed connections'],
  ['/connz?state=bogus', 'Error decoding state for bogus'],
  ['/connz?sort=reason&state=any', 'sort by reason only valid on closed connections'],
  ['/connz?limit=x', 'Error decoding int for \'limit\': strconv.Atoi: parsing "x": invalid syntax'],
  [
    '/connz?limit=99999999999999999999',
    'Error decoding int for \'limit\': strconv.Atoi: parsing "99999999999999999999": value out of range',
  ],
  ['/connz?cid=-1', 'Error decoding uint64 for \'cid\': strconv.ParseUint: parsing "-1": invalid syntax'],
  ['/connz?subs=bogus', 'Error decoding boolean for \'subs\': strconv.ParseBool: parsing "bogus": invalid syntax'],
])('%s is a bad request', async (url, text) => {
  const { get } = setUp();
  const response = await get(url);
  expect([response.statusCode, response.body]).toEqual([400, text]);
});

it('/healthz tells which process is missing or does not answer', async () => {
  const { get, member, peers, answers, pass } = setUp();
  const ask = async (query = '') => {
    const { statusCode, body } = await get(`/healthz${query}`);
    return [statusCode, JSON.parse(body)];
  };
  expect(await ask()).toEqual([200, { status: 'ok' }]);
  member.routerUp = false;
  expect(await ask()).toMatchObject([503, { status: 'unavailable', error: 'router 0 is not there' }]);
  member.routerUp = true;
  answers.delete('2 health');
  pass(3200);
  const error = 'gateway 1 does not answer, for 3.2 s now';
  const [, { processes, ...rest }] = await ask('?details=1');
  expect(rest).toEqual({ status: 'unavailable', errors: [{ type: 'PROCESS', error }] });
  expect(processes).toContainEqual({ component: 'gateway', instance: 0, ready: true });
  expect(processes).toContainEqual({
    ...{ component: 'gateway', instance: 1, ready: false },
    error: 'does not answer, for 3.2 s now',
  });
  // Its clients go to the other one.
  peers.delete(2);
  expect((await ask())[0]).toBe(200);
  peers.delete(1);
  peers.delete(3);
  const all = ['gateway 0 is not there', 'gateway 1 is not there', 'auth-resolver 0 is not there'];
  expect((await ask())[1].error).toBe(all.join('; '));
});

it('/healthz in lame duck mode is 500', async () => {
  const { get, monitor } = setUp();
  monitor.lameDuck = true;
  const { statusCode, body } = await get('/healthz?details=1');
  expect([statusCode, JSON.parse(body)]).toMatchObject([500, { status: 'error', errors: [{ type: 'CONNECTION' }] }]);
});

it('/stacksz has every process, and says which does not answer', async () => {
  const { get, answers } = setUp();
  await get('/stacksz');
  answers.delete('2 stacks');
  const { body, headers } = await get('/stacksz');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(body).toContain('gateway 0 pid 10 thread main [running]:');
  expect(body).toContain('gateway 1 does not answer');
  expect(body).toContain(`monitor 0 pid ${process.pid} thread main`);
});

it('/ipqueuesz shows what waits between processes', async () => {
  const { json, answers } = setUp();
  const link = { component: 'gateway', instance: 1, bytesInFlight: 5, queuedBytes: 0, framesSent: 9, framesAcked: 7 };
  answers.set('1 stats', { ...figures(10), links: [link, { ...link, instance: 2, framesAcked: 9 }] });
  expect(await json('/ipqueuesz')).toEqual({ 'gateway 0 to gateway 1': { pending: 2 } });
  expect(Object.keys(await json('/ipqueuesz?all=1'))).toEqual(['gateway 0 to gateway 1', 'gateway 0 to gateway 2']);
  expect(await json('/ipqueuesz?queues=router')).toEqual({});
});

it('answers as JSON, or as a script to a callback', async () => {
  const { get } = setUp();
  const plain = await get('/healthz');
  expect(plain.headers).toMatchObject({ 'content-type': 'application/json', 'access-control-allow-origin': '*' });
  expect(plain.body).toBe('{"status":"ok"}');
  const script = await get('/healthz?callback=cb');
  expect(script.headers['content-type']).toContain('application/javascript');
  expect(script.body).toBe('cb({"status":"ok"})');
  expect((await get('/healthz?callback=alert(1)//')).body).toBe('{"status":"ok"}');
});

it('counts requests by page', async () => {
  const { get, json } = setUp();
  await get('/connz');
  await get('/connz');
  expect((await json('/varz')).http_req_stats).toEqual({ '/connz': 2, '/varz': 1 });
});

it('serves under a base path alone when there is one', async () => {
  const { get } = setUp('/nats');
  const status = async (url: string): Promise<number> => (await get(url)).statusCode;
  expect(await status('/nats')).toBe(200);
  expect(await status('/nats/varz')).toBe(200);
  expect(await status('/nats/')).toBe(404);
  expect(await status('/varz')).toBe(404);
  expect((await get('/varz')).body).toBe('404 page not found\n');
});

it('links every page from the first', async () => {
  const { get } = setUp();
  const { body } = await get('/');
  for (const { paths } of endpoints) expect(body).toContain(`href="${paths[0]}"`);
});

it.each(['/nats', 'nats', '/nats/'])('a base path %s is one', async (configured) => {
  const { get } = setUp(configured);
  expect((await get('/nats')).statusCode).toBe(200);
  expect((await get('/nats/varz')).statusCode).toBe(200);
});

it('answers HEAD like GET, without the body, and other methods with an error', async () => {
  const { get } = setUp();
  const head = await get('/varz', { method: 'HEAD' });
  expect([head.statusCode, head.body, head.headers['content-type']]).toEqual([200, '', 'application/json']);
  const post = await get('/varz', { method: 'POST', payload: 'x', headers: { 'content-type': 'x/y' } });
  expect([post.statusCode, post.body, post.headers.allow]).toEqual([405, 'method not allowed\n', 'GET, HEAD']);
  expect((await get('/nope', { method: 'DELETE' })).statusCode).toBe(404);
});

it('a name that is given twice is what it was first', async () => {
  const { json } = setUp();
  expect((await json('/connz?limit=1&limit=2')).limit).toBe(1);
});

it('what stands in JSON cannot end a script that it stands in', async () => {
  const { get, answers } = setUp();
  answers.set('1 connz', twin([connection(1, { name: '</script>&' })]));
  const { body } = await get('/connz?callback=f');
  expect(body).toContain('"\\u003c/script\\u003e\\u0026"');
});

it('with a token configured asks for it everywhere, at a page that is not there too', async () => {
  const { get, monitor } = setUp();
  monitor.configuration.skein.monitoring = { token: 's3cret', openHealthz: true };
  for (const url of ['/', '/varz', '/nope', '/healthz/x']) {
    const refused = await get(url);
    expect([url, refused.statusCode, refused.body]).toEqual([url, 401, 'a bearer token is needed\n']);
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="monitoring"');
  }
  expect((await get('/healthz')).statusCode).toBe(200);
  const headers = { authorization: 'Bearer s3cret' };
  expect((await get('/varz', { headers })).statusCode).toBe(200);
  expect((await get('/nope', { headers })).statusCode).toBe(404);
});

it('gives no script where it is protected: another site’s page could read it by the browser’s certificate', async () => {
  const { get, monitor } = setUp();
  monitor.configuration.skein.monitoring = { token: 's3cret', clientCaFile: 'ca.pem', openHealthz: false };
  const headers = { authorization: 'Bearer s3cret' };
  const { headers: given, body } = await get('/healthz?callback=cb', { headers });
  expect([given['content-type'], body]).toEqual(['application/json', '{"status":"ok"}']);
});

it('/subsz puts the gateways’ subscriptions one behind the other, and cuts', async () => {
  const { json } = setUp();
  const listed = async (query: string) =>
    (await json(`/subsz?subs=1${query}`)).subscriptions_list?.map((one: { subject: string }) => one.subject);
  expect(await json('/subsz?subs=1')).toMatchObject({ num_subscriptions: 6, num_matches: 20, total: 6, max_fanout: 2 });
  expect(await listed('&offset=2&limit=3')).toEqual(['s.2', 's.0', 's.1']);
  expect(await listed('&offset=5')).toEqual(['s.2']);
  expect(await listed('&offset=6')).toBeUndefined();
  expect((await json('/subsz')).total).toBe(0);
  const [, , second, third] = (await json('/subsz?subs=1&offset=2&limit=4')).subscriptions_list;
  const all = { account: '$G', account_tag: '$G', subject: 's.1', qgroup: 'q', sid: '1', msgs: 1, cid: 7 };
  expect(second).toEqual(all);
  expect(third).toMatchObject({ subject: 's.2', max: 9 });
});

it('/subsz and /accstatz show a gateway that stalls as it was, with the age of its word', async () => {
  const { json, answers, pass } = setUp();
  answers.set('2 accounts', accountsAnswer('$G'));
  for (const url of ['/subsz', '/accstatz']) await json(url);
  answers.delete('2 subsz');
  answers.delete('2 accounts');
  pass(3000);
  expect(await json('/subsz')).toMatchObject({ num_subscriptions: 6, stale_ms: 3000 });
  expect(await json('/accstatz')).toMatchObject({ account_statz: [{ acc: '$G', conns: 1 }], stale_ms: 3000 });
  answers.delete('1 accounts');
  const other = setUp();
  other.answers.delete('2 accounts');
  expect(await other.json('/accstatz')).toMatchObject({ account_statz: [], silent_gateways: 1 });
});

it('/accstatz adds up the gateways’ accounts, and shows unused ones when asked', async () => {
  const { json, answers } = setUp();
  answers.set('1 accounts', accountsAnswer('$G'));
  answers.set('2 accounts', accountsAnswer('$G', 2));
  const [account, ...others] = (await json('/accstatz')).account_statz;
  expect(account).toMatchObject({ acc: '$G', conns: 3, num_subscriptions: 6, slow_consumers: 2, sent: { bytes: 40 } });
  expect(others).toEqual([]);
  const names = (await json('/accstatz?unused=1')).account_statz.map((one: { acc: string }) => one.acc);
  expect(names).toEqual(['$G', '$SYS']);
});

it('/accountz tells of one account, and knows which there are', async () => {
  const { get, json, answers } = setUp();
  answers.set('1 accounts', accountsAnswer('$G'));
  expect((await json('/accountz?acc=$G')).account_detail).toMatchObject({
    ...{ account_name: '$G', client_connections: 1, subscriptions: 3, name_tag: '$G' },
    sublist_stats: { num_subscriptions: 6 },
  });
  expect((await json('/accountz?acc=$SYS')).account_detail.is_system).toBe(true);
  const { statusCode, body } = await get('/accountz?acc=NOPE');
  expect([statusCode, body]).toEqual([400, 'Account NOPE does not exist']);
});

it('holds no more than 64 big answers for those who do not read; small ones are not among them', async () => {
  const { get } = setUp();
  app?.get('/big', (_request, reply) => reply.send(Buffer.alloc(64 * 1024)));
  const big = async () => {
    const { statusCode, body } = await get('/big');
    return statusCode === 200 ? statusCode : body;
  };
  const said = await Promise.all([
    ...Array.from({ length: 70 }, big),
    get('/healthz').then(({ statusCode }) => statusCode),
  ]);
  const refused = said.filter((one) => one !== 200);
  expect(refused).toEqual(Array.from({ length: 6 }, () => 'too many have not read their answers yet'));
  expect(await big()).toBe(200);
});
