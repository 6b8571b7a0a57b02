import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fixtures } from '@skein/testing';
import { expect, test } from 'vitest';
import { alternativeNames, distinguishedName, pinFailure, rfc2253 } from './tls-state.ts';

test.each([
  ['CN=client\nO=skein', 'CN=client,O=skein'],
  ['O=skein\nCN=client', 'CN=client,O=skein'],
  ['C=US\nO=Org\\, x\nOU=a\nOU=b\nCN=me', 'CN=me,OU=a+OU=b,O=Org\\, x,C=US'],
  ['DC=org\nCN=me', 'DC=org,CN=me'],
  ['', ''],
])('subject %j', (subject, expected) => {
  expect(distinguishedName(subject)).toBe(expected);
});

test('a subject in full, for whoever looks for a user by it', () => {
  expect(rfc2253('DC=org\nO=Acme\\, Inc.\nCN=hugo + UID=h1')).toBe('CN=hugo + UID=h1,O=Acme\\, Inc.,DC=org');
  expect(rfc2253('')).toBe('');
});

test.each([
  ['DNS:localhost, IP Address:127.0.0.1, email:a@b.org', ['a@b.org', 'localhost']],
  ['URI:spiffe://x/y, DNS:a.org, DNS:b.org', ['a.org', 'b.org', 'spiffe://x/y']],
  ['DNS:"a, DNS:b", email:c@d', ['c@d', 'a, DNS:b']],
  ['', []],
])('names of %j', (text, expected) => {
  expect(alternativeNames(text)).toEqual(expected);
});

test('a pin is the hash of the public key', () => {
  const certificate = new X509Certificate(readFileSync(fixtures.clientCert));
  const pin = 'cd08c8bab08ad608b8dd6a7b059dc3a0bb20b7b3630837eafebe663b119109a6';
  expect(pinFailure(certificate, new Set([pin]))).toBeUndefined();
  expect(pinFailure(certificate, new Set(['b'.repeat(64)]))).toBe(`Failed pinned cert test for key id: ${pin}`);
  expect(pinFailure(undefined, new Set([pin]))).toBe('Failed pinned cert test as client did not provide a certificate');
  expect(pinFailure(undefined, new Set())).toBeUndefined();
});
