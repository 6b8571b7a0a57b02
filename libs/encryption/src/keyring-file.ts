import { type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type CipherName, decrypt, encrypt, nonceBytes, tagBytes } from './aead.ts';
import type { NodeKeys } from './node-keys.ts';

/** The same twice: with it, everything would be lost. */
const NAMES = ['keyring', 'keyring.copy'];
const VERSION = 1;
const MODE = 0o600;

/** What a keyring holds, as JSON, encrypted with a key that comes of the configuration's. Buffers are in hex. */
export interface KeyringContent {
  /** Rises with each writing. */
  generation: number;
  /** What all keys of data come of. */
  root: string;
  /** There may be records that are not encrypted. */
  clear: boolean;
  sessions: SessionContent[];
}

export interface SessionContent {
  id: number;
  cipher: CipherName;
  salt: string;
  /** What it encrypted is to be encrypted anew. */
  retired: boolean;
}

/** The shard's keyring cannot be read. Nothing was changed. The messages are those that nats-server logs. */
export class KeyError extends Error {
  override name = 'KeyError';
  readonly code: 'ABSENT' | 'WRONG' | 'DAMAGED';

  constructor(code: KeyError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

interface Envelope {
  salt: Buffer;
  sealed: Buffer;
}

/**
 * Undefined: there is none.
 *
 * @param keys undefined: the configuration has none
 * @throws KeyError
 */
export async function readKeyring(
  directory: string,
  keys: NodeKeys | undefined,
): Promise<{ content: KeyringContent; salt: Buffer; previous: boolean } | undefined> {
  const texts = (await Promise.all(NAMES.map((name) => textOf(join(directory, name))))).filter(
    (text) => text !== undefined,
  );
  if (texts.length === 0) return undefined;
  if (keys === undefined) throw new KeyError('ABSENT', 'encryption not enabled');
  const envelopes = texts.map(parseEnvelope).filter((envelope) => envelope !== undefined);
  if (envelopes.length === 0) throw new KeyError('DAMAGED', `${directory}: no copy of the keyring can be read`);
  let newest: { content: KeyringContent; salt: Buffer; previous: boolean } | undefined;
  for (const { salt, sealed } of envelopes) {
    let previous = false;
    let content = openEnvelope(sealed, await keys.current(salt));
    if (content === undefined) {
      const key = await keys.previous(salt);
      content = key && openEnvelope(sealed, key);
      previous = true;
    }
    if (content === undefined || (newest !== undefined && newest.content.generation >= content.generation)) continue;
    newest = { content, salt, previous };
  }
  if (newest === undefined) throw new KeyError('WRONG', 'unable to recover keys');
  return newest;
}

/** Both copies are on disk when this resolves. One of them is whole at any moment. */
export async function writeKeyring(
  directory: string,
  keys: NodeKeys,
  salt: Buffer,
  content: KeyringContent,
): Promise<void> {
  const key = await keys.current(salt);
  const nonce = randomBytes(nonceBytes);
  const [ciphertext, tag] = encrypt('aes', key, nonce, Buffer.from(JSON.stringify(content)));
  const sealed = Buffer.concat([nonce, ciphertext, tag]).toString('base64');
  const line = JSON.stringify({ version: VERSION, kdf: 'scrypt 14 8 1', salt: salt.toString('hex'), sealed });
  const text = `${line}\n${checksum(line)}\n`;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of NAMES) await replace(directory, name, text);
}

function parseEnvelope(text: string): Envelope | undefined {
  const [line, sum] = text.split('\n');
  if (sum !== checksum(line)) return undefined;
  const { version, salt, sealed } = JSON.parse(line) as { version: number; salt: string; sealed: string };
  if (version !== VERSION) throw new KeyError('DAMAGED', `a keyring of version ${version}, this reads ${VERSION}`);
  return { salt: Buffer.from(salt, 'hex'), sealed: Buffer.from(sealed, 'base64') };
}

function openEnvelope(sealed: Buffer, key: KeyObject): KeyringContent | undefined {
  const end = sealed.length - tagBytes;
  const text = decrypt(
    'aes',
    key,
    sealed.subarray(0, nonceBytes),
    sealed.subarray(nonceBytes, end),
    sealed.subarray(end),
  );
  return text && (JSON.parse(text.toString()) as KeyringContent);
}

function checksum(line: string): string {
  return crc32(line).toString(16);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replace(directory: string, name: string, text: string): Promise<void> {
  const path = join(directory, name);
  const draft = await open(`${path}.new`, 'w', MODE);
  try {
    await draft.writeFile(text);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
