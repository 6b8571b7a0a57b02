import { createHash } from 'node:crypto';
import * as noble from '@noble/ed25519';
import { createSigningKey, decodePublicKey, type SigningKey } from '@skein/nkeys';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claims, decodeJwt, decodeJwtAs, encodeJwt, JwtError, newClaims, tokenBytesMax } from './index.ts';

const operator = createSigningKey('operator');
const account = createSigningKey('account');
const user = createSigningKey('user');
const token = encodeJwt({ ...newClaims('user', user.publicKey), name: 'joe' }, account, 1000);
const [head, body, signature] = token.split('.');

const chunk = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (key: SigningKey, text: string): string => Buffer.from(key.sign(Buffer.from(text))).toString('base64url');

/** A token of anything, signed over header and claims as version 2 is. */
function forge(header: unknown, claims: unknown, key = account): string {
  const signed = `${chunk(header)}.${chunk(claims)}`;
  return `${signed}.${sign(key, signed)}`;
}

function failure(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof JwtError) return error.code;
    throw error;
  }
}

const v2 = { typ: 'JWT', alg: 'ed25519-nkey' };
const claims = { iss: account.publicKey, sub: user.publicKey, nats: { type: 'user', version: 2 } };

it('reads what it wrote', () => {
  const read = decodeJwtAs('user', token);
  expect(read).toMatchObject({ name: 'joe', sub: user.publicKey, iss: account.publicKey, iat: 1000, kind: 'user' });
  expect(decodeJwt(forge(v2, claims))).toMatchObject({ kind: 'user' });
});

describe('refuses', () => {
  it.each<[string, string, string]>([
    ['nothing', '', 'not_three_chunks'],
    ['two chunks', `${head}.${body}`, 'not_three_chunks'],
    ['four chunks', `${token}.x`, 'not_three_chunks'],
    ['more than a megabyte', 'a'.repeat(tokenBytesMax + 1), 'too_large'],
    ['garbage for a header', `!!!.${body}.${signature}`, 'bad_base64'],
    ['padding', `${head}=.${body}.${signature}`, 'bad_base64'],
    ['an impossible length of base64', `${head}.${body}.AAAAA`, 'bad_base64'],
    ['claims that are no JSON', `${head}.${Buffer.from('{').toString('base64url')}.${signature}`, 'bad_json'],
    ['claims that are no object', forge(v2, []), 'malformed'],
    ['claims that are null', forge(v2, null), 'malformed'],
    ['another type', forge({ ...v2, typ: 'JWE' }, claims), 'bad_type'],
    ['alg none', `${chunk({ typ: 'JWT', alg: 'none' })}.${body}.`, 'bad_algorithm'],
    ['alg HS256', forge({ typ: 'JWT', alg: 'HS256' }, claims), 'bad_algorithm'],
    ['no algorithm', forge({ typ: 'JWT' }, claims), 'bad_algorithm'],
    ['an unknown kind', forge(v2, { ...claims, nats: { type: 'cluster', version: 2 } }), 'unsupported_kind'],
    ['a kind from the prototype', forge(v2, { ...claims, nats: { type: 'toString', version: 2 } }), 'unsupported_kind'],
    ['a newer version', forge(v2, { ...claims, nats: { type: 'user', version: 3 } }), 'newer_version'],
    ['no version', forge(v2, { ...claims, nats: { type: 'user' } }), 'unsupported_version'],
    ['a text for a time', forge(v2, { ...claims, exp: 'never' }), 'malformed'],
    ['half a second', forge(v2, { ...claims, exp: 1.5 }), 'malformed'],
    ['an object for a list', forge(v2, { ...claims, nats: { ...claims.nats, tags: {} } }), 'malformed'],
    ['null in a list', forge(v2, { ...claims, nats: { ...claims.nats, tags: [null] } }), 'malformed'],
    ['a user that an operator has signed', forge(v2, { ...claims, iss: operator.publicKey }, operator), 'bad_issuer'],
    ['a user that a user has signed', forge(v2, { ...claims, iss: user.publicKey }, user), 'bad_issuer'],
    ['no issuer', forge(v2, { ...claims, iss: undefined }), 'bad_issuer'],
    ['an issuer that is no key', forge(v2, { ...claims, iss: `A${'B'.repeat(55)}` }), 'bad_issuer'],
    ["another key's signature", forge(v2, claims, createSigningKey('account')), 'bad_signature'],
    ['no signature', `${head}.${body}.`, 'bad_signature'],
    ['a version 1 token signed as version 2', forge(v2, { ...claims, type: 'user', nats: {} }), 'bad_signature'],
    [
      'a version 2 token signed as version 1',
      `${chunk(v2)}.${chunk(claims)}.${sign(account, chunk(claims))}`,
      'bad_signature',
    ],
  ])('%s', (_, bad, code) => {
    expect(failure(() => decodeJwt(bad))).toBe(code);
  });

  it('another kind than asked for', () => {
    expect(failure(() => decodeJwtAs('account', token))).toBe('unsupported_kind');
  });

  it('to sign with a key that may not', () => {
    expect(failure(() => encodeJwt(newClaims('user', user.publicKey), operator, 0))).toBe('bad_issuer');
  });

  it('any token with one character changed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(fc.nat(token.length - 2), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(token[at] !== character && token[at] !== '.');
        expect(failure(() => decodeJwt(token.slice(0, at) + character + token.slice(at + 1)))).toBeDefined();
      }),
    );
  });

  it('any text, with an error of its own', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.tuple(fc.json(), fc.json(), fc.string()).map(pack)), (text) => {
        expect(failure(() => decodeJwt(text))).toBeDefined();
      }),
    );
  });
});

const pack = ([header, claims, rest]: [string, string, string]): string =>
  [header, claims, rest].map((part) => Buffer.from(part).toString('base64url')).join('.');

/** RFC 8032's rules, as in libs/nkeys. */
noble.hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());
const nobleVerifier = (publicKey: string) => (message: Uint8Array, given: Uint8Array) =>
  noble.verify(given, message, decodePublicKey(publicKey).raw, { zip215: false });

it('judges signatures as @noble/ed25519 does', () => {
  const outcome = (act: () => Claims): string => failure(act) ?? 'fine';
  fc.assert(
    fc.property(fc.string(), fc.option(fc.nat(511)), (name, flip) => {
      const made = encodeJwt({ ...newClaims('account', account.publicKey), name }, operator, 1);
      const bytes = Buffer.from(made.split('.')[2], 'base64url');
      if (flip !== null) bytes[flip >>> 3] ^= 1 << (flip & 7);
      const given = `${made.slice(0, made.lastIndexOf('.') + 1)}${bytes.toString('base64url')}`;
      expect(outcome(() => decodeJwt(given))).toBe(flip === null ? 'fine' : 'bad_signature');
      expect(outcome(() => decodeJwt(given, nobleVerifier))).toBe(flip === null ? 'fine' : 'bad_signature');
    }),
    { numRuns: 30 },
  );
});
