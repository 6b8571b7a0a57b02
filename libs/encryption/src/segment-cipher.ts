import { type KeyObject, randomBytes } from 'node:crypto';
import { type CipherName, decrypt, encrypt, nonceBytes, tagBytes } from './aead.ts';

// Little endian: u8 cipher · 16 bytes salt · ciphertext · 16 bytes tag. The salt is in each record, so that a harmed header harms none.
const SALT_BYTES = 16;
const HEAD_BYTES = 1 + SALT_BYTES;
const CIPHERS: readonly CipherName[] = ['chacha', 'aes'];

/** Encrypts what goes into one segment of a journal. */
export interface SegmentCipher {
  /** @param offset where it goes in the segment; never the same twice */
  seal(offset: number, text: Buffer): Buffer;
}

/**
 * Each segment that is begun has a key of its own, made of a random salt, and a place in it is written to once: the place is
 * the nonce. Files that are put back to what they were never bring a key back into use.
 */
export class JournalCipher {
  readonly overheadBytes: number = HEAD_BYTES + tagBytes;
  readonly #derive: (salt: Buffer) => KeyObject;
  readonly #cipher: CipherName;
  #known: { salt: Buffer; key: KeyObject } | undefined;

  /** @param derive the key of a segment with this salt */
  constructor(cipher: CipherName, derive: (salt: Buffer) => KeyObject) {
    this.#cipher = cipher;
    this.#derive = derive;
  }

  /** For a segment that begins. */
  begin(): SegmentCipher {
    const head = Buffer.alloc(HEAD_BYTES);
    head[0] = CIPHERS.indexOf(this.#cipher);
    const salt = randomBytes(SALT_BYTES);
    salt.copy(head, 1);
    const key = this.#derive(salt);
    return {
      seal: (offset, text) => Buffer.concat([head, ...encrypt(this.#cipher, key, nonceOf(offset), text)]),
    };
  }

  /** What was sealed at this offset of a segment; undefined when it is not what was written there. */
  open(offset: number, sealed: Buffer): Buffer | undefined {
    const cipher = CIPHERS[sealed[0]];
    const end = sealed.length - tagBytes;
    if (cipher === undefined || end < HEAD_BYTES) return undefined;
    const key = this.#keyOf(sealed.subarray(1, HEAD_BYTES));
    return decrypt(cipher, key, nonceOf(offset), sealed.subarray(HEAD_BYTES, end), sealed.subarray(end));
  }

  #keyOf(salt: Buffer): KeyObject {
    if (this.#known?.salt.equals(salt) !== true) this.#known = { salt: Buffer.from(salt), key: this.#derive(salt) };
    return this.#known.key;
  }
}

function nonceOf(offset: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeUIntLE(offset, 0, 6);
  return nonce;
}
