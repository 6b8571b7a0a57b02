import { nkeys as official } from '@nats-io/nats-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePublicKey, decodeSeed, encodePublicKey, encodeSeed, isPublicKey, type KeyKind } from './codec.ts';
import { crc16 } from './crc16.ts';
import { NkeyError, type NkeyErrorCode } from './errors.ts';

const letters: Record<KeyKind, string> = {
  server: 'N',
  cluster: 'C',
  operator: 'O',
  account: 'A',
  user: 'U',
  curve: 'X',
};
const kinds = Object.keys(letters) as KeyKind[];
const raws = fc.uint8Array({ minLength: 32, maxLength: 32 });

function failure(act: () => unknown): NkeyErrorCode | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof NkeyError) return error.code;
    throw error;
  }
}

it('has the checksum of the CRC catalogue', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
});

describe.each(kinds)('a %s key', (kind) => {
  it('returns from its text as it was', () => {
    fc.assert(
      fc.property(raws, (raw) => {
        const key = encodePublicKey(kind, raw);
        expect(key).toMatch(new RegExp(`^${letters[kind]}[A-Z2-7]{55}$`));
        expect(decodePublicKey(key, kind)).toEqual({ kind, raw });
        const seed = encodeSeed(kind, raw);
        expect(seed).toMatch(new RegExp(`^S${letters[kind]}[A-Z2-7]{56}$`));
        expect(decodeSeed(seed)).toEqual({ kind, raw });
      }),
    );
  });
});

it.each([
  ['user', official.createUser],
  ['account', official.createAccount],
  ['operator', official.createOperator],
  ['curve', official.createCurve],
] as const)('reads what the official library wrote: %s', (kind, create) => {
  const pair = create();
  const seed = new TextDecoder().decode(pair.getSeed());
  expect(decodePublicKey(pair.getPublicKey()).kind).toBe(kind);
  expect(encodeSeed(kind, decodeSeed(seed).raw)).toBe(seed);
});

describe('refuses', () => {
  const user = encodePublicKey('user', new Uint8Array(32).fill(7));
  const seed = encodeSeed('user', new Uint8Array(32).fill(7));

  it('any single changed character', () => {
    const characters = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
    fc.assert(
      fc.property(fc.constantFrom(user, seed), fc.nat(55), characters, (text, at, character) => {
        fc.pre(text[at] !== character);
        const broken = text.slice(0, at) + character + text.slice(at + 1);
        const decode = text === user ? decodePublicKey : decodeSeed;
        expect(failure(() => decode(broken))).toBeDefined();
      }),
    );
  });

  it.each([
    ['lower case', () => decodePublicKey(user.toLowerCase()), 'bad_encoding'],
    ['a character outside the alphabet', () => decodePublicKey(`${user.slice(0, -1)}1`), 'bad_encoding'],
    ['a character outside ASCII', () => decodePublicKey(`${user.slice(0, -1)}é`), 'bad_encoding'],
    ['a second spelling of the same bits', () => decodeSeed(`${seed.slice(0, -1)}${respell(seed)}`), 'bad_encoding'],
    ['an empty text', () => decodePublicKey(''), 'bad_length'],
    ['a longer text', () => decodePublicKey(`${user}A`), 'bad_length'],
    ['a seed for a public key', () => decodePublicKey(seed), 'bad_length'],
    ['a public key for a seed', () => decodeSeed(user), 'bad_length'],
    ['another kind than asked for', () => decodePublicKey(user, 'account'), 'wrong_kind'],
    ['31 bytes', () => encodePublicKey('user', new Uint8Array(31)), 'bad_length'],
  ] as const)('%s', (_, act, code) => {
    expect(failure(act)).toBe(code);
  });

  it('what is no public key of the kind, as a boolean too', () => {
    expect([isPublicKey(user), isPublicKey(user, 'user'), isPublicKey(user, 'account'), isPublicKey('U')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('without telling the key, which may be a secret', () => {
    const broken = `${seed.slice(0, -2)}AA`;
    expect(() => decodeSeed(broken)).toThrow(/^invalid nkey: wrong checksum$/);
  });
});

/** The last character with its first unused bit set. */
function respell(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return alphabet[alphabet.indexOf(text.at(-1)!) | 1];
}
