import { createSecretKey, type KeyObject, randomBytes, scrypt } from 'node:crypto';
import { type CipherName, keyBytes } from './aead.ts';

const SALT_BYTES = 16;
/** 16 MiB and some 40 ms: once per salt, and all shards of a node that were made together have the same salt. */
const SCRYPT = { N: 2 ** 14, r: 8, p: 1 };

/** What the configuration says of encryption at rest, and the keys that come of it. One for all shards of a process. */
export class NodeKeys {
  readonly #key: string;
  readonly #previousKey: string | undefined;
  readonly cipher: CipherName;
  readonly #derived = new Map<string, Promise<KeyObject>>();
  #salt: Buffer | undefined;

  constructor({ key, previousKey, cipher }: { key: string; previousKey?: string; cipher: CipherName }) {
    this.#key = key;
    this.#previousKey = previousKey;
    this.cipher = cipher;
  }

  /** The salt for a keyring that is made now. */
  get salt(): Buffer {
    this.#salt ??= randomBytes(SALT_BYTES);
    return this.#salt;
  }

  /** The key by which keyrings with this salt are opened and written. */
  current(salt: Buffer): Promise<KeyObject> {
    this.#salt ??= salt;
    return this.#derive(this.#key, salt);
  }

  /** The key by which they may have been written before. */
  previous(salt: Buffer): Promise<KeyObject> | undefined {
    return this.#previousKey === undefined ? undefined : this.#derive(this.#previousKey, salt);
  }

  #derive(secret: string, salt: Buffer): Promise<KeyObject> {
    const name = `${salt.toString('hex')} ${secret}`;
    let derived = this.#derived.get(name);
    if (derived === undefined) {
      derived = new Promise((resolve, reject) => {
        scrypt(secret, salt, keyBytes, SCRYPT, (error, key) => {
          if (error === null) resolve(createSecretKey(key));
          else reject(error);
        });
      });
      this.#derived.set(name, derived);
    }
    return derived;
  }
}
