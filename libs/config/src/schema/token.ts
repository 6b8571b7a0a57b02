import { ConfigError } from '../error.ts';

interface Claims {
  type?: unknown;
  nats?: { type?: unknown };
}

/**
 * What a NATS JWT claims. Its signature is not looked at: reading a configuration must not load a signature library.
 * Throws ConfigError when it is no JWT.
 */
export function claimsOf(token: string): Claims {
  const chunks = token.split('.');
  if (chunks.length !== 3) throw new ConfigError('expected 3 chunks');
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(chunks[1], 'base64url').toString());
  } catch {
    throw new ConfigError('claims are no JSON');
  }
  return typeof claims === 'object' && claims !== null ? claims : {};
}

/** `operator`, `account`, `user`, ... */
export function tokenKind(token: string): string {
  const { type, nats } = claimsOf(token);
  return String(type ?? nats?.type ?? '');
}
