import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { TlsOptions } from '@skein/config';
import { fixtures } from '@skein/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { testMonitor } from '../testing/test-monitor.ts';
import { createApp } from './app.ts';
import { startHttp } from './http.ts';

let close: (() => Promise<unknown>) | undefined;
afterEach(() => close?.());

async function listen(app = createApp(testMonitor().monitor)): Promise<number> {
  close = () => app.close();
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Sends bytes and resolves to all that comes back until the other side closes. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

const close1 = 'Host: x\r\nConnection: close\r\n\r\n';
const get = (url: string, more = ''): string => `GET ${url} HTTP/1.1\r\n${more}${close1}`;
/** Names and values that no page takes, in every place that it takes one. */
const arguments400 = [
  ...['subs', 'auth', 'offset', 'limit', 'cid', 'state', 'sort'].map((name) => `/connz?${name}=x`),
  ...['subs', 'offset', 'limit'].map((name) => `/subsz?${name}=x`),
  ...['test=a.*', 'test=a..b', 'test=.a', 'test=%3E'].map((query) => `/subsz?${query}`),
  ...['subs'].map((name) => `/routez?${name}=x`),
  ...['subs', 'accs'].map((name) => `/gatewayz?${name}=x`),
  ...['subs'].map((name) => `/leafz?${name}=x`),
  ...['unused'].map((name) => `/accstatz?${name}=x`),
  ...['accounts', 'streams', 'consumers', 'config', 'leader-only', 'raft', 'offset', 'limit'].map(
    (name) => `/jsz?${name}=x`,
  ),
  ...['js-enabled', 'js-enabled-only', 'js-server-only', 'details'].map((name) => `/healthz?${name}=x`),
  ...['all'].map((name) => `/ipqueuesz?${name}=x`),
];
const values400 = ['-', '1e3', '0x10', ' 1', '1 ', '1.5', '99999999999999999999', 'NaN', '٣', '%00', '1;2', '[]'];
const numbers400 = values400.flatMap((value) =>
  ['limit', 'offset', 'cid'].map((name) => `/connz?${name}=${encodeURIComponent(value)}`),
);
const booleans400 = ['2', 'yes', 'on', 'tRUE', 'null', '-1'].flatMap((value) =>
  ['/connz?auth=', '/connz?subs=', '/subsz?subs=', '/accstatz?unused=', '/jsz?config=', '/healthz?details='].map(
    (start) => start + value,
  ),
);
const paths404 = [
  '/',
  '/x',
  '/varz/',
  '/VARZ',
  '/varz/..',
  '/connz/1',
  '/.env',
  '/../../etc/passwd',
  '/%2e%2e',
  '/a//b',
]
  .filter((path) => path !== '/')
  .concat(Array.from({ length: 40 }, (_, i) => `/${'z'.repeat(2 ** (i % 12))}${i}`));
const methods405 = ['POST', 'PUT', 'DELETE', 'PATCH'].flatMap((method) =>
  ['/', '/varz', '/connz', '/healthz', '/subsz'].map((path) => `${method} ${path} HTTP/1.1\r\nContent-Length: 0\r\n`),
);
const bytes400 = [
  'x\r\n\r\n',
  '\0\0\0\0\r\n\r\n',
  'GET\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET /varz HTTP/1.1\r\n\r\n',
  'GET /varz HTTP/1.1\r\nHost : x\r\n\r\n',
  'GET /varz HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n',
  'GET /varz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
  'GET /varz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
  'GET /varz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n',
  'INFO {}\r\nCONNECT {}\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ...Array.from({ length: 24 }, (_, i) => `${String.fromCharCode(i)}GET /varz HTTP/1.1\r\n\r\n`).filter(
    (text) => !/^[\r\n]/.test(text),
  ),
];

describe('200 requests that are wrong get an error each', () => {
  const cases: [string, string, number][] = [
    ...[...arguments400, ...numbers400, ...booleans400].map((url): [string, string, number] => [url, get(url), 400]),
    ...paths404.map((url): [string, string, number] => [url, get(url), 404]),
    ...methods405.map((head): [string, string, number] => [head.trim(), head + close1, 405]),
    ...bytes400.map((bytes): [string, string, number] => [JSON.stringify(bytes), bytes, 400]),
    ['a path that is no UTF-8', get('/%ff%zz'), 400],
    ['a long URL', get(`/connz?sort=${'x'.repeat(20_000)}`), 431],
    ['long headers', get('/varz', `X: ${'x'.repeat(20_000)}\r\n`), 431],
    ['many headers', get('/varz', 'A: b\r\n'.repeat(5000)), 431],
  ];

  it(`${cases.length} of them, and the pages are still there`, async () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    const port = await listen();
    const wrong: string[] = [];
    for (const [name, bytes, status] of cases) {
      const answer = await exchange(port, bytes);
      if (!answer.startsWith(`HTTP/1.1 ${status} `)) wrong.push(`${name}: ${status}, not ${answer.slice(0, 80)}`);
      if (answer.split('\r\n\r\n')[1] === '') wrong.push(`${name}: no text`);
    }
    expect(wrong).toEqual([]);
    expect(await exchange(port, get('/healthz'))).toContain('{"status":"ok"}');
  });
});

it('whoever takes too long to ask is cut off, and others are served meanwhile', async () => {
  const app = createApp(testMonitor().monitor);
  const { headersTimeout, requestTimeout, maxConnections } = app.server;
  expect([headersTimeout, requestTimeout, maxConnections]).toEqual([10_000, 10_000, 512]);
  Object.assign(app.server, { headersTimeout: 50, requestTimeout: 50 });
  // Node looks at them at this interval.
  (app.server as unknown as Record<string, unknown>).connectionsCheckingInterval = 20;
  const port = await listen(app);
  const slow = Array.from({ length: 100 }, () => exchange(port, 'GET /varz HTTP/1.1\r\nHost: x\r\nX-Slow: '));
  expect(await exchange(port, get('/healthz'))).toContain('200 OK');
  for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1.1 408 /);
});

describe('over HTTPS', () => {
  const client = { cert: readFileSync(fixtures.clientCert), key: readFileSync(fixtures.clientKey) };
  const ca = readFileSync(fixtures.ca);

  function ask(port: number, options: object): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        { port, host: '127.0.0.1', path: '/varz', ca, agent: false, ...options },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      request.on('error', reject).end();
    });
  }

  it('a client certificate of the authority is as good as the token', async () => {
    const { monitor } = testMonitor();
    monitor.configuration.skein.monitoring = { token: 't', clientCaFile: fixtures.ca, openHealthz: false };
    const files = { cert: readFileSync(fixtures.serverCert), key: readFileSync(fixtures.serverKey), ca };
    const port = await listen(createApp(monitor, { ...files, requestCert: true, rejectUnauthorized: false }));
    expect(await ask(port, client)).toBe(200);
    expect(await ask(port, {})).toBe(401);
    expect(await ask(port, { headers: { authorization: 'Bearer t' } })).toBe(200);
    // Signed, but by nobody who is trusted for this: it signed itself.
    expect(await ask(port, { cert: files.ca, key: client.key }).catch(() => 'refused')).not.toBe(200);
  });

  it('certificates follow a reload; those that cannot be used change nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skein-https-'));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const install = async (cert: string, key: string): Promise<void> => {
      await copyFile(cert, certFile);
      await copyFile(key, keyFile);
    };
    await install(fixtures.serverCert, fixtures.serverKey);
    const { monitor } = testMonitor();
    const { configuration } = monitor;
    configuration.monitoring = { ...configuration.monitoring, host: '127.0.0.1', port: 0, httpsPort: await freePort() };
    configuration.tls = { certFile, keyFile } as TlsOptions;
    const http = await startHttp(monitor, configuration);
    try {
      const shown = (): Promise<string> => subjectAt(configuration.monitoring.httpsPort);
      expect(await shown()).toContain('CN=server');
      await install(fixtures.clientCert, fixtures.clientKey);
      expect(http.check(configuration)).toBeUndefined();
      http.use(configuration);
      expect(await shown()).toContain('CN=client');
      await install(fixtures.serverCert, fixtures.clientKey);
      expect(http.check(configuration)).toMatch(/^monitoring: .*key values mismatch/);
      http.use(configuration);
      expect(await shown()).toContain('CN=client');
      const asking = structuredClone(configuration);
      asking.skein.monitoring = { clientCaFile: fixtures.ca, openHealthz: false };
      expect(http.check(asking)).toMatch(/client_ca_file/);
    } finally {
      await http.close();
      await rm(folder, { recursive: true });
    }
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Of the certificate that is shown there. */
async function subjectAt(port: number): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const subject = socket.getPeerX509Certificate()?.subject ?? '';
  socket.destroy();
  return subject;
}
