import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import type { TlsOptions, WebsocketOptions } from '@skein/config';
import { fixtures } from '@skein/testing';
import { afterEach, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { Echo, INFO, Lines, ManualTimers } from './testing/echo.ts';
import { tlsSettings } from './tls-settings.ts';
import type { WebSocketChannel } from './websocket-channel.ts';
import { WebSocketListener, type WebSocketOrigin } from './websocket-listener.ts';

const HANDSHAKE_TIMEOUT_MS = 2000;
const MAX_PAYLOAD_BYTES = 1024 * 1024;

const options: WebsocketOptions = {
  host: '127.0.0.1',
  port: -1,
  noTls: true,
  compression: false,
  sameOrigin: false,
  allowedOrigins: [],
  handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  headers: {},
};

const tlsOptions: TlsOptions = {
  certFile: fixtures.serverCert,
  keyFile: fixtures.serverKey,
  caFile: fixtures.ca,
  verify: false,
  verifyAndMap: false,
  timeoutMs: 2000,
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

const listeners: WebSocketListener[] = [];
const clients: WebSocket[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.terminate();
  for (const listener of listeners.splice(0)) listener.close();
});

interface Accepted {
  channel: WebSocketChannel;
  origin: WebSocketOrigin;
  echo: Echo;
}

async function open(changes: Partial<WebsocketOptions> = {}, tls?: Partial<TlsOptions>, connectionsMax = 100) {
  const timers = new ManualTimers();
  const log = new Lines();
  const accepted: Accepted[] = [];
  const listener = new WebSocketListener({
    options: { ...options, ...changes },
    tls: tls === undefined ? null : tlsSettings({ ...tlsOptions, ...tls }),
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    connectionsMax,
    runtime: timers.runtime,
    log,
    accept(channel, origin, start) {
      const echo = new Echo(channel);
      accepted.push({ channel, origin, echo });
      start(echo);
    },
  });
  listeners.push(listener);
  const { port } = await listener.listen('127.0.0.1', 0, false);
  const url = `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}`;
  const connect = (settings: ClientOptions = {}, path = '/'): Client => {
    const client = new Client(new WebSocket(`${url}${path}`, { perMessageDeflate: false, ...settings }));
    clients.push(client.socket);
    return client;
  };
  return { timers, log, accepted, port, connect };
}

/** What a WebSocket client saw. */
class Client {
  readonly socket: WebSocket;
  readonly frames: { bytes: Buffer; binary: boolean }[] = [];
  headers: Record<string, unknown> = {};
  /** `code reason` of the close, or `status body` of a refusal. */
  readonly fate: Promise<string>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('upgrade', (response) => {
      this.headers = response.headers;
    });
    socket.on('message', (bytes, binary) => this.frames.push({ bytes: bytes as Buffer, binary }));
    socket.on('error', () => {});
    this.fate = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve(`${code} ${reason}`.trim()));
      socket.on('unexpected-response', async (_request, response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve(`${response.statusCode} ${body}`);
      });
    });
  }

  get text(): string {
    return Buffer.concat(this.frames.map(({ bytes }) => bytes)).toString();
  }

  async until(done: (text: string) => boolean): Promise<void> {
    while (!done(this.text)) await once(this.socket, 'message');
  }

  /** Waits for INFO, and then for the echo of `text`. */
  async greet(text = 'hello'): Promise<void> {
    await this.until((all) => all === INFO);
    this.socket.send(text);
    await this.until((all) => all === INFO + text);
  }
}

test('text and binary frames are bytes; answers are binary frames', async () => {
  const server = await open();
  const client = server.connect({}, '/any/path?x=1');
  await client.greet();
  client.socket.send(Buffer.from([0xff, 0x00]), { binary: false });
  await client.until((text) => text.length > INFO.length + 5);
  expect(client.frames.every(({ binary }) => binary)).toBe(true);
  expect(client.frames.at(-1)?.bytes).toEqual(Buffer.from([0xff, 0x00]));
  expect(client.headers['sec-websocket-extensions']).toBeUndefined();
  expect(server.accepted[0].origin).toMatchObject({
    host: '127.0.0.1',
    kind: 'WEBSOCKET',
    tls: null,
    cookies: null,
    forwardedFor: '',
  });
  expect(server.timers.delays).toEqual([]);
});

test('fragments and big frames are one stream', async () => {
  const server = await open();
  const client = server.connect();
  await client.greet('');
  client.socket.send('one', { fin: false });
  client.socket.send('two', { fin: true });
  const big = 'x'.repeat(8 * MAX_PAYLOAD_BYTES);
  client.socket.send(`${big}end`);
  await client.until((text) => text.endsWith('end'));
  expect(client.text === `${INFO}onetwo${big}end`).toBe(true);
});

test('a frame beyond the bound closes the connection', async () => {
  const server = await open();
  const client = server.connect();
  await client.greet();
  client.socket.send(Buffer.alloc(MAX_PAYLOAD_BYTES + 16 * 1024 * 1024 + 1));
  expect(await client.fate).toBe('1009');
  await server.accepted[0].echo.until('closed');
});

test('what the client does not take yet is not taken as written', async () => {
  const server = await open();
  const client = server.connect();
  await client.greet();
  const { channel, echo } = server.accepted[0];
  client.socket.pause();
  const chunk = Buffer.alloc(1024 * 1024, 'y');
  let wasTaken = true;
  let written = 0;
  while (wasTaken && written < 64) {
    wasTaken = channel.write(chunk);
    written++;
  }
  expect(wasTaken).toBe(false);
  expect(channel.bufferedBytes).toBeGreaterThan(0);
  expect(echo.drains).toBe(0);
  client.socket.resume();
  await client.until((text) => text.length === INFO.length + 5 + written * chunk.length);
  expect(echo.drains).toBe(1);
});

test('a paused connection is not read', async () => {
  const server = await open();
  const client = server.connect();
  await client.greet();
  const { channel, echo } = server.accepted[0];
  channel.pause();
  client.socket.send('held');
  // By the time that another connection has gone back and forth, this one would have been read.
  await server.connect().greet();
  expect(echo.bytesRead).toBe(5);
  channel.resume();
  await client.until((text) => text.endsWith('held'));
});

test('compression when both sides want it', async () => {
  const server = await open({ compression: true });
  const compressed = server.connect({ perMessageDeflate: true });
  await compressed.greet('a'.repeat(100_000));
  expect(compressed.headers['sec-websocket-extensions']).toBe(
    'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
  );
  const plain = server.connect();
  await plain.greet('a'.repeat(100_000));
  expect(plain.headers['sec-websocket-extensions']).toBeUndefined();
});

test('no compression where it is not configured', async () => {
  const server = await open();
  const client = server.connect({ perMessageDeflate: true });
  await client.greet();
  expect(client.headers['sec-websocket-extensions']).toBeUndefined();
});

test("headers of the configuration are added, the client's subprotocols ignored", async () => {
  const server = await open({ headers: { 'X-One': '1' } });
  const client = server.connect({ headers: { 'Sec-WebSocket-Protocol': 'nats' } });
  await client.greet();
  expect(client.headers['x-one']).toBe('1');
  expect(client.headers['sec-websocket-protocol']).toBeUndefined();
});

test('cookies are credentials', async () => {
  const server = await open({ usernameCookie: 'U', passwordCookie: 'P' });
  await server.connect({ headers: { Cookie: 'x=1; U=alice; P="secret"' } }).greet();
  expect(server.accepted[0].origin.cookies).toEqual({ user: 'alice', pass: 'secret' });
});

test('a proxy names the client', async () => {
  const server = await open();
  await server.connect({ headers: { 'X-Forwarded-For': '1.2.3.4' } }).greet();
  await server.connect({ headers: { 'X-Forwarded-For': '2001:db8::1' } }).greet();
  await server.connect({ headers: { 'X-Forwarded-For': '1.2.3.4, 5.6.7.8' } }).greet();
  await server.connect({ headers: { 'X-Forwarded-For': 'nobody' } }).greet();
  expect(server.accepted.map(({ origin }) => origin.forwardedFor)).toEqual(['1.2.3.4', '[2001:db8::1]', '', '']);
  expect(server.accepted.every(({ origin }) => origin.host === '127.0.0.1')).toBe(true);
});

test('another origin is forbidden', async () => {
  const server = await open({ sameOrigin: true });
  expect(await server.connect({ origin: 'http://elsewhere.org' }).fate).toBe('403 Forbidden\n');
  expect(server.accepted).toEqual([]);
  expect(server.log.lines).toEqual([
    expect.stringMatching(/^ERR 127.0.0.1:\d+ - websocket handshake error: origin not allowed: not same origin$/),
  ]);
  await server.connect({ origin: `http://127.0.0.1:${server.port}` }).greet();
});

test('over TLS: the state is known from the start', async () => {
  const server = await open({ noTls: false }, { verify: true });
  await server.connect(certified).greet();
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(server.accepted[0].origin.tls).toEqual({
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    subject: 'O=skein,CN=client',
    names: ['derek@example.com'],
    chain: expect.any(Function),
    certificates: [
      { digest, publicKeyDigest: digest, subject: 'CN=client,O=skein' },
      { digest, publicKeyDigest: digest, subject: 'CN=skein test CA' },
    ],
    first: false,
  });
});

test('over TLS: more than the socket takes at once', async () => {
  const server = await open({ noTls: false }, {});
  const client = server.connect(trusting);
  await client.greet('z'.repeat(8 * MAX_PAYLOAD_BYTES));
});

test('over TLS: no certificate, no connection', async () => {
  const server = await open({ noTls: false }, { verify: true });
  expect(await server.connect(trusting).fate).toBe('1006');
  expect(server.accepted).toEqual([]);
  expect(server.log.lines).toEqual([
    expect.stringMatching(
      /^ERR websocket: TLS handshake error from 127.0.0.1:\d+: tls: client didn't provide a certificate$/,
    ),
  ]);
});

test('over TLS: a certificate that is not pinned', async () => {
  const server = await open({ noTls: false }, { verify: true, pinnedCerts: ['a'.repeat(64)] });
  expect(await server.connect(certified).fate).toBe('1006');
  expect(server.accepted).toEqual([]);
});

/** What the server says to bytes that are no WebSocket client's, until it closes. */
async function tell(port: number, bytes: string): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1');
  // A reset ends the answer as well.
  socket.on('error', () => {});
  socket.write(bytes);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

const request = (changes: Record<string, string | undefined> = {}, line = 'GET / HTTP/1.1'): string => {
  const headers = {
    Host: 'x',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  };
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  return `${[line, ...present.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
};

test.each([
  ['no upgrade', request({ Upgrade: undefined }), '400 Bad Request', "invalid value for header 'Upgrade'"],
  ['another upgrade', request({ Upgrade: 'h2c' }), '400 Bad Request', "invalid value for header 'Upgrade'"],
  ['no connection', request({ Connection: 'close' }), '400 Bad Request', "invalid value for header 'Connection'"],
  ['no key', request({ 'Sec-WebSocket-Key': undefined }), '400 Bad Request', 'key missing'],
  ['a bad key', request({ 'Sec-WebSocket-Key': 'abc' }), '400 Bad Request', 'invalid websocket key'],
  ['an old version', request({ 'Sec-WebSocket-Version': '8' }), '400 Bad Request', 'invalid version'],
  ['another method', request({}, 'POST / HTTP/1.1'), '405 Method Not Allowed', 'request method must be GET'],
  ['MQTT', request({}, 'GET /mqtt HTTP/1.1'), '404 Not Found', 'mqtt websocket endpoint not enabled'],
])('a request with %s is refused', async (_, bytes, status, error) => {
  const server = await open();
  const answer = await tell(server.port, bytes);
  expect(answer).toContain(`HTTP/1.1 ${status}\r\n`);
  expect(answer).toContain('Sec-Websocket-Version: 13\r\n');
  expect(answer.endsWith(`\r\n\r\n${status.slice(4)}\n`)).toBe(true);
  expect(server.log.lines).toEqual([
    expect.stringMatching(new RegExp(`^ERR 127.0.0.1:\\d+ - websocket handshake error: ${error}$`)),
  ]);
});

test('a leaf node is turned away', async () => {
  const server = await open();
  expect(await server.connect({}, '/leafnode').fate).toBe('1006');
  expect(server.accepted).toEqual([]);
  expect(server.log.lines).toEqual(['ERR Not configured to accept leaf node connections']);
});

test('a client that never asks is closed at the timeout', async () => {
  const server = await open();
  const answered = tell(server.port, 'GET / HTTP/1.1\r\n');
  await server.timers.planned();
  server.timers.fire(HANDSHAKE_TIMEOUT_MS);
  expect(await answered).toBe('');
});

test('connections are bounded in number, whatever they ask', async () => {
  const server = await open({}, undefined, 1);
  const idle = connectTcp(server.port, '127.0.0.1');
  await server.timers.planned();
  expect(await tell(server.port, 'GET /')).toBe('');
  expect(server.timers.delays).toEqual([HANDSHAKE_TIMEOUT_MS]);
  idle.destroy();
});

test.each([
  ['Authentication Failure', '1008 Authentication Failure'],
  ['Stale Connection', '1001 Stale Connection'],
  ['No Responders Requires Headers', '1011 No Responders Requires Headers'],
  ['Parse Error', '1006'],
  [undefined, '1000'],
])('closing for %s', async (reason, fate) => {
  const server = await open();
  const client = server.connect();
  await client.greet();
  const { channel, echo } = server.accepted[0];
  channel.write(Buffer.from('last words'));
  channel.close(reason);
  expect(await client.fate).toBe(fate);
  await echo.until('closed');
  expect(echo.events).toEqual(['closed']);
});

test("the client's close is answered with its own code", async () => {
  const server = await open();
  const client = server.connect();
  await client.greet();
  client.socket.close(4000, 'bye');
  expect(await client.fate).toBe('4000 bye');
  await server.accepted[0].echo.until('closed');
});

test('a frame without a mask ends the connection', async () => {
  const server = await open();
  const client = server.connect();
  await client.greet();
  const answer = tell(server.port, request({}) + Buffer.from([0x82, 1, 0x41]).toString('latin1'));
  expect((await answer).startsWith('HTTP/1.1 101 ')).toBe(true);
  await server.accepted[1].echo.until('closed');
  expect(server.accepted[1].echo.bytesRead).toBe(0);
});
