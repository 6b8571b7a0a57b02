import { createPrivateKey, sign } from 'node:crypto';

/** DER prefix of a PKCS #8 Ed25519 private key (RFC 8410); the raw seed follows. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const key = createPrivateKey({
  key: Buffer.concat([PKCS8_ED25519, Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});

/** Public user nkey of the fixed test seed (32 times 0x07). */
export const USER_NKEY = 'UDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCYSJF';
/** A valid user nkey that no test server knows. */
export const STRANGER_NKEY = 'UAEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQTVLI';

/** The `sig` field for a nonce, signed by {@link USER_NKEY}: unpadded base64url, as client libraries send it. */
export function signNonce(nonce: string): string {
  return sign(null, Buffer.from(nonce), key).toString('base64url');
}
