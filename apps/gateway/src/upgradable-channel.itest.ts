import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Echo, INFO } from './testing/echo.ts';
import { UpgradableChannel } from './upgradable-channel.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Two ends of one connection: the server's, and the client's with what it read. */
async function pair(): Promise<{ raw: Socket; client: Socket; read: () => string }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [raw] = (await once(server, 'connection')) as [Socket];
  for (const socket of [raw, client]) socket.on('error', () => {});
  sockets.push(raw, client);
  let text = '';
  client.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return { raw, client, read: () => text };
}

test('what was held goes out in order before what follows', async () => {
  const { raw, client, read } = await pair();
  const channel = new UpgradableChannel(raw, 'held');
  channel.attach(new Echo(channel));
  const bytes = Buffer.from('one ');
  expect(channel.write(bytes)).toBe(true);
  // The caller may reuse what was taken.
  bytes.fill(0);
  channel.write(Buffer.from('two '));
  expect(channel.bufferedBytes).toBe(8);
  channel.settle(raw);
  channel.write(Buffer.from('three '));
  while (!read().includes('three ')) await once(client, 'data');
  expect(read().startsWith('one two three ')).toBe(true);
});

test('held bytes are bounded: beyond, the connection ends', async () => {
  const { raw } = await pair();
  const channel = new UpgradableChannel(raw, 'held');
  const echo = new Echo(channel);
  channel.attach(echo);
  channel.write(Buffer.alloc(64 * 1024));
  expect(channel.isEnded).toBe(false);
  channel.write(Buffer.alloc(1));
  expect(channel.isEnded).toBe(true);
  await echo.until('closed');
  expect(echo.events).toEqual(['closed']);
});

test('a connection that is gone before it has a handler is reported to it', async () => {
  const { raw } = await pair();
  const channel = new UpgradableChannel(raw, 'clear');
  raw.destroy();
  await once(raw, 'close');
  const echo = new Echo(channel);
  channel.attach(echo);
  expect(echo.events).toEqual(['closed']);
});

test('closing sends what went out in clear text first', async () => {
  const { raw, client, read } = await pair();
  const channel = new UpgradableChannel(raw, 'clear');
  channel.write(Buffer.from(INFO));
  channel.close();
  expect(channel.isClosing).toBe(true);
  expect(channel.write(Buffer.from('too late'))).toBe(true);
  await once(client, 'end');
  expect(read()).toBe(INFO);
});
