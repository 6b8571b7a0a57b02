import { readFileSync } from 'node:fs';
import {
  jwtAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  RequestError,
} from '@nats-io/transport-node';
import type { Export, Import } from '@skein/jwt';
import { createSigningKey, type SigningKey } from '@skein/nkeys';
import { fixtures } from '@skein/testing';
import { TestOperator, userOf } from '@skein/trust/testing';
import { hashSync } from 'bcryptjs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectTo } from './client.ts';
import type { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';

/** Runs a step of docs/security.md as its file says, with what the guide puts into the environment. */
async function step(file: string, env: Record<string, string>, resolver = ''): Promise<Node> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const text = readFileSync(new URL(`../../../examples/security/${file}`, import.meta.url), 'utf8');
  const conf = text
    .replace('certs/server.pem', fixtures.serverCert)
    .replace('certs/server-key.pem', fixtures.serverKey)
    .replace('include resolver.conf', () => resolver);
  return startNode({ conf });
}

const secure: NodeConnectionOptions = { tls: { caFile: fixtures.ca } };
const own: NodeConnectionOptions = { ...secure, inboxPrefix: '_INBOX.shop' };
const seedOf = (key: SigningKey): NodeConnectionOptions => ({
  authenticator: nkeyAuthenticator(new TextEncoder().encode(key.seed)),
});

/** Why somebody does not get in. */
async function refusal(node: Node, options: NodeConnectionOptions): Promise<string> {
  const outcome = await connectTo(node, { ...options, reconnect: false }).catch((error: Error) => error);
  if (outcome instanceof Error) return outcome.message;
  await outcome.close();
  return 'let in';
}

/** As `nats server passwd` does; what begins with `$2b` would be read as a variable. */
const bcrypt = (password: string): string => hashSync(password, 4).replace('$2b$', '$2a$');

/** `orders` answers what is ordered. */
async function serve(orders: NatsConnection): Promise<void> {
  orders.subscribe('orders.new', { callback: (_error, message) => void message.respond('accepted') });
  await orders.flush();
}

async function order(shop: NatsConnection, subject: string): Promise<string> {
  try {
    return (await shop.request(subject, 'two apples', { timeout: 5000 })).string();
  } catch (error) {
    return error instanceof RequestError && error.isNoResponders() ? 'no responders' : String(error);
  }
}

/** What a subscription of `subject` is told. */
async function denied(client: NatsConnection, subject: string): Promise<string> {
  const told: string[] = [];
  client.subscribe(subject, { callback: (error) => void told.push(error?.message ?? 'a message') });
  await client.flush();
  return told.join();
}

/** What comes to `to` of everything that `from` says. */
async function overheard(from: NatsConnection, to: NatsConnection): Promise<string[]> {
  const heard: string[] = [];
  to.subscribe('>', { callback: (_error, { subject }) => void heard.push(subject) });
  await to.flush();
  from.publish('prices', 'a secret of the shop');
  await from.flush();
  await to.flush();
  return heard;
}

it('1: one password', async () => {
  const node = await step('1-password.conf', { TEAM_PASSWORD: 'known-to-the-team' });
  await openClient(node, { user: 'team', pass: 'known-to-the-team' });
  expect(await refusal(node, {})).toBe('Authorization Violation');
  expect(await refusal(node, { user: 'team', pass: 'guessed' })).toBe('Authorization Violation');
});

it('2: users, who may do what they have to', async () => {
  const hashes = { ORDERS_HASH: bcrypt('of the orders'), SHOP_HASH: bcrypt('of the shop') };
  const node = await step('2-users.conf', hashes);
  await serve(await openClient(node, { ...secure, user: 'orders', pass: 'of the orders' }));
  const shop = await openClient(node, { ...own, user: 'shop', pass: 'of the shop' });
  expect(await order(shop, 'orders.new')).toBe('accepted');
  expect(await denied(shop, 'orders.>')).toMatch('Permissions Violation for Subscription to "orders.>"');
  expect(await refusal(node, { ...own, user: 'shop', pass: 'of the orders' })).toBe('Authorization Violation');
  expect(await refusal(node, { tls: {}, user: 'shop', pass: 'of the shop' })).toMatch('unable to verify');
});

it('3: nkeys', async () => {
  const [orders, shop] = [createSigningKey('user'), createSigningKey('user')];
  const node = await step('3-nkeys.conf', { ORDERS_KEY: orders.publicKey, SHOP_KEY: shop.publicKey });
  await serve(await openClient(node, { ...secure, ...seedOf(orders) }));
  expect(await order(await openClient(node, { ...own, ...seedOf(shop) }), 'orders.new')).toBe('accepted');
  expect(await refusal(node, { ...secure, ...seedOf(createSigningKey('user')) })).toBe('Authorization Violation');
});

it('4: accounts, and one service between them', async () => {
  const [ordersKey, shopKey] = [createSigningKey('user'), createSigningKey('user')];
  const node = await step('4-accounts.conf', { ORDERS_KEY: ordersKey.publicKey, SHOP_KEY: shopKey.publicKey });
  const orders = await openClient(node, { ...secure, ...seedOf(ordersKey) });
  const shop = await openClient(node, { ...secure, ...seedOf(shopKey) });
  await serve(orders);
  expect(await order(shop, 'order')).toBe('accepted');
  expect(await order(shop, 'orders.new')).toBe('no responders');
  expect(await overheard(shop, orders)).toEqual([]);
});

it('5: an operator, whose accounts sign their users', async () => {
  const operator = new TestOperator();
  const [ordersKey, shopKey] = [createSigningKey('account'), createSigningKey('account')];
  const service = { name: 'new-orders', subject: 'orders.new', type: 'service' };
  const exported = { ...service, revocations: new Map() } as Export;
  const imported = { ...service, account: ordersKey.publicKey, local_subject: 'order' } as Import;
  const accounts = [
    operator.account(ordersKey, ({ nats }) => void nats.exports.push(exported)),
    operator.account(shopKey, ({ nats }) => {
      nats.imports.push(imported);
    }),
  ];
  const node = await step('5-operator.conf', {}, operator.configuration('MEMORY', accounts));
  const enter = (account: SigningKey) => {
    const { jwt, key } = userOf(account);
    return openClient(node, { ...secure, authenticator: jwtAuthenticator(jwt, new TextEncoder().encode(key.seed)) });
  };
  const [orders, shop] = [await enter(ordersKey), await enter(shopKey)];
  await serve(orders);
  expect(await order(shop, 'order')).toBe('accepted');
  expect(await order(shop, 'orders.new')).toBe('no responders');
  expect(await overheard(shop, orders)).toEqual([]);
});
