import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WireClient } from './wire-client.ts';

let server: Server | undefined;
let client: WireClient | undefined;

/** A server that answers each chunk as `answer` says, and the client connected to it. */
async function connect(answer: (text: string, socket: Socket) => void): Promise<WireClient> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => answer(chunk.toString(), socket));
    socket.write('INFO {"nonce":"n"} \r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = await WireClient.connect({ port: (server.address() as AddressInfo).port, deadlineMs: 2000 });
  await client.expect('\r\n');
  return client;
}

afterEach(() => {
  client?.destroy();
  server?.close();
});

test('expect consumes up to the match and keeps the rest for the next', async () => {
  const wire = await connect((_, socket) => socket.write('one two three\r\n'));
  await wire.send('go\r\n');
  expect(await wire.expect(/t\w+/)).toBe('one two');
  expect(await wire.expect('\n')).toBe(' three\r\n');
  expect(wire.info).toEqual({ nonce: 'n' });
});

test('expect says what came instead when the connection closes', async () => {
  const wire = await connect((_, socket) => socket.end("-ERR 'no'\r\n"));
  await wire.send('go\r\n');
  await expect(wire.expect('+OK')).rejects.toThrow(/closed; received "-ERR 'no'/);
});

test('expect and closed give up at their deadline', async () => {
  const wire = await connect(() => {});
  await expect(wire.expect('+OK', 20)).rejects.toThrow('nothing for 20 ms');
  await expect(wire.closed(20)).rejects.toThrow('still open after 20 ms');
});

test('sync tells open, closed and silent apart', async () => {
  let isDeaf = false;
  const wire = await connect((text, socket) => {
    if (text.startsWith('QUIT')) socket.end();
    else if (!isDeaf) socket.write('PONG\r\n'.repeat(text.split('PING\r\n').length - 1));
  });
  expect(await wire.sync()).toBe('open');
  isDeaf = true;
  expect(await wire.sync(0, 20)).toBe('silent');
  await wire.send('QUIT\r\n');
  expect(await wire.sync()).toBe('closed');
});

test("sync waits for its own PONG, behind those of the caller's PINGs", async () => {
  const wire = await connect((text, socket) => socket.write(text.replaceAll('PING', 'PONG')));
  await wire.send('PING\r\nPING\r\nMSG a 1 1\r\nx\r\n');
  expect(await wire.sync(2)).toBe('open');
  expect(wire.frames.slice(1)).toEqual(['PONG\r\n', 'PONG\r\n', 'MSG a 1 1\r\nx\r\n', 'PONG\r\n']);
  expect(wire.syncFrame).toBe(4);
});

test('a write to a closed connection is not an error', async () => {
  const wire = await connect((_, socket) => socket.destroy());
  await wire.send('go\r\n');
  await wire.closed();
  await wire.send('more\r\n');
  expect(wire.isClosed).toBe(true);
});
