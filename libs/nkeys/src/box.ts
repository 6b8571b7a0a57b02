import { createPrivateKey, createPublicKey, diffieHellman, randomBytes } from 'node:crypto';
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { decodePublicKey, decodeSeed } from './codec.ts';
import { x25519Private, x25519Public } from './der.ts';

/** NATS's mark of this kind of box. */
const version = Buffer.from('xkv1');
const nonceBytes = 24;
const tagBytes = 16;
const sigma = words(Buffer.from('expand 32-byte k'));

/** NaCl's box between two curve keys, as NATS's xkeys have it. */
export interface Box {
  seal(message: Uint8Array): Uint8Array;
  /** Undefined when it was not sealed between these two, or was changed since. */
  open(sealed: Uint8Array): Uint8Array | undefined;
}

/**
 * OpenSSL agrees on the secret; @noble/ciphers does what OpenSSL has not.
 *
 * @param seed the one's, a secret
 * @param publicKey the other's
 * @throws NkeyError
 */
export function createBox(seed: string, publicKey: string): Box {
  const key = boxKey(decodeSeed(seed).raw, decodePublicKey(publicKey, 'curve').raw);
  return {
    seal(message) {
      const nonce = randomBytes(nonceBytes);
      return Buffer.concat([version, nonce, xsalsa20poly1305(key, nonce).encrypt(message)]);
    },
    open(sealed) {
      const nonceEnd = version.length + nonceBytes;
      if (sealed.length < nonceEnd + tagBytes || !version.equals(sealed.subarray(0, version.length))) return undefined;
      try {
        return xsalsa20poly1305(key, sealed.subarray(version.length, nonceEnd)).decrypt(sealed.subarray(nonceEnd));
      } catch {
        return undefined;
      }
    },
  };
}

/** NaCl's crypto_box_beforenm. */
function boxKey(own: Uint8Array, other: Uint8Array): Uint8Array {
  const shared = diffieHellman({
    privateKey: createPrivateKey({ key: Buffer.concat([x25519Private, own]), format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: Buffer.concat([x25519Public, other]), format: 'der', type: 'spki' }),
  });
  const key = new Uint32Array(8);
  hsalsa(sigma, words(shared), new Uint32Array(4), key);
  return new Uint8Array(key.buffer);
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}
