import type { KeyObject } from 'node:crypto';
import { type CipherName, decrypt, encrypt, nonceBytes, tagBytes } from './aead.ts';

/** Of one opening of the shard: its key is used by no other, so counting up its nonces is enough, whatever files are put back. */
export interface Session {
  readonly id: number;
  readonly cipher: CipherName;
  readonly retired: boolean;
  readonly key: KeyObject;
}

// A record, little endian: u32 session · u48 nonce · ciphertext · 16 bytes tag. The record's key is covered by the tag.
const HEAD_BYTES = 10;

/** Encrypts records with the newest session's key; opens those of all sessions, and clear ones as long as there may be any. */
export class RecordSeal {
  readonly #sessions: ReadonlyMap<number, Session>;
  readonly #current: Session;
  /** Opens what was not encrypted. */
  #clear: ((key: Buffer, sealed: Buffer) => Buffer | undefined) | undefined;
  #count = 0;
  readonly #nonce = Buffer.alloc(nonceBytes);

  constructor(
    sessions: readonly Session[],
    current: Session,
    clear: ((key: Buffer, sealed: Buffer) => Buffer | undefined) | undefined,
  ) {
    this.#sessions = new Map(sessions.map((session) => [session.id, session]));
    this.#current = current;
    this.#clear = clear;
  }

  seal(key: Buffer, value: Buffer, room: (bytes: number) => Buffer = Buffer.allocUnsafe): Buffer {
    const { id, cipher, key: secret } = this.#current;
    const nonce = this.#nonceOf(this.#count);
    const [ciphertext, tag] = encrypt(cipher, secret, nonce, value, key);
    const sealed = room(HEAD_BYTES + value.length + tagBytes);
    sealed.writeUInt32LE(id, 0);
    sealed.writeUIntLE(this.#count++, 4, 6);
    ciphertext.copy(sealed, HEAD_BYTES);
    tag.copy(sealed, HEAD_BYTES + value.length);
    return sealed;
  }

  open(key: Buffer, sealed: Buffer): Buffer | undefined {
    const session = this.#sessionOf(sealed);
    const value = session && this.#decrypt(session, key, sealed);
    return value ?? this.#clear?.(key, sealed);
  }

  /** It is clear, or of a session that is to go. */
  isStale(sealed: Buffer): boolean {
    return this.#sessionOf(sealed)?.retired ?? true;
  }

  /** From here on a record that is not encrypted is a damaged one. */
  refuseClear(): void {
    this.#clear = undefined;
  }

  #sessionOf(sealed: Buffer): Session | undefined {
    return sealed.length < HEAD_BYTES + tagBytes ? undefined : this.#sessions.get(sealed.readUInt32LE(0));
  }

  #decrypt({ cipher, key: secret }: Session, key: Buffer, sealed: Buffer): Buffer | undefined {
    const nonce = this.#nonceOf(sealed.readUIntLE(4, 6));
    const end = sealed.length - tagBytes;
    return decrypt(cipher, secret, nonce, sealed.subarray(HEAD_BYTES, end), sealed.subarray(end), key);
  }

  #nonceOf(count: number): Buffer {
    this.#nonce.writeUIntLE(count, 0, 6);
    return this.#nonce;
  }
}
