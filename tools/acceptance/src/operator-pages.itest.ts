import { createSigningKey } from '@skein/nkeys';
import { TestOperator, userOf } from '@skein/trust/testing';
import { expect, it } from 'vitest';
import { showing } from './credentials.ts';
import type { Node } from './node.ts';
import { openClient, startNode } from './scope.ts';

const operator = new TestOperator();
const [account, signer] = [createSigningKey('account'), createSigningKey('account')];

async function page(node: Node, path: string) {
  const answer = await fetch(`http://127.0.0.1:${node.server.monitoringPort}${path}`);
  const text = await answer.text();
  return answer.status === 200 ? JSON.parse(text) : text;
}

// The fields, their order and what stands in them are what nats-server 2.15.2 showed of the same accounts and users.
it('in operator mode pages show who vouches for whom', async () => {
  const token = operator.account(account, (claims) => {
    claims.name = 'tenant';
    claims.nats.tags = ['t:1'];
    claims.nats.signing_keys.set(signer.publicKey, undefined);
  });
  const node = await startNode({ gateways: 2, conf: operator.configuration('MEMORY', [token]) });
  const user = userOf(account, (claims) => {
    claims.nats.tags = ['u:1', 'v'];
  });
  const signed = userOf(signer, (claims) => {
    claims.nats.issuer_account = account.publicKey;
  });
  await openClient(node, showing(user));
  await openClient(node, showing(signed));

  const { connections } = await page(node, '/connz?auth=1');
  const shown = connections.map((one: object) => Object.fromEntries(Object.entries(one).slice(-6)));
  const vouched = { account: account.publicKey, name_tag: 'tenant' };
  expect(shown).toContainEqual({
    ...{ authorized_user: user.key.publicKey, ...vouched },
    ...{ jwt: user.jwt, issuer_key: account.publicKey, tags: ['u:1', 'v'] },
  });
  expect(shown).toContainEqual(expect.objectContaining({ ...vouched, jwt: signed.jwt, issuer_key: signer.publicKey }));
  const names = Object.keys(shown.find((one: { tags?: unknown }) => one.tags !== undefined));
  expect(names).toEqual(['authorized_user', 'account', 'jwt', 'issuer_key', 'name_tag', 'tags']);
  expect((await page(node, '/connz')).connections[0]).not.toHaveProperty('jwt');

  const { account_detail: detail } = await page(node, `/accountz?acc=${account.publicKey}`);
  expect(Object.keys(detail).slice(-6)).toEqual([
    ...['jwt', 'issuer_key', 'name_tag', 'tags', 'decoded_jwt', 'sublist_stats'],
  ]);
  expect(detail).toMatchObject({
    ...{ account_name: account.publicKey, client_connections: 2, jwt: token, issuer_key: operator.key.publicKey },
    ...{ name_tag: 'tenant', tags: ['t:1'], decoded_jwt: { name: 'tenant', sub: account.publicKey } },
  });
  expect((await page(node, '/accountz')).accounts).toContain(account.publicKey);

  const varz = await page(node, '/varz');
  expect(varz.trusted_operators_claim).toMatchObject([{ sub: operator.key.publicKey, nats: { type: 'operator' } }]);
  expect(varz.trusted_operators_jwt).toHaveLength(1);
});
