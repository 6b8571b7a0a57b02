import { createSigningKey, type SigningKey } from '@skein/nkeys';
import { WireClient } from '@skein/testing';
import { nowSeconds, TestOperator, type TestUser, userOf } from '@skein/trust/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Node } from './node.ts';

const operator = new TestOperator();
const account = createSigningKey('account');
const user = userOf(account);
const violation = "-ERR 'Authorization Violation'\r\n";

let node: Node;
let regular: WireClient;

beforeAll(async () => {
  const conf = operator.configuration('MEMORY', [operator.account(account)]);
  node = await Node.start({ gateways: 2, conf: `${conf}\nmax_control_line: 8kb` });
  regular = await show(userOf(account));
  expect(await regular.sync()).toBe('open');
});
afterAll(() => node?.server.stop());

const sign = (key: SigningKey, text: string): string => Buffer.from(key.sign(Buffer.from(text))).toString('base64url');
const chunk = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A client that shows a token and signs the nonce that it was given, or whatever it is told to. */
async function show({ jwt, key }: TestUser, signed?: string, sig?: string): Promise<WireClient> {
  const client = await WireClient.connect({ port: node.port, deadlineMs: 20_000 });
  await client.expect(/INFO .*\r\n/);
  const proof = sig ?? sign(key, signed ?? String(client.info?.nonce));
  await client.send(`CONNECT ${JSON.stringify({ verbose: false, jwt, sig: proof })}\r\n`);
  return client;
}

function forged(header: object, claims: object, key: SigningKey = account): TestUser {
  const nats = { type: 'user', version: 2, subs: -1, data: -1, payload: -1 };
  const signed = `${chunk(header)}.${chunk({ iat: nowSeconds(), iss: key.publicKey, sub: user.key.publicKey, nats, ...claims })}`;
  return { key: user.key, jwt: `${signed}.${sign(key, signed)}` };
}

const fine = { typ: 'JWT', alg: 'ed25519-nkey' };
const [head, body, signature] = user.jwt.split('.');
const tampered = chunk({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), name: 'root' });
const unsigned = `${chunk({ typ: 'JWT', alg: 'none' })}.${body}.`;

it.each<[string, () => Promise<WireClient>]>([
  ['alg none', () => show({ ...user, jwt: unsigned })],
  ['alg HS256', () => show(forged({ typ: 'JWT', alg: 'HS256' }, {}))],
  ['claims that were changed', () => show({ ...user, jwt: `${head}.${tampered}.${signature}` })],
  ['a signature of zeros', () => show({ ...user, jwt: `${head}.${body}.${'A'.repeat(86)}` })],
  ['a user who signs herself', () => show(forged(fine, { iss: user.key.publicKey }, user.key))],
  ['an operator for an account', () => show(forged(fine, {}, operator.key))],
  ['an account for a user', () => show({ ...user, jwt: operator.account(account) })],
  ['a stranger for the account', () => show(forged(fine, { iss: account.publicKey }, createSigningKey('account')))],
  [
    'a stranger who names the account',
    () => {
      const stranger = createSigningKey('account');
      const nats = { type: 'user', version: 2, subs: -1, data: -1, payload: -1, issuer_account: account.publicKey };
      return show(forged(fine, { iss: stranger.publicKey, nats }, stranger));
    },
  ],
  ['a subject that is no key', () => show(forged(fine, { sub: 'me' }))],
  ['times that are texts', () => show(forged(fine, { exp: 'never' }))],
  ['deep nesting', () => show({ ...user, jwt: `${head}.${Buffer.from('['.repeat(3000)).toString('base64url')}.x` })],
  ['garbage', () => show({ ...user, jwt: '\u0000\uffff.{}.!!' })],
  ['a nonce of before', () => show(user, 'AAAAAAAAAAAAAAA')],
  ['garbage for a signature', () => show(user, undefined, '\u0000!!')],
  ['a signature that is too long', () => show(user, undefined, 'A'.repeat(1000))],
])('is told so: %s', async (_, attempt) => {
  const client = await attempt();
  await client.closed();
  expect(client.received.endsWith(violation)).toBe(true);
});

it('a token that does not fit into a line is the end of that line', async () => {
  const client = await show({ ...user, jwt: 'a'.repeat(20_000) });
  await client.closed();
  expect(client.received).toContain("-ERR 'maximum control line exceeded'");
});

it('a flood of failing logins is refused one by one, and disturbs nobody', async () => {
  const attempts = Array.from({ length: 200 }, () => show(userOf(createSigningKey('account'))));
  const silent = await Promise.all(Array.from({ length: 100 }, () => WireClient.connect({ port: node.port })));
  expect(await regular.sync()).toBe('open');
  for (const client of await Promise.all(attempts)) {
    await client.closed();
    expect(client.received.endsWith(violation)).toBe(true);
  }
  expect(await regular.sync()).toBe('open');
  const welcome = await show(user);
  expect(await welcome.sync()).toBe('open');
  await Promise.all([...silent, welcome].map((client) => client.end()));
});
