import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { createSigningKey } from '@skein/nkeys';
import { nowSeconds, TestOperator, userOf } from '@skein/trust/testing';
import { expect, it, onTestFinished } from 'vitest';
import { connectTo } from './client.ts';
import { showing } from './credentials.ts';
import type { Node } from './node.ts';
import { freeze, openClient, openClientAt, startNode, thaw } from './scope.ts';
import { until } from './until.ts';

const operator = new TestOperator();

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'skein-jwt-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Asks the node, in its system account. */
async function ask(system: NatsConnection, subject: string, body = ''): Promise<{ data?: object; error?: object }> {
  const reply = await system.request(`$SYS.REQ.${subject}`, body, { timeout: 5000 });
  return reply.json();
}

const why = async (client: NatsConnection): Promise<string> =>
  ((await client.closed()) as Error | undefined)?.message ?? '';

async function start(conf: string): Promise<{ node: Node; system: NatsConnection }> {
  const node = await startNode({ gateways: 2, conf });
  return { node, system: await openClient(node, showing(userOf(operator.system))) };
}

it('lets users of preloaded accounts in, each account for itself', async () => {
  const [a, b] = [createSigningKey('account'), createSigningKey('account')];
  const { node } = await start(operator.configuration('MEMORY', [operator.account(a), operator.account(b)]));
  const [one, other, stranger] = [
    await openClientAt(node, 0, showing(userOf(a))),
    await openClientAt(node, 1, showing(userOf(a))),
    await openClientAt(node, 1, showing(userOf(b))),
  ];
  const heard: string[] = [];
  stranger.subscribe('>', { callback: (_error, { subject }) => void heard.push(subject) });
  const message = Promise.withResolvers<string>();
  other.subscribe('greet', { callback: (_error, { data }) => message.resolve(new TextDecoder().decode(data)) });
  await Promise.all([other.flush(), stranger.flush()]);
  one.publish('greet', 'hello');
  expect(await message.promise).toBe('hello');
  await stranger.flush();
  expect(heard).toEqual([]);

  const nobody = await connectTo(node, { ...showing(userOf(createSigningKey('account'))), reconnect: false }).catch(
    (e) => e,
  );
  expect((nobody as Error).message).toBe('Authorization Violation');
});

it('an account that is pushed is kept, and what it says holds for live connections when the answer comes', async () => {
  const dir = directory();
  const { node, system } = await start(operator.configuration(`{ type: full, dir: "${dir}", allow_delete: true }`));
  const account = createSigningKey('account');
  const past = nowSeconds() - 10;
  expect(await ask(system, 'CLAIMS.UPDATE', operator.account(account, undefined, past))).toMatchObject({
    data: { account: account.publicKey, code: 200, message: 'jwt updated' },
  });
  expect(readdirSync(dir)).toContain(`${account.publicKey}.jwt`);

  const options = { reconnect: false };
  const page = async (query: string) =>
    (await fetch(`http://127.0.0.1:${node.server.monitoringPort}/accountz${query}`)).json();
  const [goes, stays] = [userOf(account, undefined, past), userOf(account, undefined, past)];
  const clients = [
    await openClientAt(node, 0, { ...showing(goes), ...options }),
    await openClientAt(node, 1, { ...showing(stays), ...options }),
  ];
  await ask(
    system,
    'CLAIMS.UPDATE',
    operator.account(account, ({ nats }) => {
      nats.revocations.set(goes.key.publicKey, nowSeconds());
      nats.limits.payload = 100;
    }),
  );
  expect(await page('')).toMatchObject({ accounts: expect.arrayContaining([account.publicKey]) });
  expect(await page(`?acc=${account.publicKey}`)).toMatchObject({
    account_detail: {
      client_connections: expect.any(Number),
      issuer_key: operator.key.publicKey,
      name_tag: 'A',
      decoded_jwt: { sub: account.publicKey, nats: { limits: { payload: 100 }, type: 'account' } },
      revoked_user: { [goes.key.publicKey]: expect.stringMatching(/^\d{4}-.*Z$/) },
    },
  });
  // It is acknowledged: nobody needs to wait for anything.
  expect(await why(clients[0])).toBe('User Authentication Revoked');
  expect(
    (await connectTo(node, { ...showing(goes), ...options }).catch((error: Error) => error.message)) as string,
  ).toBe('Authorization Violation');
  await clients[1].flush();
  const again = await openClientAt(node, 0, showing(stays));
  expect(again.info?.max_payload).toBe(100);

  expect(await ask(system, 'CLAIMS.DELETE', operator.deletion([account.publicKey]))).toMatchObject({
    data: { message: 'deleted 1 accounts' },
  });
  expect(await why(clients[1])).toBe('Account Authentication Expired');
  expect(readdirSync(dir)).toContain(`${account.publicKey}.jwt.deleted`);
});

it('with the auth-resolver killed, users of accounts that are in use connect; who was revoked does not', async () => {
  const account = createSigningKey('account');
  const past = nowSeconds() - 10;
  const quiet = createSigningKey('account');
  const conf = operator.configuration('MEMORY', [
    operator.account(account, undefined, past),
    operator.account(quiet, undefined, past),
  ]);
  const { node, system } = await start(conf);
  await openClientAt(node, 0, showing(userOf(account)));
  const live = userOf(quiet, undefined, past);
  const there = await openClientAt(node, 1, { ...showing(live), reconnect: false });
  const revoked = userOf(account, undefined, past);
  await ask(
    system,
    `ACCOUNT.${account.publicKey}.CLAIMS.UPDATE`,
    operator.account(account, ({ nats }) => {
      nats.revocations.set(revoked.key.publicKey, nowSeconds());
    }),
  );

  const resolver = await node.process('auth-resolver');
  process.kill(resolver.pid, 'SIGKILL');
  const [one, other] = await Promise.all([
    openClient(node, showing(userOf(account))),
    openClient(node, showing(userOf(account))),
  ]);
  await Promise.all([one.flush(), other.flush()]);
  const refused = await connectTo(node, { ...showing(revoked), reconnect: false }).catch(
    (error: Error) => error.message,
  );
  expect(refused).toBe('Authorization Violation');

  // What its successor is told holds for who was there before it.
  const update = operator.account(quiet, ({ nats }) => {
    nats.revocations.set(live.key.publicKey, nowSeconds());
  });
  await until('the successor answers', 10_000, async () => {
    const answer = await ask(system, `ACCOUNT.${quiet.publicKey}.CLAIMS.UPDATE`, update).catch(() => undefined);
    return JSON.stringify(answer?.data).includes('jwt updated');
  });
  expect(await why(there)).toContain('User Authentication Revoked');
});

it('streams are heard by who imports them, whichever gateway they are published at', async () => {
  const [exporter, importer] = [createSigningKey('account'), createSigningKey('account')];
  const { node } = await start(
    operator.configuration('MEMORY', [
      operator.account(exporter, ({ nats }) => {
        const offer = { subject: 's', type: 'stream', token_req: false, response_type: '', response_threshold: 0 };
        nats.exports.push({ ...offer, name: '', revocations: new Map(), account_token_position: 0 } as never);
      }),
      operator.account(importer, ({ nats }) => {
        const wanted = { account: exporter.publicKey, subject: 's', type: 'stream', token: '', to: '' };
        nats.imports.push({ ...wanted, name: '', local_subject: 'here', share: false, allow_trace: false } as never);
      }),
    ]),
  );
  // Once: only one gateway sees it log in.
  const listener = await openClient(node, showing(userOf(importer)));
  const heard = listener.subscribe('here', { max: 2 });
  await listener.flush();
  for (const gateway of [1, 0]) {
    (await openClientAt(node, gateway, showing(userOf(exporter)))).publish('s', String(gateway));
  }
  const texts: string[] = [];
  for await (const message of heard) texts.push(message.string());
  expect(texts.sort()).toEqual(['0', '1']);
});

it('a reload takes over preloaded accounts and a changed operator', async () => {
  const [kept, closed] = [createSigningKey('account'), createSigningKey('account')];
  const past = nowSeconds() - 10;
  const tokens = [kept, closed].map((key) => operator.account(key, undefined, past));
  const { node } = await start(operator.configuration('MEMORY', tokens));
  const user = userOf(kept, undefined, past);
  const stays = await openClientAt(node, 0, showing(userOf(kept)));
  const revoked = await openClientAt(node, 1, { ...showing(user), reconnect: false });
  const goes = await openClientAt(node, 1, { ...showing(userOf(closed)), reconnect: false });

  const changed = operator.account(kept, ({ nats }) => void nats.revocations.set(user.key.publicKey, nowSeconds()));
  expect(await node.reload(operator.configuration('MEMORY', [changed, tokens[1]]))).toContain('Reloaded');
  expect(await why(revoked)).toBe('User Authentication Revoked');
  await stays.flush();

  const signing = createSigningKey('operator');
  const strict = operator.jwt(({ nats }) => {
    nats.signing_keys.push(signing.publicKey);
    nats.strict_signing_key_usage = true;
  });
  const conf = operator.configuration('MEMORY', [
    operator.account(createSigningKey('account'), undefined, past, signing),
  ]);
  expect(await node.reload(conf.replace(/^operator: .*/, `operator: ${strict}`))).toContain('Reloaded');
  expect(await why(goes)).toBe('Account Authentication Expired');

  // What makes no sense changes nothing.
  expect(await node.reload('')).toContain('Failed to reload');
});

it('who is revoked hears nothing more once that is acknowledged, even behind a gateway that was frozen', async () => {
  const account = createSigningKey('account');
  const past = nowSeconds() - 10;
  const conf = operator.configuration('MEMORY', [operator.account(account, undefined, past)]);
  const node = await startNode({ gateways: 2, conf });
  const [system, other, again] = [
    await openClientAt(node, 0, showing(userOf(operator.system))),
    await openClientAt(node, 0, showing(userOf(account))),
    await openClientAt(node, 0, showing(userOf(account))),
  ];
  const user = userOf(account, undefined, past);
  const revoked = await openClientAt(node, 1, { ...showing(user), reconnect: false });
  const heard: string[] = [];
  revoked.subscribe('x', { callback: (_error, message) => void heard.push(message.string()) });
  await revoked.flush();
  // Where its answers go is known everywhere before a gateway freezes.
  await ask(system, 'SERVER.PING.IDZ');
  const gateway = await node.process('gateway', 1);
  freeze(gateway);
  const changed = operator.account(account, ({ nats }) => void nats.revocations.set(user.key.publicKey, nowSeconds()));
  await system.request(`$SYS.REQ.ACCOUNT.${account.publicKey}.CLAIMS.UPDATE`, changed, { timeout: 20_000 });
  other.publish('x', 'secret');
  // Its own PONG would wait for the gateway to be gone; another's tells that it was read.
  await new Promise((resolve) => setImmediate(resolve));
  await again.flush();
  thaw(gateway.pid);
  await revoked.closed();
  expect(heard).toEqual([]);
});
