import type { FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { Sampler } from '../history/sampler.ts';
import { createApp } from '../http/app.ts';
import { connection, figures, identity, testMonitor, twin } from '../testing/test-monitor.ts';
import { consoleRoutes } from './routes.ts';

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

function setUp(basePath = '') {
  const world = testMonitor(basePath);
  const made = createApp(world.monitor);
  app = made;
  let now = world.pass(0);
  const sampler = new Sampler(world.monitor, { now: () => now, after: () => () => {} });
  consoleRoutes(made, world.monitor, sampler);
  const get = (url: string, headers: Record<string, string> = {}) => made.inject({ method: 'GET', url, headers });
  const json = async (url: string) => (await get(url)).json();
  return { ...world, get, json, second: () => (now = world.pass(1000)) };
}

/** What a page names, as the browser would ask for it. */
function namedBy(html: string, pageUrl: string): string[] {
  return [...html.matchAll(/(?:src|href)="(?!#)([^"]+)"/g)].map(
    ([, path]) => new URL(path, `http://h${pageUrl}`).pathname,
  );
}

it.each(['', '/nats'])('gives the page and all that it names, under the base path %j', async (base) => {
  const { get } = setUp(base);
  const page = await get(`${base}/console`);
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const files = [...new Set(namedBy(page.body, `${base}/console`))];
  expect(files.length).toBeGreaterThan(4);
  // Modules name others, relative to themselves.
  for (const file of files) {
    const { statusCode, body } = await get(file);
    expect([file, statusCode]).toEqual([file, 200]);
    if (!file.endsWith('.js') || file.includes('uPlot')) continue;
    for (const [, path] of body.matchAll(/from '(\.\/[^']+)'/g)) {
      const next = new URL(path, `http://h${file}`).pathname;
      if (!files.includes(next)) files.push(next);
    }
  }
  expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(10);
});

it('lets the page load from and speak to this server alone', async () => {
  const { get } = setUp();
  const { headers, body } = await get('/console');
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
});

it('sends a file again only when it is another one', async () => {
  const { get } = setUp();
  const { headers, body } = await get('/console/style.css');
  const again = await get('/console/style.css', { 'if-none-match': String(headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const other = await get('/console/style.css', { 'if-none-match': '"x"' });
  expect([other.statusCode, other.body]).toEqual([200, body]);
});

it.each(['/console/../http/app.ts', '/console/%2e%2e%2fhttp', '/console/tsconfig.json', '/console/x.js'])(
  'has no %s',
  async (url) => {
    const { get } = setUp();
    expect((await get(url)).statusCode).toBe(404);
  },
);

it.each(['', '/nats'])('a slash too many leads to the page, under the base path %j', async (base) => {
  const { get } = setUp(base);
  const { statusCode, headers } = await get(`${base}/console/`);
  expect([statusCode, headers.location]).toEqual([308, `${base}/console`]);
});

it('gives the page to anybody, what it shows only to who has the token', async () => {
  const { get, monitor } = setUp();
  const { skein } = monitor.configuration;
  monitor.configuration = {
    ...monitor.configuration,
    skein: { ...skein, monitoring: { token: 'abc', openHealthz: false } },
  };
  expect((await get('/console')).statusCode).toBe(200);
  expect((await get('/console/app.js')).statusCode).toBe(200);
  for (const url of ['/console/api/live', '/console/api/connections']) {
    expect((await get(url)).statusCode).toBe(401);
    expect((await get(url, { authorization: 'Bearer abc' })).statusCode).toBe(200);
  }
});

it('live: the node as it is, and its samples', async () => {
  const { json } = setUp();
  const live = await json('/console/api/live');
  expect(live).toMatchObject({
    server: { name: 'foo', startedMs: identity.startedUnixMs },
    totals: { connections: 2, subscriptions: 6, inMsgs: 20 },
    eventsVersion: 0,
  });
  expect(live.processes).toHaveLength(5);
  expect(live.processes[1]).toMatchObject({ pid: 10, state: 'up', connections: 1, restarts: 10 });
  expect(live.series.times).toHaveLength(1);
  expect([live.problem, live.events]).toEqual([undefined, undefined]);
});

it('live: only what is new since the last time', async () => {
  const { json, answers, second } = setUp();
  const first = await json('/console/api/live');
  answers.set('1 stats', figures(10, { inMsgs: 1010, authFailures: 3 }));
  second();
  const url = `/console/api/live?since=${first.series.times.at(-1)}&events=${first.eventsVersion}`;
  const next = await json(url);
  expect(next.series.times).toHaveLength(1);
  expect(next.series.node.inMsgs).toEqual([1000]);
  expect(next.events).toMatchObject([{ level: 'warning', text: '3 logins were refused' }]);
  const again = await json(`/console/api/live?since=${next.series.times[0]}&events=${next.eventsVersion}`);
  expect([again.series.times, again.events]).toEqual([[], undefined]);
});

it('live: adds up how round trips are spread', async () => {
  const { json, answers } = setUp();
  answers.set('1 stats', figures(10, { rttBoundsMs: [1, 5], rttCounts: [1, 2, 3] }));
  answers.set('2 stats', figures(20, { rttBoundsMs: [1, 5], rttCounts: [10, 0, 1] }));
  expect((await json('/console/api/live')).rtt).toEqual({ boundsMs: [1, 5], counts: [11, 2, 4] });
});

it('live: says what is wrong, and which process is silent', async () => {
  const { json, answers, member, second } = setUp();
  await json('/console/api/live');
  member.routerUp = false;
  answers.delete('2 stats');
  second();
  second();
  const live = await json('/console/api/live');
  expect(live.problem).toContain('router');
  expect(live.processes.map(({ state }: { state: string }) => state)).toEqual(['up', 'up', 'silent', 'up', 'up']);
});

it('connections: in the order asked for, from either end, with the total', async () => {
  const { json } = setUp();
  const page = async (query: string) => {
    const { total, connections } = await json(`/console/api/connections?${query}`);
    return [total, ...connections.map(({ cid }: { cid: number }) => cid)];
  };
  expect(await page('')).toEqual([3, 1, 2, 3]);
  expect(await page('sort=msgs_from')).toEqual([3, 2, 1, 3]);
  expect(await page('offset=1&limit=1')).toEqual([3, 2]);
});

it('connections: asks gateways for the search and the direction', async () => {
  const { get, answers } = setUp();
  const asked: unknown[] = [];
  for (const id of [1, 2]) {
    answers.set(`${id} connz`, (body: string) => {
      asked.push(JSON.parse(body).pick);
      return twin([connection(id)])(body);
    });
  }
  await get('/console/api/connections?search=orders&reverse=1&sort=pending&limit=100000');
  expect(asked[0]).toMatchObject({ search: 'orders', reverse: true, sort: 'pending', count: 200 });
});

it.each([
  ['sort=nonsense', 'invalid sorting option: nonsense'],
  ['sort=stop', 'sort by stop only valid on closed connections'],
  ['offset=x', 'Error decoding uint64'],
  ['reverse=maybe', 'Error decoding boolean'],
])('connections: %s is a bad request', async (query, text) => {
  const { get } = setUp();
  const { statusCode, body } = await get(`/console/api/connections?${query}`);
  expect([statusCode, body]).toEqual([400, expect.stringContaining(text)]);
});
