import type { AuthRequest } from '@skein/bus';
import { type ClaimsOf, encodeJwt, newClaims } from '@skein/jwt';
import { createSigningKey } from '@skein/nkeys';
import { noTrust } from '@skein/trust';
import { beforeEach, expect, it } from 'vitest';
import { StandIn } from './stand-in.ts';

const nowMs = Date.UTC(2026, 0, 1);
const now = nowMs / 1000;
const operatorKey = createSigningKey('operator');
const accountKey = createSigningKey('account');
const userKey = createSigningKey('user');

const operator = encodeJwt(newClaims('operator', operatorKey.publicKey), operatorKey, now);

function account(change: (claims: ClaimsOf<'account'>) => void = () => {}, signer = operatorKey): string {
  const claims = newClaims('account', accountKey.publicKey);
  Object.assign(claims.nats.limits, { subs: -1, payload: -1, imports: -1, exports: -1 });
  change(claims);
  return encodeJwt(claims, signer, now);
}

function request(change: (claims: ClaimsOf<'user'>) => void = () => {}, signedNonce = 'nonce'): AuthRequest {
  const claims = newClaims('user', userKey.publicKey);
  Object.assign(claims.nats, { subs: 3, payload: -1 });
  change(claims);
  const sig = Buffer.from(userKey.sign(Buffer.from(signedNonce))).toString('base64url');
  return {
    connection: 1,
    connectJson: JSON.stringify({ jwt: encodeJwt(claims, accountKey, now - 10), sig, user: '' }),
    nonce: 'nonce',
    host: '10.0.0.1',
    kind: 'STANDARD',
    tls: false,
    certificateSubject: '',
    certificateNames: [],
  };
}

let standIn: StandIn;

beforeEach(() => {
  standIn = new StandIn();
  standIn.configure({ ...noTrust(), operators: [operator] }, undefined);
  standIn.learn(accountKey.publicKey, account());
});

it('lets in whom the auth-resolver would let in', async () => {
  expect(await standIn.admit(request(), nowMs)).toEqual({
    allowed: true,
    account: accountKey.publicKey,
    user: userKey.publicKey,
    permissions: undefined,
    expiresUnixMs: 0,
    endsWithAccount: false,
    subscriptionsMax: 3,
    payloadBytesMax: 0,
  });
});

it.each<[string, () => void, AuthRequest]>([
  ['who signed another nonce', () => {}, request(undefined, 'other')],
  ['who is out of time', () => {}, request((claims) => void Object.assign(claims, { exp: now - 1 }))],
  ['who comes from elsewhere', () => {}, request(({ nats }) => void nats.src.push('10.0.0.2/32'))],
  ['who shows no token', () => {}, { ...request(), connectJson: '{}' }],
  ['an account it has not been told of', () => standIn.forget(accountKey.publicKey), request()],
  [
    'who was revoked',
    () =>
      standIn.learn(
        accountKey.publicKey,
        account(({ nats }) => void nats.revocations.set(userKey.publicKey, now)),
      ),
    request(),
  ],
  [
    'whose account has expired',
    () =>
      standIn.learn(
        accountKey.publicKey,
        account((claims) => void Object.assign(claims, { exp: now - 1 })),
      ),
    request(),
  ],
  [
    'whose account nobody trusted has signed',
    () => standIn.learn(accountKey.publicKey, account(undefined, createSigningKey('operator'))),
    request(),
  ],
  ['anybody when nobody is trusted', () => standIn.configure(noTrust(), undefined), request()],
])('leaves to the auth-resolver: %s', async (_, prepare, asked) => {
  prepare();
  expect(await standIn.admit(asked, nowMs)).toBeUndefined();
});

it('tells what it knows, page by page', () => {
  const names = Array.from({ length: 250 }, (_, i) => `N${String(i).padStart(3, '0')}`);
  for (const name of names.toReversed()) standIn.learn(name, `token of ${name}`);
  standIn.forget(accountKey.publicKey);
  const told: string[] = [];
  for (let more = true; more; ) {
    const page = standIn.tokensAfter(told.at(-1) ?? '');
    told.push(...page.tokens.map(([name]) => name));
    more = page.more;
  }
  expect(told).toEqual(names);
});

it('says nothing where an authorization service is to say it', async () => {
  const service = createSigningKey('user').publicKey;
  standIn.learn(
    accountKey.publicKey,
    account(({ nats }) => nats.authorization.auth_users.push(service)),
  );
  expect(await standIn.admit(request(), nowMs)).toBeUndefined();
});
