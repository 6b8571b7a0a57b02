import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { decodeSeed, encodePublicKey, encodeSeed, type KeyKind } from './codec.ts';
import { ed25519Private, x25519Private } from './der.ts';
import { NkeyError } from './errors.ts';

interface Key {
  readonly kind: KeyKind;
  /** As text, e.g. `NABC…`. */
  readonly publicKey: string;
  /** As text, `S…`: a secret. */
  readonly seed: string;
}

export interface SigningKey extends Key {
  readonly kind: Exclude<KeyKind, 'curve'>;
  /** @returns 64 bytes */
  sign(message: Uint8Array): Uint8Array;
}

export interface CurveKey extends Key {
  readonly kind: 'curve';
}

export function createServerKey(): SigningKey {
  return createSigningKey('server');
}

export function createSigningKey(kind: SigningKey['kind']): SigningKey {
  return signingKey(kind, randomBytes(32));
}

/** The x25519 key that others encrypt to: a node's `xkey`. */
export function createCurveKey(): CurveKey {
  return curveKey(randomBytes(32));
}

/** @throws NkeyError; `wrong_kind` for a curve key, which can't sign. */
export function signingKeyFromSeed(seed: string): SigningKey {
  const { kind, raw } = decodeSeed(seed);
  if (kind === 'curve') throw new NkeyError('wrong_kind');
  return signingKey(kind, raw);
}

/** @throws NkeyError; `wrong_kind` for anything but a curve key. */
export function curveKeyFromSeed(seed: string): CurveKey {
  const { kind, raw } = decodeSeed(seed);
  if (kind !== 'curve') throw new NkeyError('wrong_kind');
  return curveKey(raw);
}

function signingKey(kind: SigningKey['kind'], raw: Uint8Array): SigningKey {
  const privateKey = privateKeyOf(ed25519Private, raw);
  return {
    kind,
    publicKey: encodePublicKey(kind, publicBytes(privateKey)),
    seed: encodeSeed(kind, raw),
    sign: (message) => sign(null, message, privateKey),
  };
}

function curveKey(raw: Uint8Array): CurveKey {
  return {
    kind: 'curve',
    publicKey: encodePublicKey('curve', publicBytes(privateKeyOf(x25519Private, raw))),
    seed: encodeSeed('curve', raw),
  };
}

function privateKeyOf(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'pkcs8' });
}

function publicBytes(privateKey: KeyObject): Uint8Array {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
}
