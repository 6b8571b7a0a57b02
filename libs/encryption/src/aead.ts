import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM, type KeyObject } from 'node:crypto';

/** As the configuration calls them: ChaCha20-Poly1305 (RFC 8439), and AES-256 in GCM (NIST SP 800-38D). */
export type CipherName = 'chacha' | 'aes';

export const keyBytes = 32;
export const tagBytes = 16;
/** Both ciphers have nonces of 12 bytes. One is never used twice with the same key: who calls sees to that. */
export const nonceBytes = 12;

const OPTIONS = { authTagLength: tagBytes };

/** The ciphertext, as long as the text, and its tag. */
export function encrypt(
  cipher: CipherName,
  key: KeyObject,
  nonce: Buffer,
  text: Buffer,
  associated?: Buffer,
): [ciphertext: Buffer, tag: Buffer] {
  const state: CipherGCM =
    cipher === 'aes'
      ? createCipheriv('aes-256-gcm', key, nonce, OPTIONS)
      : createCipheriv('chacha20-poly1305', key, nonce, OPTIONS);
  if (associated !== undefined) state.setAAD(associated, { plaintextLength: text.length });
  const ciphertext = state.update(text);
  state.final();
  return [ciphertext, state.getAuthTag()];
}

/** The text; undefined when it is not what was encrypted with this key, nonce and associated data. */
export function decrypt(
  cipher: CipherName,
  key: KeyObject,
  nonce: Buffer,
  ciphertext: Buffer,
  tag: Buffer,
  associated?: Buffer,
): Buffer | undefined {
  const state: DecipherGCM =
    cipher === 'aes'
      ? createDecipheriv('aes-256-gcm', key, nonce, OPTIONS)
      : createDecipheriv('chacha20-poly1305', key, nonce, OPTIONS);
  if (associated !== undefined) state.setAAD(associated, { plaintextLength: ciphertext.length });
  state.setAuthTag(tag);
  const text = state.update(ciphertext);
  try {
    state.final();
  } catch {
    return undefined;
  }
  return text;
}
