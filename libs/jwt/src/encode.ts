import { createHash } from 'node:crypto';
import { encodeBase32, type SigningKey } from '@skein/nkeys';
import { encodeBase64url } from './base64url.ts';
import { type Claims, type ClaimsKind, type ClaimsOf, kinds } from './claims/claims.ts';
import { claimsFields } from './claims/common.ts';
import { JwtError } from './errors.ts';
import { record, type Shape } from './shape.ts';

const data = record(claimsFields);
const header = encodeBase64url('{"typ":"JWT","alg":"ed25519-nkey"}');

/** Claims of a kind about `sub`, with nothing else said. */
export function newClaims<K extends ClaimsKind>(kind: K, sub: string): ClaimsOf<K> {
  return { ...data.zero(), sub, kind, nats: kinds[kind].body.zero() } as unknown as ClaimsOf<K>;
}

/**
 * A version 2 token, signed now: `iss`, `iat`, `jti`, type and version are set here, whatever `claims` has.
 *
 * @param nowSeconds since 1970
 * @throws JwtError `bad_issuer` when such a key may not sign these
 */
export function encodeJwt(claims: Claims, signer: SigningKey, nowSeconds: number): string {
  if (!kinds[claims.kind].issuers.includes(signer.kind)) {
    throw new JwtError('bad_issuer', 'unable to validate expected prefixes');
  }
  const issued = { ...claims, iss: signer.publicKey, iat: nowSeconds, jti: '' };
  const jti = encodeBase32(
    createHash('sha512-256')
      .update(toGoJson(data.write(issued)))
      .digest(),
  );
  const nats = { ...claims.nats, type: claims.kind, version: 2 };
  const body = encodeBase64url(toGoJson(claimsJson({ ...issued, jti, nats } as Claims)));
  const signed = `${header}.${body}`;
  return `${signed}.${encodeBase64url(signer.sign(Buffer.from(signed)))}`;
}

/** The claims as they stand in a token; what `decoded_jwt` shows of an account. */
export function claimsJson(claims: Claims): Record<string, unknown> {
  const body = kinds[claims.kind].body as Shape<Claims['nats']>;
  return { ...(data.write(claims) as Record<string, unknown>), nats: body.write(claims.nats) };
}

/** Go escapes what HTML would misread: a `jti` is the same whoever made it. */
function toGoJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
