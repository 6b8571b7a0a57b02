import { encodeJwt, newClaims } from '@skein/jwt';
import { isPublicKey, type SigningKey } from '@skein/nkeys';

/** Who signs people up, and into which account. */
export interface Issuer {
  /** The account's public key, `A…`. */
  account: string;
  /** One of the account's scoped signing keys: its template says what users may do, whatever is asked for. */
  signingKey: SigningKey;
  /** How long a token is good for. */
  validSeconds: number;
}

/** What somebody is told who wants in. */
export type Answer = { jwt: string } | { error: string };

const REQUEST_BYTES_MAX = 1024;

/**
 * Answers a request `{"name": …, "key": …}` with a token for the user's public key. Nothing in the answer is a secret: it is of
 * use only to whoever has the key's seed. This is the place to find out whether they are entitled: an invitation, a payment.
 */
export function answer(request: Uint8Array, issuer: Issuer, nowSeconds: number): Answer {
  const { name, key } = read(request);
  if (typeof name !== 'string' || !/^[\p{L}\p{N} ._-]{1,64}$/u.test(name)) return { error: 'a name, please' };
  if (typeof key !== 'string' || !isPublicKey(key, 'user')) return { error: "a user's public key, please" };
  const claims = newClaims('user', key);
  claims.name = name;
  claims.exp = nowSeconds + issuer.validSeconds;
  claims.nats.issuer_account = issuer.account;
  return { jwt: encodeJwt(claims, issuer.signingKey, nowSeconds) };
}

function read(request: Uint8Array): { name?: unknown; key?: unknown } {
  if (request.length > REQUEST_BYTES_MAX) return {};
  try {
    return Object(JSON.parse(new TextDecoder().decode(request)));
  } catch {
    return {};
  }
}
