export { encodeBase32 } from './base32.ts';
export { type DecodedKey, decodePublicKey, encodeSeed, isPublicKey, type KeyKind } from './codec.ts';
export { NkeyError, type NkeyErrorCode } from './errors.ts';
export {
  type CurveKey,
  createCurveKey,
  createServerKey,
  createSigningKey,
  type SigningKey,
  signingKeyFromSeed,
} from './key-pair.ts';
export { createVerifier, type Verifier, verify } from './verify.ts';
