import { decodeBase32, encodeBase32 } from './base32.ts';
import { crc16 } from './crc16.ts';
import { NkeyError } from './errors.ts';

export type KeyKind = 'server' | 'cluster' | 'operator' | 'account' | 'user' | 'curve';

/** A kind's five bits are the first letter of its base32 form, hence the letter's value times 8. */
const prefixes: Record<KeyKind, number> = {
  server: 13 << 3, // N
  cluster: 2 << 3, // C
  operator: 14 << 3, // O
  account: 0 << 3, // A
  user: 20 << 3, // U
  curve: 23 << 3, // X
};
const seedPrefix = 18 << 3; // S
const kinds = new Map(Object.entries(prefixes).map(([kind, prefix]) => [prefix, kind as KeyKind]));

const rawBytes = 32;
const checksumBytes = 2;

export interface DecodedKey {
  kind: KeyKind;
  /** 32 bytes: the Ed25519 (curve: X25519) public key, or the seed of the private one. */
  raw: Uint8Array;
}

/** @param raw 32 bytes. */
export function encodePublicKey(kind: KeyKind, raw: Uint8Array): string {
  return encode([prefixes[kind]], raw);
}

/** @throws NkeyError; `wrong_kind` when `kind` is given and the key is of another. */
export function decodePublicKey(key: string, kind?: KeyKind): DecodedKey {
  const bytes = decode(key, 1);
  const found = kinds.get(bytes[0]);
  if (found === undefined) throw new NkeyError('bad_prefix');
  if (kind !== undefined && found !== kind) throw new NkeyError('wrong_kind');
  return { kind: found, raw: bytes.subarray(1) };
}

export function isPublicKey(key: string, kind?: KeyKind): boolean {
  try {
    decodePublicKey(key, kind);
    return true;
  } catch {
    return false;
  }
}

/** @param raw 32 bytes. The result is a secret. */
export function encodeSeed(kind: KeyKind, raw: Uint8Array): string {
  // The kind's letter follows the S: its five bits straddle the first two bytes.
  return encode([seedPrefix | (prefixes[kind] >>> 5), (prefixes[kind] & 31) << 3], raw);
}

/** @throws NkeyError */
export function decodeSeed(seed: string): DecodedKey {
  const bytes = decode(seed, 2);
  if ((bytes[0] & 0xf8) !== seedPrefix) throw new NkeyError('not_a_seed');
  const kind = kinds.get(((bytes[0] & 7) << 5) | (bytes[1] >>> 3));
  if (kind === undefined || (bytes[1] & 7) !== 0) throw new NkeyError('bad_prefix');
  return { kind, raw: bytes.subarray(2) };
}

function encode(prefix: number[], raw: Uint8Array): string {
  if (raw.length !== rawBytes) throw new NkeyError('bad_length');
  const bytes = new Uint8Array(prefix.length + rawBytes + checksumBytes);
  bytes.set(prefix);
  bytes.set(raw, prefix.length);
  const crc = crc16(bytes.subarray(0, -checksumBytes));
  bytes[bytes.length - 2] = crc & 0xff;
  bytes[bytes.length - 1] = crc >>> 8;
  return encodeBase32(bytes);
}

function decode(text: string, prefixBytes: number): Uint8Array {
  const length = prefixBytes + rawBytes + checksumBytes;
  // Before decoding: the text may be a client's, and long.
  if (text.length !== Math.ceil((length * 8) / 5)) throw new NkeyError('bad_length');
  const bytes = decodeBase32(text);
  const body = bytes.subarray(0, length - checksumBytes);
  if (crc16(body) !== (bytes[length - 2] | (bytes[length - 1] << 8))) throw new NkeyError('bad_checksum');
  return body;
}
