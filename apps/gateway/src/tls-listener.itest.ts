import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { TlsOptions } from '@skein/config';
import { fixtures, WireClient } from '@skein/testing';
import { afterEach, expect, test } from 'vitest';
import { Echo, INFO, Lines, ManualTimers } from './testing/echo.ts';
import { TlsListener } from './tls-listener.ts';
import { tlsSettings } from './tls-settings.ts';

const TIMEOUT_MS = 2000;
const FALLBACK_MS = 50;

const options: TlsOptions = {
  certFile: fixtures.serverCert,
  keyFile: fixtures.serverKey,
  caFile: fixtures.ca,
  verify: false,
  verifyAndMap: false,
  timeoutMs: TIMEOUT_MS,
  ciphers: [],
  curvePreferences: [],
  handshakeFirst: false,
  allowNonTls: false,
  insecure: false,
  pinnedCerts: [],
  connectionRateLimit: 0,
};

const trusting = { ca: readFileSync(fixtures.ca), servername: 'localhost' };
const certified = { ...trusting, cert: readFileSync(fixtures.clientCert), key: readFileSync(fixtures.clientKey) };

const listeners: TlsListener[] = [];
const clients: WireClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  for (const listener of listeners.splice(0)) listener.close();
});

async function open(changes: Partial<TlsOptions> = {}) {
  const timers = new ManualTimers();
  const log = new Lines();
  const echoes: Echo[] = [];
  const sockets: Socket[] = [];
  const throttled: boolean[] = [];
  const accepts = new EventEmitter();
  const listener = new TlsListener({
    settings: tlsSettings({ ...options, ...changes }),
    runtime: timers.runtime,
    log,
    accept(channel, socket, start, isThrottled) {
      throttled.push(isThrottled);
      sockets.push(socket);
      const echo = new Echo(channel);
      echoes.push(echo);
      start(echo, echo);
      accepts.emit('accept');
    },
  });
  listeners.push(listener);
  const { port } = await listener.listen('127.0.0.1', 0, false);
  /** Resolves when both sides know of the connection. */
  const connect = async (tls?: object): Promise<WireClient> => {
    const accepted = once(accepts, 'accept');
    const client = await WireClient.connect({ port, tls });
    clients.push(client);
    await accepted;
    return client;
  };
  return { listener, timers, log, echoes, sockets, throttled, connect };
}

const errors = (log: Lines): string[] =>
  log.lines.filter((line) => line.includes('handshake error')).map((line) => line.replace('client - ', ''));

test('INFO goes out in clear text, then the connection turns to TLS', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade(trusting);
  await client.send('hello\r\n');
  await client.expect('hello\r\n');
  expect(server.echoes[0].tls).toEqual({
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    subject: '',
    names: [],
    chain: expect.any(Function),
    certificates: [],
    first: false,
  });
  expect(server.log.lines).toEqual([
    'DBG client - Starting TLS client connection handshake',
    'DBG client - TLS handshake complete',
    'DBG client - TLS version 1.3, cipher suite TLS_AES_128_GCM_SHA256',
  ]);
  expect(server.timers.delays).toEqual([]);
  await client.end();
  await server.echoes[0].until('closed');
  expect(server.echoes[0].events).toEqual(['secured', 'closed']);
});

test('more than the socket takes at once arrives whole, and drains', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade(trusting);
  const text = 'x'.repeat(3 * 1024 * 1024);
  await client.send(`${text}end`);
  await client.expect('end', 20_000);
  expect(client.received.length).toBe(INFO.length + text.length + 3);
  expect(server.echoes[0].drains).toBeGreaterThan(0);
});

test('a paused connection is not read', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  server.echoes[0].channel.pause();
  await client.upgrade(trusting);
  await server.echoes[0].until('secured');
  await client.send('one');
  await client.send('two');
  // By the time that another connection has gone back and forth, this one would have been read.
  const other = await server.connect();
  await other.expect(INFO);
  await other.upgrade(trusting);
  expect(server.echoes[0].bytesRead).toBe(0);
  server.echoes[0].channel.resume();
  await client.expect('onetwo');
});

test('what is written between INFO and the end of the handshake is encrypted', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  server.echoes[0].channel.write(Buffer.from('PING\r\n'));
  await client.upgrade(trusting);
  await client.expect('PING\r\n');
});

test('clear text on a TLS port is closed without a word', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  await client.send('CONNECT {}\r\n');
  await client.closed();
  expect(client.received).toBe(INFO);
  await server.echoes[0].until('unsecured');
  expect(errors(server.log)).toEqual(['DBG TLS handshake error: tls: first record does not look like a TLS handshake']);
});

test('a client that says nothing is closed at the timeout', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  server.timers.fire(TIMEOUT_MS);
  await client.closed();
  await server.echoes[0].until('closed');
  expect(server.echoes[0].events).toEqual(['unsecured', 'closed']);
  expect(errors(server.log)).toEqual([
    expect.stringMatching(/^DBG TLS handshake error: read tcp 127.0.0.1:\d+->127.0.0.1:\d+: i\/o timeout$/),
  ]);
});

test('a client that stops in the middle of the handshake is closed at the timeout', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  const arrived = once(server.sockets[0], 'data');
  await client.send(Buffer.from([0x16, 0x03, 0x01]));
  await arrived;
  server.timers.fire(TIMEOUT_MS);
  await client.closed();
  await server.echoes[0].until('closed');
  expect(server.echoes[0].events).toEqual(['unsecured', 'closed']);
});

test('a client that leaves before the handshake is an error in the log', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  await client.end();
  await server.echoes[0].until('unsecured');
  expect(errors(server.log)).toEqual(['ERR TLS handshake error: EOF']);
  expect(server.timers.delays).toEqual([]);
});

test('a connection that the gateway closes before the handshake gets what was written, and leaves no timer', async () => {
  const server = await open();
  const client = await server.connect();
  await client.expect(INFO);
  server.echoes[0].channel.close();
  await client.closed();
  await server.echoes[0].until('closed');
  expect(server.echoes[0].events).toEqual(['closed']);
  expect(server.timers.delays).toEqual([]);
  expect(errors(server.log)).toEqual([]);
});

test('handshake first: INFO is encrypted', async () => {
  const server = await open({ handshakeFirst: true });
  const client = await server.connect(trusting);
  await client.expect(INFO);
  await client.send('hello');
  await client.expect('hello');
});

test('handshake first: a client that waits for INFO sees none, and is closed at the timeout', async () => {
  const server = await open({ handshakeFirst: true });
  const client = await server.connect();
  server.timers.fire(TIMEOUT_MS);
  await client.closed();
  expect(client.received).toBe('');
});

test('handshake first, or INFO after a while: a fast client gets INFO encrypted', async () => {
  const server = await open({ handshakeFirst: { fallbackMs: FALLBACK_MS } });
  const client = await server.connect(trusting);
  await client.expect(INFO);
  expect(server.timers.delays).toEqual([]);
});

test('handshake first, or INFO after a while: a client that waits gets INFO in clear text', async () => {
  const server = await open({ handshakeFirst: { fallbackMs: FALLBACK_MS } });
  const client = await server.connect();
  server.timers.fire(FALLBACK_MS);
  await client.expect(INFO);
  expect(server.timers.delays).toEqual([TIMEOUT_MS]);
  await client.upgrade(trusting);
  await client.send('hello');
  await client.expect('hello');
});

test('handshake first, or INFO after a while: clear text is closed, even where clients without TLS are allowed', async () => {
  const server = await open({ handshakeFirst: { fallbackMs: FALLBACK_MS }, allowNonTls: true });
  const client = await server.connect();
  await client.send('CONNECT {}\r\n');
  await client.closed();
  expect(client.received).toBe('');
});

test('clients without TLS where they are allowed: the first byte decides', async () => {
  const server = await open({ allowNonTls: true });
  const plain = await server.connect();
  await plain.expect(INFO);
  expect(server.timers.delays).toEqual([]);
  server.echoes[0].channel.write(Buffer.from('PING\r\n'));
  await plain.expect('PING\r\n');
  await plain.send('hello');
  await plain.expect('hello');
  expect(server.echoes[0].events).toEqual([]);

  const secure = await server.connect();
  await secure.expect(INFO);
  await secure.upgrade(trusting);
  await secure.send('hello');
  await secure.expect('hello');
  expect(server.echoes[1].events).toEqual(['secured']);
});

test('a verified client certificate names its owner', async () => {
  const server = await open({ verify: true });
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade(certified);
  await client.send('hello');
  await client.expect('hello');
  expect(server.echoes[0].tls).toMatchObject({ subject: 'O=skein,CN=client', names: ['derek@example.com'] });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('verify: no certificate is refused, %s', async (maxVersion) => {
  const server = await open({ verify: true });
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade({ ...trusting, maxVersion }).catch(() => {});
  await client.closed();
  await server.echoes[0].until('unsecured');
  expect(server.echoes[0].bytesRead).toBe(0);
  expect(errors(server.log)).toEqual(["ERR TLS handshake error: tls: client didn't provide a certificate"]);
});

test('verify: a certificate of another authority is refused', async () => {
  // The system's authorities, which have not signed the fixtures.
  const server = await open({ verify: true, caFile: undefined });
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade(certified).catch(() => {});
  await client.send('hello');
  await client.closed();
  await server.echoes[0].until('unsecured');
  expect(server.echoes[0].bytesRead).toBe(0);
  expect(errors(server.log)).toEqual([
    expect.stringMatching(/^ERR TLS handshake error: tls: failed to verify certificate: /),
  ]);
});

test('a version that is too old is refused', async () => {
  const server = await open({ minVersion: '1.3' });
  const client = await server.connect();
  await client.expect(INFO);
  await expect(client.upgrade({ ...trusting, maxVersion: 'TLSv1.2' })).rejects.toThrow();
  await server.echoes[0].until('unsecured');
  expect(errors(server.log)).toEqual(['ERR TLS handshake error: tls: client offered only unsupported versions']);
});

test('pinned certificates: another key is refused', async () => {
  const server = await open({ verify: true, pinnedCerts: ['a'.repeat(64)] });
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade(certified).catch(() => {});
  await client.closed();
  await server.echoes[0].until('unsecured');
  expect(errors(server.log)).toEqual(['ERR TLS handshake error: certificate not pinned']);
  expect(server.log.lines).toContainEqual(expect.stringMatching(/Failed pinned cert test for key id: [0-9a-f]{64}$/));
});

test('pinned certificates: the right key is let in', async () => {
  const server = await open({
    verify: true,
    pinnedCerts: ['cd08c8bab08ad608b8dd6a7b059dc3a0bb20b7b3630837eafebe663b119109a6'],
  });
  const client = await server.connect();
  await client.expect(INFO);
  await client.upgrade(certified);
  await client.send('hello');
  await client.expect('hello');
});

test('connections beyond the rate limit are marked', async () => {
  const server = await open({ connectionRateLimit: 2 });
  for (let i = 0; i < 3; i++) await (await server.connect()).expect(INFO);
  expect(server.throttled).toEqual([false, false, true]);
});

test('new settings hold for new connections', async () => {
  const server = await open();
  server.listener.use(tlsSettings({ ...options, minVersion: '1.3' }));
  const client = await server.connect();
  await client.expect(INFO);
  await expect(client.upgrade({ ...trusting, maxVersion: 'TLSv1.2' })).rejects.toThrow();
});
