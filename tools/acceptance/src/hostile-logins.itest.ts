import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { WireClient } from '@skein/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';

const accounts = `
  accounts {
    A { users: [ { user: alice, password: s3cret-alice } ] }
    SYS { users: [ { user: sys, password: s3cret-sys } ] }
  }
  system_account: SYS`;
const alice = { user: 'alice', pass: 's3cret-alice' };
const sys = { user: 'sys', pass: 's3cret-sys' };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'skein-logins-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function wire(node: Node): Promise<WireClient> {
  const client = await WireClient.connect({ port: node.port });
  onTestFinished(() => client.destroy());
  return client;
}

/** Logs in from one of this machine's addresses; resolves with what it is told. */
function login(
  node: Node,
  { user, pass }: { user: string; pass: string },
  localAddress = '127.0.0.1',
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ port: node.port, host: '127.0.0.1', localAddress });
  socket.write(`CONNECT ${JSON.stringify({ verbose: false, user, pass })}\r\nPING\r\n`);
  let told = '';
  socket.on('data', (chunk) => {
    told += chunk;
    const answer = /-ERR '.*'|PONG/.exec(told);
    if (answer === null) return;
    resolve(answer[0]);
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve(''));
  return promise;
}

const violation = "-ERR 'Authorization Violation'";

async function page(node: Node, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${node.server.monitoringPort}${path}`)).text();
}

/** A request, with its answer, between two clients that were there before. */
async function expectUndisturbed(service: NatsConnection, client: NatsConnection): Promise<void> {
  expect((await client.request('here', 'x', { timeout: 2000 })).string()).toBe('x');
  expect([service.isClosed(), client.isClosed()]).toEqual([false, false]);
}

async function openPair(node: Node): Promise<[NatsConnection, NatsConnection]> {
  const [service, client] = [await openClient(node, alice), await openClient(node, alice)];
  service.subscribe('here', { callback: (_error, message) => void message.respond(message.data) });
  await service.flush();
  return [service, client];
}

// Other systems have one loopback address.
describe.runIf(process.platform === 'linux')('failing logins', () => {
  it('from one address are so many in a time; nobody else notices', async () => {
    const node = await startNode({ conf: `${accounts}\nskein { gateways: 2, logins { failures: 5, window: "1h" } }` });
    const pair = await openPair(node);
    const floods = await Promise.all(
      Array.from({ length: 100 }, (_, i) => login(node, { user: 'alice', pass: `guess ${i}` }, '127.0.0.2')),
    );
    expect(new Set(floods)).toEqual(new Set([violation]));
    // The right password is not even looked at, there.
    expect(await login(node, alice, '127.0.0.2')).toBe(violation);
    expect(await login(node, alice, '127.0.0.3')).toBe('PONG');
    await expectUndisturbed(...pair);
    const limited = /skein_auth_logins_limited_total\{.*\} (\d+)/.exec(await page(node, '/metrics'));
    // Those that were under way together were all looked at, at most.
    expect(Number(limited?.[1])).toBeGreaterThanOrEqual(1);
    expect(node.server.log.join('\n')).toContain('too many failing logins from 127.0.0.2');
  });
});

it('the audit tells of logins, and of accounts that change, in a file and in the system account', async () => {
  const file = join(folder(), 'audit.jsonl');
  const conf = (more = '') => `${accounts}${more}\nskein { audit { file: "${file}", subject: true } }`;
  const node = await startNode({ conf: conf() });
  const system = await openClient(node, sys);
  const heard: Record<string, unknown>[] = [];
  const changed = Promise.withResolvers<void>();
  system.subscribe('$SYS.SERVER.*.AUDIT', {
    callback: (_error, message) => {
      heard.push(message.json());
      if (heard.at(-1)?.type === 'account') changed.resolve();
    },
  });
  await system.flush();
  expect(await login(node, alice)).toBe('PONG');
  expect(await login(node, { user: 'alice', pass: 's3cret-guess' })).toBe(violation);
  expect(
    await node.reload(
      conf(
        '\naccounts { A { users: [ { user: alice, password: s3cret-new } ] }, SYS { users: [ { user: sys, password: s3cret-sys } ] } }',
      ),
    ),
  ).toContain('Reloaded');
  await changed.promise;
  expect(heard).toMatchObject([
    { type: 'authentication', from: '127.0.0.1', shown: 'alice', decision: 'allowed', account: 'A', user: 'alice' },
    { type: 'authentication', from: '127.0.0.1', shown: 'alice', decision: 'refused', reason: 'wrong_password' },
    { type: 'account', account: 'A', action: 'changed', reason: 'configuration' },
  ]);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  // The system account's own login came before it listened.
  expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual(heard);
  expect(lines.join()).not.toContain('s3cret');
});

it('200 connections that never finish disturb nobody, and end in time', async () => {
  const node = await startNode({ gateways: 2, conf: `${accounts}\nauthorization { timeout: 1 }` });
  const pair = await openPair(node);
  const starts = ['', 'C', 'CONNECT', 'CONNECT {"user":"alice"', '\r\n'];
  const clients = await Promise.all(Array.from({ length: 200 }, () => wire(node)));
  await Promise.all(clients.map((client, i) => client.send(starts[i % starts.length])));
  await expectUndisturbed(...pair);
  expect(await login(node, alice)).toBe('PONG');
  for (const client of clients) await client.closed();
  expect(
    clients.filter(({ received }) => !/-ERR '(Authentication Timeout|Authorization Violation)'/i.test(received)),
  ).toEqual([]);
  await expectUndisturbed(...pair);
});

describe('before CONNECT', () => {
  let node: Node;
  beforeAll(async () => {
    node = await Node.start({ conf: `${accounts}\nauthorization { timeout: 1 }` });
  });
  afterAll(() => node?.server.stop());

  it.each([
    'PUB here 1\r\nx\r\n',
    'HPUB here 12 13\r\nNATS/1.0\r\n\r\nx\r\n',
    'SUB > 1\r\nPING\r\n',
    'UNSUB 1\r\n',
    'PING\r\n',
    'PONG\r\nPUB here 1\r\nx\r\n',
    'INFO {}\r\n',
    '+OK\r\nSUB > 1\r\n',
    'PUB here 1\r\nx\r\nCONNECT {"user":"alice","pass":"s3cret-alice"}\r\nPING\r\n',
  ])('nothing is done: %j', async (commands) => {
    const listener = await openClient(node, alice);
    const heard: string[] = [];
    listener.subscribe('>', { callback: (_error, { subject }) => void heard.push(subject) });
    await listener.flush();
    const client = await wire(node);
    await client.send(commands);
    await client.closed();
    expect(client.received).not.toMatch(/PONG|MSG|\+OK/);
    await listener.flush();
    expect(heard).toEqual([]);
  });
});

it('no page, metric or event has a secret', async () => {
  const node = await startNode({ conf: accounts });
  const system = await openClient(node, sys);
  const events: string[] = [];
  const refused = Promise.withResolvers<void>();
  system.subscribe('$SYS.>', {
    callback: (_error, message) => {
      events.push(message.string());
      if (message.subject.endsWith('CLIENT.AUTH.ERR')) refused.resolve();
    },
  });
  await system.flush();
  await openClient(node, alice);
  await login(node, { user: 'alice', pass: 's3cret-guess' });
  await refused.promise;
  const paths = [
    '/varz',
    '/connz?auth=1&subs=1&state=any',
    '/accountz?acc=A',
    '/subsz?subs=1',
    '/metrics',
    '/healthz',
    '/stacksz',
  ];
  const pages = await Promise.all(paths.map((path) => page(node, path)));
  for (const text of [...pages, ...events]) expect(text).not.toContain('s3cret');
  expect(pages.every((text) => text.length > 10)).toBe(true);
});
