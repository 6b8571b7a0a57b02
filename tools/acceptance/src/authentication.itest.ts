import { errors, type NodeConnectionOptions, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { WireClient } from '@skein/testing';
import bcrypt from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectTo, Notices } from './client.ts';
import { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';

const key = nkeys.createUser();
const stranger = nkeys.createUser();

describe('users', () => {
  let node: Node;

  beforeAll(async () => {
    node = await Node.start({
      gateways: 2,
      conf: `authorization {
        users: [
          { user: plain, password: secret }
          { user: hashed, password: "${bcrypt.hashSync('hidden', 4)}" }
          { nkey: ${key.getPublicKey()} }
          { user: limited, password: l, permissions {
            publish { allow: ["ok.>", "_INBOX.>"], deny: "ok.secret" }
            subscribe { allow: ["ok.>", "_INBOX.>"] }
          } }
          { user: service, password: s, permissions { subscribe: "svc.>", allow_responses: true } }
        ]
      }`,
    });
  });
  afterAll(() => node?.server.stop());

  it.each<[string, NodeConnectionOptions]>([
    ['user and password', { user: 'plain', pass: 'secret' }],
    ['user and bcrypt password', { user: 'hashed', pass: 'hidden' }],
    ['nkey', { authenticator: nkeyAuthenticator(key.getSeed()) }],
  ])('lets in: %s', async (_name, options) => {
    const client = await openClient(node, options);
    await client.flush();
    expect(client.info?.auth_required).toBe(true);
  });

  it.each<[string, NodeConnectionOptions]>([
    ['nobody', {}],
    ['wrong password', { user: 'plain', pass: 'guess' }],
    ['wrong password against bcrypt', { user: 'hashed', pass: 'guess' }],
    ['unknown user', { user: 'ghost', pass: 'secret' }],
    ['token where users are configured', { token: 'secret' }],
    ['unknown nkey', { authenticator: nkeyAuthenticator(stranger.getSeed()) }],
  ])('refuses: %s', async (_name, options) => {
    const error = await connectTo(node, { ...options, reconnect: false }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(errors.AuthorizationError);
    expect((error as Error).message).toBe('Authorization Violation');
  });

  it('permissions: what is not allowed is an error, and the connection stays', async () => {
    const limited = await openClient(node, { user: 'limited', pass: 'l' });
    const plain = await openClient(node, { user: 'plain', pass: 'secret' });
    const notices = new Notices(limited);
    const seen: string[] = [];
    plain.subscribe('>', { callback: (_error, message) => void seen.push(message.subject) });
    await plain.flush();

    for (const subject of ['not.ok', 'ok.secret', 'ok.fine']) limited.publish(subject);
    const refused = limited.subscribe('not.ok');
    const denied = await (async () => {
      for await (const _ of refused) break;
    })().catch((error: Error) => error);
    expect(denied).toBeInstanceOf(errors.PermissionViolationError);
    expect(denied).toMatchObject({ operation: 'subscription', subject: 'not.ok' });
    await limited.flush();
    await plain.flush();
    expect(seen.filter((subject) => !subject.startsWith('_INBOX'))).toEqual(['ok.fine']);
    limited.subscribe('ok.request', { callback: (_error, message) => void message.respond('still here') });
    await limited.flush();
    expect((await plain.request('ok.request')).string()).toBe('still here');
    expect(notices.trouble.map((status) => 'error' in status && status.error.message)).toEqual([
      'Permissions Violation for Publish to "not.ok"',
      'Permissions Violation for Publish to "ok.secret"',
      'Permissions Violation for Subscription to "not.ok"',
    ]);
  });

  it('allow_responses: a service may answer, and publish nothing else', async () => {
    const service = await openClient(node, { user: 'service', pass: 's' });
    const plain = await openClient(node, { user: 'plain', pass: 'secret' });
    const notices = new Notices(service);
    service.subscribe('svc.add', { callback: (_error, message) => void message.respond('3') });
    await service.flush();
    expect((await plain.request('svc.add')).string()).toBe('3');
    service.publish('svc.other');
    expect((await notices.first('error')).error.message).toBe('Permissions Violation for Publish to "svc.other"');
  });
});

it('token', async () => {
  const node = await startNode({ conf: 'authorization { token: s3cret }' });
  await (await openClient(node, { token: 's3cret' })).flush();
  await expect(connectTo(node, { token: 'wrong', reconnect: false })).rejects.toThrow('Authorization Violation');
});

it('a connection that does not say who it is within the time is closed', async () => {
  const node = await startNode({ conf: 'authorization { user: u, password: p, timeout: 0.5 }' });
  const client = await WireClient.connect({ port: node.port });
  onTestFinished(() => client.destroy());
  await client.expect("-ERR 'Authentication Timeout'\r\n");
  await client.closed();
});
