import { type AuthorizationResponseClaims, encodeJwt, newClaims } from '@skein/jwt';
import { createServerKey, createSigningKey } from '@skein/nkeys';
import { isRefused } from '@skein/trust';
import { userOf } from '@skein/trust/testing';
import { expect, it } from 'vitest';
import { readAnswer } from './answer.ts';

const [issuer, stranger] = [createSigningKey('account'), createSigningKey('account')];
const [asked, somebody] = [createSigningKey('user'), createSigningKey('user')];
const server = createServerKey().publicKey;
const now = 1_800_000_000;
const expected = {
  ...{ userKey: asked.publicKey, serverId: server, account: 'AUTH' },
  maySign: (key: string) => key === issuer.publicKey,
};
const good = userOf(issuer, undefined, now, asked).jwt;

function answer(change: (claims: AuthorizationResponseClaims) => void = () => {}, signer = issuer): string {
  const claims = newClaims('authorization_response', asked.publicKey);
  claims.aud = server;
  claims.nats.jwt = good;
  change(claims);
  return encodeJwt(claims, signer, now);
}

it('has the user that was asked about', () => {
  const read = readAnswer(answer(), expected, now);
  expect(read).toMatchObject({ token: good, user: { claims: { sub: asked.publicKey } } });
});

it.each<[string, string, string]>([
  ['nothing', '', 'Auth callout violation: "no reason supplied" on account "AUTH"'],
  ['no token', 'garbage', 'Auth callout answer: expected 3 chunks'],
  ['a token of another kind', good, 'Auth callout answer: not authorization_response claim'],
  [
    'an error',
    answer(({ nats }) => Object.assign(nats, { jwt: '', error: 'no' })),
    'Auth callout service returned an error: no',
  ],
  ['both', answer(({ nats }) => (nats.error = 'no')), 'Authorization response had validation errors: '],
  ['neither', answer(({ nats }) => (nats.jwt = '')), 'Authorization response had validation errors: '],
  [
    'what has expired',
    answer((claims) => (claims.exp = now - 1)),
    'Authorization response had validation errors: claim is expired',
  ],
  [
    'for no server',
    answer((claims) => (claims.aud = 'N')),
    'Authorization response had validation errors: Audience must be',
  ],
  ['for another server', answer((claims) => (claims.aud = createServerKey().publicKey)), 'Auth callout violation: '],
  [
    'about somebody else',
    answer((claims) => (claims.sub = somebody.publicKey)),
    'Auth callout violation: auth callout response is not for expected user',
  ],
  ['signed by a stranger', answer(undefined, stranger), 'Auth callout signing key is unknown'],
  ['with another user', answer(({ nats }) => (nats.jwt = userOf(issuer).jwt)), 'Expected authorized user of'],
  ['with no user', answer(({ nats }) => (nats.jwt = 'x')), 'Error decoding user JWT'],
])('%s is no answer', (_, text, detail) => {
  const read = readAnswer(text, expected, now);
  expect(isRefused(read) ? read.detail : 'let in').toContain(detail);
});
