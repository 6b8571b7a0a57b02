import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { fixtures } from '../fixtures.ts';
import { WireClient } from '../wire-client.ts';

type Connect = Record<string, unknown>;

const line = (connect: Connect): string =>
  `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...connect })}\r\n`;

/** With a client certificate, for servers that ask for one. */
const secure = () => ({
  ca: readFileSync(fixtures.ca),
  cert: readFileSync(fixtures.clientCert),
  key: readFileSync(fixtures.clientKey),
  servername: 'localhost',
});

/** One that has said CONNECT and these lines. */
export async function client(
  port: number,
  connect: Connect,
  lines = '',
  { tls }: { tls?: 'first' | 'after INFO' } = {},
): Promise<WireClient> {
  const wire = await WireClient.connect({ port, ...(tls === 'first' && { tls: secure() }) });
  await wire.expect(/INFO .*\r\n/);
  if (tls === 'after INFO') await wire.upgrade(secure());
  await wire.send(line(connect));
  // nats-server counts what comes along with CONNECT for the account that the client was in before.
  await wire.sync();
  await wire.send(lines);
  await wire.sync();
  return wire;
}

/** One that goes again; resolves when the server has dealt with it. */
export async function gone(port: number, connect: Connect, lines = ''): Promise<void> {
  const wire = await client(port, connect, lines);
  await wire.end();
}

/** One that the server closes because of what it says. */
export async function refused(port: number, connect: Connect, lines: string): Promise<void> {
  const wire = await WireClient.connect({ port });
  await wire.expect(/INFO .*\r\n/);
  await wire.send(`${line(connect)}${lines}`);
  await wire.closed();
}

/** A WebSocket client that has said CONNECT. It never reads more than the server's first answers. */
export async function webSocketClient(port: number, connect: Connect, lines = ''): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1');
  const seen = received(socket);
  const key = Buffer.alloc(16, 1).toString('base64');
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\n` +
      'Sec-WebSocket-Version: 13\r\n\r\n',
  );
  await seen('INFO ');
  socket.write(masked(`${line(connect)}${lines}PING\r\n`));
  await seen('PONG\r\n');
  return socket;
}

/** Resolves once the text stands in what came in. */
function received(socket: Socket): (wanted: string) => Promise<void> {
  let text = '';
  let look = (): void => {};
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    look();
  });
  return (wanted) =>
    new Promise((resolve, reject) => {
      socket.once('close', () => reject(new Error(`closed; received ${JSON.stringify(text)}`)));
      look = () => {
        if (text.includes(wanted)) resolve();
      };
      look();
    });
}

/** A text of less than 64 KiB as one binary frame, masked with zeros. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x82, 0x80 | 126, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([head, payload]);
}
