import { errors, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { createCurveKey, createSigningKey } from '@skein/nkeys';
import { TestOperator, userOf } from '@skein/trust/testing';
import { describe, expect, it } from 'vitest';
import { answerTo, CalloutServiceUnderTest, userFor } from './callout-service.ts';
import { connectTo } from './client.ts';
import { showing } from './credentials.ts';
import type { Node } from './node.ts';
import { openClient, openClientAt, startNode } from './scope.ts';

const bob: NodeConnectionOptions = { user: 'bob', pass: 'secret', name: 'app', reconnect: false };

const failure = (node: Node, options: NodeConnectionOptions = bob): Promise<unknown> =>
  connectTo(node, { reconnect: false, ...options }).then(
    async (client) => client.close(),
    (error: Error) => error,
  );

async function whoAmI(client: NatsConnection): Promise<{ user: string; account: string }> {
  const { data } = (await client.request('$SYS.REQ.USER.INFO')).json<{ data: { user: string; account: string } }>();
  return { user: data.user, account: data.account };
}

describe.each([
  ['in clear text', undefined],
  ['sealed', createCurveKey()],
])('auth callout by configuration, %s', (_, xkey) => {
  const issuer = createSigningKey('account');
  const conf = `
    server_name: node
    accounts {
      AUTH { users: [ { user: auth, password: pwd } ] }
      APP { users: [ { user: inside, password: pwd } ] }
    }
    authorization {
      timeout: 1
      auth_callout { issuer: ${issuer.publicKey}, account: AUTH, auth_users: [ auth ], ${xkey ? `xkey: ${xkey.publicKey}` : ''} }
    }`;

  it('a service says who is in, what they may do, and in which account', async () => {
    const node = await startNode({ gateways: 2, conf });
    const service = await CalloutServiceUnderTest.start(
      await openClientAt(node, 0, { user: 'auth', pass: 'pwd' }),
      xkey,
    );
    service.decide = (asked) =>
      answerTo(asked, issuer, ({ nats }) => {
        nats.jwt = userFor(asked, issuer, (user) => {
          user.name = 'Bob';
          user.aud = 'APP';
          user.nats.pub.allow = ['ok', '$SYS.REQ.USER.INFO'];
        });
      });
    for (const gateway of [0, 1]) {
      const client = await openClientAt(node, gateway, bob);
      expect(await whoAmI(client)).toEqual({ user: 'Bob', account: 'APP' });
      const denied = Promise.withResolvers<Error>();
      (async () => {
        for await (const status of client.status()) if (status.type === 'error') denied.resolve(status.error);
      })();
      client.publish('forbidden');
      expect(await denied.promise).toBeInstanceOf(errors.PermissionViolationError);
    }

    const [asked] = service.asked;
    const { nats, iss } = asked;
    expect(nats.server_id).toMatchObject({ name: 'node', id: iss, version: '2.15.2' });
    expect(nats.server_id.xkey !== '').toBe(xkey !== undefined);
    expect(nats.client_info).toMatchObject({
      host: '127.0.0.1',
      user: 'bob',
      name: 'app',
      kind: 'Client',
      type: 'nats',
    });
    expect(nats.connect_opts).toMatchObject({ user: 'bob', pass: 'secret', name: 'app', lang: 'nats.js', protocol: 1 });
    expect(asked.exp - asked.iat).toBe(1);

    // Users of the configuration are asked about as well, but for the service itself.
    const before = service.asked.length;
    await openClient(node, { user: 'inside', pass: 'wrong', reconnect: false });
    expect(service.asked.length).toBe(before + 1);
    expect(await failure(node, { user: 'auth', pass: 'wrong' })).toBeInstanceOf(errors.AuthorizationError);
    expect(service.asked.length).toBe(before + 1);
  });

  it('whom it does not let in, or not in time, is told Authorization Violation', async () => {
    const node = await startNode({ conf });
    const violation = expect.objectContaining({ message: 'Authorization Violation' });
    expect(await failure(node)).toEqual(violation);
    const service = await CalloutServiceUnderTest.start(await openClient(node, { user: 'auth', pass: 'pwd' }), xkey);
    const [stranger, inApp] = [createSigningKey('account'), 'APP'];
    const decisions: CalloutServiceUnderTest['decide'][] = [
      () => undefined,
      () => '',
      () => 'garbage',
      (asked) => answerTo(asked, issuer, ({ nats }) => (nats.error = 'go away')),
      (asked) => answerTo(asked, issuer, () => {}),
      (asked) => answerTo(asked, stranger, ({ nats }) => (nats.jwt = userFor(asked, issuer, (u) => (u.aud = inApp)))),
      (asked) => answerTo(asked, issuer, ({ nats }) => (nats.jwt = userFor(asked, stranger, (u) => (u.aud = inApp)))),
      (asked) => answerTo(asked, issuer, ({ nats }) => (nats.jwt = userFor(asked, issuer, (u) => (u.aud = 'NOPE')))),
    ];
    for (const decide of decisions) {
      service.decide = decide;
      expect(await failure(node)).toEqual(violation);
    }
    expect(service.asked.length).toBe(decisions.length);
  });

  it('reload: whom a service let in stays, without being asked about again', async () => {
    const node = await startNode({ conf });
    const service = await CalloutServiceUnderTest.start(await openClient(node, { user: 'auth', pass: 'pwd' }), xkey);
    service.decide = (asked) =>
      answerTo(asked, issuer, ({ nats }) => (nats.jwt = userFor(asked, issuer, (user) => (user.aud = 'APP'))));
    const client = await openClient(node, bob);
    await node.reload(`${conf}\nmax_payload: 2000`);
    await client.flush();
    expect(service.asked.length).toBe(1);
    await node.reload(conf.replace(issuer.publicKey, createSigningKey('account').publicKey));
    await client.closed();
  });

  it('an auth-resolver that dies while a service thinks: the next one asks, and who is in stays', async () => {
    const node = await startNode({ gateways: 2, conf: conf.replace('timeout: 1', 'timeout: 10') });
    const service = await CalloutServiceUnderTest.start(await openClient(node, { user: 'auth', pass: 'pwd' }), xkey);
    const allow: CalloutServiceUnderTest['decide'] = (asked) =>
      answerTo(asked, issuer, ({ nats }) => (nats.jwt = userFor(asked, issuer, (user) => (user.aud = 'APP'))));
    service.decide = allow;
    const inside = await openClient(node, bob);
    const resolver = await node.process('auth-resolver');
    service.decide = () => {
      process.kill(resolver.pid, 'SIGKILL');
      service.decide = allow;
      return undefined;
    };
    const late = await openClient(node, { ...bob, timeout: 10_000 });
    expect(await whoAmI(late)).toMatchObject({ account: 'APP' });
    expect(service.asked.length).toBe(3);
    expect(inside.isClosed()).toBe(false);
  });
});

describe.each([
  ['in clear text', undefined],
  ['sealed', createCurveKey()],
])('auth callout in operator mode, %s', (_, xkey) => {
  const operator = new TestOperator();
  const [auth, app, other] = [createSigningKey('account'), createSigningKey('account'), createSigningKey('account')];
  const service = userOf(auth);
  const sentinel = userOf(auth, ({ nats }) => {
    nats.bearer_token = true;
  });
  const conf = operator.configuration('MEMORY', [
    operator.account(auth, ({ nats }) => {
      const { authorization } = nats;
      authorization.auth_users = [service.key.publicKey];
      authorization.allowed_accounts = [app.publicKey];
      authorization.xkey = xkey?.publicKey ?? '';
    }),
    operator.account(app),
    operator.account(other),
  ]);

  it('whoever shows a token of the account is asked about, and placed where the service has it', async () => {
    const node = await startNode({ gateways: 2, conf: `${conf}\nauthorization { timeout: 1 }` });
    const answering = await CalloutServiceUnderTest.start(await openClientAt(node, 1, showing(service)), xkey);
    const shown = { ...showing(sentinel), ...{ name: 'app', reconnect: false } };
    let account = app;
    answering.decide = (asked) =>
      answerTo(asked, auth, ({ nats }) => (nats.jwt = userFor(asked, account, (user) => (user.name = 'Bob'))));
    for (const gateway of [0, 1]) {
      expect(await whoAmI(await openClientAt(node, gateway, shown))).toMatchObject({ account: app.publicKey });
    }
    const [{ sub, nats }] = answering.asked;
    expect(sub).toBe(auth.publicKey);
    expect(nats.connect_opts.jwt).toBe(sentinel.jwt);

    account = other;
    expect(await failure(node, shown)).toMatchObject({ message: 'Authorization Violation' });
    // Others have nothing to do with it.
    const before = answering.asked.length;
    expect(await whoAmI(await openClient(node, showing(userOf(other))))).toMatchObject({ account: other.publicKey });
    expect(answering.asked.length).toBe(before);
  });
});
