import { errors, type NatsConnection } from '@nats-io/transport-node';
import { fixtures, WireClient } from '@skein/testing';
import { describe, expect, it } from 'vitest';
import { connectTo, Notices } from './client.ts';
import type { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';
import { until } from './until.ts';

const users = (...lines: string[]): string => `authorization {\n  users: [\n    ${lines.join('\n    ')}\n  ]\n}\n`;
const alice = '{ user: alice, password: a }';
const bob = '{ user: bob, password: b }';

const login = (node: Node, user: string): Promise<NatsConnection> =>
  connectTo(node, { user, pass: user[0], reconnect: false });

describe('SIGHUP', () => {
  it('lets a new user in, and leaves the others where they are', async () => {
    const node = await startNode({ conf: users(alice), gateways: 2 });
    const one = await openClient(node, { user: 'alice', pass: 'a' });
    const notices = new Notices(one);
    await expect(login(node, 'bob')).rejects.toThrow('Authorization Violation');
    expect(await node.reload(users(alice, bob))).toContain('Reloaded server configuration');
    const two = await openClient(node, { user: 'bob', pass: 'b' });
    two.subscribe('hello', { callback: (_error, message) => void message.respond('from bob') });
    await two.flush();
    expect((await one.request('hello')).string()).toBe('from bob');
    expect(notices.trouble).toEqual([]);
  });

  it('changed permissions: a subscription that is no longer allowed ends, its connection does not', async () => {
    const node = await startNode({ conf: users(alice, bob), gateways: 2 });
    const [one, two] = [
      await openClient(node, { user: 'alice', pass: 'a' }),
      await openClient(node, { user: 'bob', pass: 'b' }),
    ];
    const notices = new Notices(one);
    const lost = Promise.withResolvers<Error>();
    const secret: string[] = [];
    const kept: string[] = [];
    one.subscribe('secret', {
      callback: (error, message) => {
        if (error) lost.resolve(error);
        else secret.push(message.string());
      },
    });
    one.subscribe('open', { callback: (_error, message) => void kept.push(message.string()) });
    await one.flush();
    two.publish('secret', 'before');
    two.publish('open', 'before');
    await two.flush();

    const restricted = '{ user: alice, password: a, permissions { subscribe { deny: "secret" } } }';
    expect(await node.reload(users(restricted, bob))).toContain('Reloaded server configuration');
    expect(await lost.promise).toBeInstanceOf(errors.PermissionViolationError);
    expect((await lost.promise).message).toBe('Permissions Violation for Subscription to "secret" (sid "1")');
    two.publish('secret', 'after');
    two.publish('open', 'after');
    await two.flush();
    await one.flush();
    expect([secret, kept]).toEqual([['before'], ['before', 'after']]);
    expect(notices.trouble.map(({ type }) => type)).toEqual(['error']);
    expect((await node.varz()).connections).toBe(2);
  });

  it('a removed user is disconnected, the others are not', async () => {
    const node = await startNode({ conf: users(alice, bob), gateways: 2 });
    const one = await openClient(node, { user: 'alice', pass: 'a' });
    const notices = new Notices(one);
    const two = await login(node, 'bob');
    expect(await node.reload(users(alice))).toContain('Reloaded server configuration');
    await two.closed();
    await expect(login(node, 'bob')).rejects.toThrow('Authorization Violation');
    await one.flush();
    expect(notices.trouble).toEqual([]);
  });

  it('one refused key: nothing changes at all, and the log says why', async () => {
    const node = await startNode({ conf: users(alice), gateways: 2 });
    const one = await openClient(node, { user: 'alice', pass: 'a' });
    const notices = new Notices(one);
    const line = await node.reload(`${users(alice, bob)}max_payload: 1234\nmax_pending: 1MB\n`);
    expect(line).toContain('[ERR] Failed to reload server configuration: config reload not supported for MaxPending');
    await expect(login(node, 'bob')).rejects.toThrow('Authorization Violation');
    expect((await login(node, 'alice')).info?.max_payload).toBe(1024 * 1024);
    expect(notices.trouble).toEqual([]);

    // A text that cannot be read is refused as well, and the node can still be reloaded after.
    expect(await node.reload('authorization {')).toContain('[ERR] Failed to reload server configuration');
    expect(await node.reload(users(alice, bob))).toContain('Reloaded server configuration');
    await (await openClient(node, { user: 'bob', pass: 'b' })).flush();
  });

  it('max_payload holds for those who are connected', async () => {
    const node = await startNode({ conf: 'max_payload: 2048', gateways: 2 });
    const one = await openClient(node);
    const notices = new Notices(one);
    one.publish('a', 'x'.repeat(2048));
    await one.flush();
    expect(await node.reload('max_payload: 1024')).toContain('Reloaded server configuration');
    expect((await openClient(node)).info?.max_payload).toBe(1024);
    one.publish('a', 'x'.repeat(1025));
    const { error } = (await notices.first('error').catch(() => notices.first('disconnect'))) as { error?: Error };
    expect(String(error)).toContain('Maximum Payload Violation');
  });

  it('TLS on and off: who comes next finds it so, who is connected stays', async () => {
    const node = await startNode();
    const first = await openClient(node);
    const tls = `tls { cert_file: "${fixtures.serverCert}", key_file: "${fixtures.serverKey}" }`;
    expect(await node.reload(tls)).toContain('Reloaded server configuration');
    await until('TLS asked for', 3000, async () => (await tlsRequired(node)) === true);
    const second = await openClient(node, { tls: { caFile: fixtures.ca } });
    expect(await node.reload('')).toContain('Reloaded server configuration');
    await until('TLS asked for no more', 3000, async () => (await tlsRequired(node)) === false);
    const third = await openClient(node);
    first.subscribe('here', { callback: (_error, message) => void message.respond(message.data) });
    await first.flush();
    expect((await second.request('here', 'b')).string()).toBe('b');
    expect((await third.request('here', 'c')).string()).toBe('c');
  });
});

/** What a new connection is told; undefined while the listener changes. */
async function tlsRequired(node: Node): Promise<boolean | undefined> {
  const client = await WireClient.connect({ port: node.port }).catch(() => undefined);
  if (client === undefined) return undefined;
  await client.expect('INFO');
  const { info } = client;
  client.destroy();
  return Boolean(info?.tls_required);
}
