import { createSecretKey, hkdfSync, type KeyObject, randomBytes, randomInt } from 'node:crypto';
import { type CipherName, keyBytes } from './aead.ts';
import { type KeyringContent, readKeyring, type SessionContent, writeKeyring } from './keyring-file.ts';
import type { NodeKeys } from './node-keys.ts';
import { RecordSeal, type Session } from './record-seal.ts';
import { JournalCipher } from './segment-cipher.ts';

const SALT_BYTES = 16;
const SESSIONS_MAX = 1024;

export interface KeyringOptions {
  directory: string;
  keys: NodeKeys;
  /** There are records already: without a keyring, they are clear. */
  hasData: boolean;
  /** Opens records that are not encrypted. */
  openClear(key: Buffer, sealed: Buffer): Buffer | undefined;
  /** When there are so many, the older half is retired, so that the keyring stays small. Default 1024. */
  sessionsMax?: number;
}

/** The keys of one shard: for the records of its database, and for its journal. */
export interface Keyring {
  readonly seal: RecordSeal;
  readonly journal: JournalCipher;
  /** There may be records that are clear or of a retired session. */
  readonly stale: boolean;
  /** There is none any more: what is clear from here on is refused, and retired sessions are forgotten. */
  renewed(): Promise<void>;
}

/**
 * Whether the configuration's keys are those of a shard, before anything of it is opened: it changes nothing.
 *
 * @param keys undefined: the configuration has none
 * @throws KeyError; the file system's errors
 */
export async function checkKeyring(directory: string, keys: NodeKeys | undefined): Promise<void> {
  await readKeyring(directory, keys);
}

/**
 * Opens the keyring of a shard, which the caller has locked, or makes one, and begins a session.
 *
 * @throws KeyError; the file system's errors
 */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const { directory, keys, hasData, openClear, sessionsMax = SESSIONS_MAX } = options;
  const found = await readKeyring(directory, keys);
  const salt = found?.salt ?? keys.salt;
  const before = found?.content ?? newContent(hasData);
  const content = withSession(before, keys.cipher, sessionsMax);
  // On disk before the first record of the session is.
  await writeKeyring(directory, keys, salt, content);
  return new OpenKeyring(content, openClear, (changed) => writeKeyring(directory, keys, salt, changed));
}

class OpenKeyring implements Keyring {
  readonly seal: RecordSeal;
  readonly journal: JournalCipher;
  #content: KeyringContent;
  readonly #write: (content: KeyringContent) => Promise<void>;

  constructor(
    content: KeyringContent,
    openClear: KeyringOptions['openClear'],
    write: (content: KeyringContent) => Promise<void>,
  ) {
    this.#content = content;
    this.#write = write;
    const root = Buffer.from(content.root, 'hex');
    const sessions = content.sessions.map((session) => sessionOf(session, root));
    const current = sessions[sessions.length - 1];
    this.seal = new RecordSeal(sessions, current, content.clear ? openClear : undefined);
    this.journal = new JournalCipher(current.cipher, (journalSalt) => derive(root, journalSalt, 'skein journal'));
  }

  get stale(): boolean {
    return this.#content.clear || this.#content.sessions.some(({ retired }) => retired);
  }

  async renewed(): Promise<void> {
    const { generation, root, sessions } = this.#content;
    const kept = sessions.filter(({ retired }) => !retired);
    const content = { generation: generation + 1, root, clear: false, sessions: kept };
    await this.#write(content);
    this.#content = content;
    this.seal.refuseClear();
  }
}

function newContent(clear: boolean): KeyringContent {
  return { generation: 0, root: randomBytes(keyBytes).toString('hex'), clear, sessions: [] };
}

function withSession(found: KeyringContent, cipher: CipherName, sessionsMax: number): KeyringContent {
  const { generation, root, clear, sessions } = found;
  const tooMany = sessions.length >= sessionsMax ? sessionsMax / 2 : 0;
  const before = sessions.map((session, i) =>
    i < tooMany || session.cipher !== cipher ? { ...session, retired: true } : session,
  );
  const session = { id: newId(sessions), cipher, salt: randomBytes(SALT_BYTES).toString('hex'), retired: false };
  return { generation: generation + 1, root, clear, sessions: [...before, session] };
}

/** At random, as a clear record that begins with the number of a session is opened in vain first. */
function newId(sessions: readonly SessionContent[]): number {
  for (;;) {
    const id = randomInt(1, 2 ** 32);
    if (!sessions.some((session) => session.id === id)) return id;
  }
}

function sessionOf({ id, cipher, salt, retired }: SessionContent, root: Buffer): Session {
  let key: KeyObject | undefined;
  return {
    id,
    cipher,
    retired,
    get key() {
      key ??= derive(root, Buffer.from(salt, 'hex'), 'skein records');
      return key;
    },
  };
}

/** RFC 5869. */
function derive(root: Buffer, salt: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', root, salt, purpose, keyBytes)));
}
