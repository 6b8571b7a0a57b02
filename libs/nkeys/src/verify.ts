import { createPublicKey, verify as nativeVerify } from 'node:crypto';
import { decodePublicKey } from './codec.ts';
import { ed25519Public } from './der.ts';
import { NkeyError } from './errors.ts';

/** True when `signature` (64 bytes) is the key's over `message`. Never throws: a bad signature is only a false one. */
export type Verifier = (message: Uint8Array, signature: Uint8Array) => boolean;

/**
 * Prepares a public key for many checks. OpenSSL checks, not @noble/ed25519, which is the reference in the tests: see
 * docs/decisions/signatures.md.
 *
 * @throws NkeyError; `wrong_kind` for a curve key, which can't sign.
 */
export function createVerifier(publicKey: string): Verifier {
  const { kind, raw } = decodePublicKey(publicKey);
  if (kind === 'curve') throw new NkeyError('wrong_kind');
  const key = createPublicKey({ key: Buffer.concat([ed25519Public, raw]), format: 'der', type: 'spki' });
  return (message, signature) => signature.length === 64 && nativeVerify(null, message, key, signature);
}

/**
 * One check: `createVerifier` when there are many of one key.
 *
 * @throws NkeyError
 */
export function verify(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  return createVerifier(publicKey)(message, signature);
}
