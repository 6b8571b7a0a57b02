import { readFileSync } from 'node:fs';
import { encodeSeed, signingKeyFromSeed } from '@skein/nkeys';
import { describe, expect, it } from 'vitest';
import { claimsJson, decodeJwt, encodeJwt, validate } from './index.ts';

interface Sample {
  name: string;
  token: string;
  /** The claims as the Go library writes them. */
  claims: { iat: number; jti: string; iss: string; nats: { version: number } };
  blocking: string[];
  timeChecks: string[];
}

/** Tokens made by github.com/nats-io/jwt/v2 (2.8.2) and its version 1, with what it says of them. */
const samples: Sample[] = JSON.parse(readFileSync(new URL('testdata/samples.json', import.meta.url), 'utf8'));

/** Their keys' seeds are 32 times one of these bytes. */
const keys = (['operator', 'operator', 'account', 'account', 'account', 'user', 'server'] as const).map((kind, i) =>
  signingKeyFromSeed(encodeSeed(kind, new Uint8Array(32).fill(i + 1))),
);

describe.each(samples)('$name', ({ token, claims, blocking, timeChecks }) => {
  it('reads as the Go library reads it', () => {
    expect(claimsJson(decodeJwt(token))).toEqual(claims);
  });

  it('is found as valid or not as there', () => {
    const issues = validate(decodeJwt(token), claims.iat);
    const texts = (kinds: string[]) => issues.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
    expect(texts(['expired', 'not_yet_valid'])).toEqual(timeChecks);
    expect(texts(['blocking']).length > 0).toBe(blocking.length > 0);
  });
});

it.each(samples.filter(({ claims }) => claims.nats.version === 2))(
  'is written as there, byte for byte: $name',
  (sample) => {
    const { token, claims } = sample;
    const signer = keys.find(({ publicKey }) => publicKey === claims.iss)!;
    expect(encodeJwt(decodeJwt(token), signer, claims.iat)).toBe(token);
  },
);

/** Users' tokens made by the Java client (io.nats:jnats 2.20.5) with the same keys; nats-server 2.15.2 lets all of them in. */
const java: Record<string, string> = JSON.parse(readFileSync(new URL('testdata/java.json', import.meta.url), 'utf8'));

it.each(Object.entries(java))('reads what the Java library writes: %s', (_name, token) => {
  const written = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  const claims = decodeJwt(token);
  expect(claimsJson(claims)).toEqual({ ...written, nats: { pub: {}, sub: {}, ...written.nats } });
  expect(validate(claims, written.iat)).toEqual([]);
});

it('finds all that is wrong in an account', () => {
  const sample = samples.find(({ name }) => name === 'account, all wrong')!;
  const issues = validate(decodeJwt(sample.token), sample.claims.iat).map(({ text }) => text);
  expect(issues).toMatchInlineSnapshot(`
    [
      "claim is expired",
      "import "p" contains an invalid activation token",
      "overlapping subject namespace for "x" in account ABXHUHG5FGYLPD6RHL2MKWMP572O6KUXCZXDZJXS4T57ZTMAKBN7DAQI",
      "account to import from is not specified",
      "subject does not contain enough * or reference wildcards $[0-9]",
      "sharing information is only valid for services: "y.*"",
      "invalid response type for stream: "Chunked"",
      "subject "a..b" cannot contain consecutive \`.\`",
      "service export subject "a.>" already exports "a.b"",
      "the account contains more imports than allowed by the operator",
      "the account contains more exports than allowed by the operator",
      "the account contains wildcard exports that are not allowed by the operator",
      "Permission Subject "a q r" contains too many spaces",
      "Permission Subject "a q" is not allowed to contain queue",
      "Mapping "m" exceeds 100% among all of it's weighted to mappings",
      "External authorization cannot have accounts without users specified",
      "Account "x" is not a valid account public key",
      "the account Trace.Destination "t.*" can not contain wildcards",
      "the account Trace.Sampling value '500' is not valid, should be in the range [1..100]",
      ""nokey" is not a valid account signing key",
      "error parsing info url: no hostname or scheme",
    ]
  `);
});
