import { expect, it } from 'vitest';
import { accountSigned, isRevoked, newClaims, operatorSigned } from './index.ts';

const operator = newClaims('operator', 'O');
operator.nats.signing_keys = ['OS'];
const strict = { ...operator, nats: { ...operator.nats, strict_signing_key_usage: true } };

it.each([
  [operator, 'O', true],
  [operator, 'OS', true],
  [operator, 'OX', false],
  [strict, 'O', false],
  [strict, 'OS', true],
])('operator, case %#', (by, iss, signed) => {
  expect(operatorSigned(by, { ...newClaims('account', 'A'), iss })).toBe(signed);
});

it('has a strict operator sign itself', () => {
  expect(operatorSigned(strict, { ...strict, iss: 'O' })).toBe(true);
});

const account = newClaims('account', 'A');
account.nats.signing_keys.set('AS', undefined);

it.each([
  ['A', '', true],
  ['A', 'A', true],
  ['AS', 'A', true],
  ['AS', '', false],
  ['AS', 'B', false],
  ['AX', 'A', false],
])('user of %s for %j: %s', (iss, issuerAccount, signed) => {
  const user = newClaims('user', 'U');
  user.nats.issuer_account = issuerAccount;
  expect(accountSigned(account, { ...user, iss })).toBe(signed);
});

it.each([
  [{ U: 10 }, 10, true],
  [{ U: 10 }, 11, false],
  [{ '*': 10 }, 10, true],
  [{ '*': 10, U: 5 }, 7, true],
  [{ '*': 10 }, 11, false],
  [{ X: 10 }, 1, false],
  [{}, 0, false],
])('revocations %j of what was issued at %i: %s', (revocations, issuedAt, revoked) => {
  expect(isRevoked(new Map(Object.entries(revocations)), 'U', issuedAt)).toBe(revoked);
});
