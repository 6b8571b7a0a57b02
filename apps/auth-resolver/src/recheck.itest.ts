import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startServer, WireClient } from '@skein/testing';
import bcrypt from 'bcryptjs';
import { afterEach, expect, it } from 'vitest';

const binary = fileURLToPath(new URL('../../../tools/nats-server', import.meta.url));
const CONNECTIONS = 300;
const CLOSED_MS_MAX = 10_000;

// A long time to log in: the machine may be busy, and this is not about logins.
const configuration = (hash: string): string =>
  `authorization { timeout: 30, users: [ { user: a, password: "${hash}" }, { user: b, password: plain } ] }\nskein { gateways: 2 }\n`;

let stop = async (): Promise<void> => {};
afterEach(() => stop());

it('all connections with an old bcrypt password end soon after it has changed', async () => {
  const server = await startServer(binary, { conf: configuration(bcrypt.hashSync('old', 10)) });
  stop = server.stop;
  const open = async (user: string, pass: string): Promise<WireClient> => {
    const client = await WireClient.connect({ port: server.port, deadlineMs: 20_000 });
    await client.send(`CONNECT ${JSON.stringify({ user, pass, verbose: false })}\r\n`);
    expect([await client.sync(), client.received]).toEqual(['open', expect.stringContaining('PONG')]);
    return client;
  };
  const other = await open('b', 'plain');
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => open('a', 'old')));
  await writeFile(server.confFile, configuration(bcrypt.hashSync('new', 10)));
  const reloaded = server.nextLine(/Reloaded server configuration/);
  process.kill(server.pid, 'SIGHUP');
  await reloaded;
  await Promise.all(clients.map((client) => client.closed(CLOSED_MS_MAX)));
  for (const client of clients) expect(client.received).toContain("-ERR 'Authorization Violation'");
  expect(await other.sync()).toBe('open');
  const newcomer = await open('a', 'new');
  for (const client of [other, newcomer]) client.destroy();
});
