import { createHash } from 'node:crypto';
import { nkeys as official } from '@nats-io/nats-core';
import * as noble from '@noble/ed25519';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePublicKey, decodeSeed, encodePublicKey } from './codec.ts';
import { createCurveKey, createServerKey, createSigningKey, curveKeyFromSeed, signingKeyFromSeed } from './key-pair.ts';
import { createVerifier, verify } from './verify.ts';

noble.hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());

/** RFC 8032 rules (not ZIP 215), as OpenSSL's and Go's are. */
function nobleVerify(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return noble.verify(signature, message, decodePublicKey(publicKey).raw, { zip215: false });
  } catch {
    return false;
  }
}

/** The points whose order divides 8, encoded. */
const smallOrder = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
].map((hex) => Buffer.from(hex, 'hex'));

describe('the native check agrees with @noble/ed25519', () => {
  const key = createSigningKey('user');
  const raw = decodeSeed(key.seed).raw;

  it('on the public key and the signature, bit for bit', () => {
    expect(decodePublicKey(key.publicKey).raw).toEqual(noble.getPublicKey(raw));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        expect(Uint8Array.from(key.sign(message))).toEqual(noble.sign(message, raw));
      }),
      { numRuns: 20 },
    );
  });

  it('on signatures and messages with one bit changed', () => {
    const input = fc.record({
      message: fc.uint8Array({ minLength: 1, maxLength: 64 }),
      flip: fc.option(fc.record({ where: fc.constantFrom('message', 'signature'), bit: fc.nat(511) })),
    });
    fc.assert(
      fc.property(input, ({ message, flip }) => {
        const signature = Uint8Array.from(key.sign(message));
        const broken = flip?.where === 'message' ? message : signature;
        const bit = (flip?.bit ?? 0) % (broken.length * 8);
        if (flip) broken[bit >>> 3] ^= 1 << (bit & 7);
        const valid = verify(key.publicKey, message, signature);
        expect(valid).toBe(!flip);
        expect(nobleVerify(key.publicKey, message, signature)).toBe(valid);
      }),
      { numRuns: 40 },
    );
  });

  it('on random keys and signatures', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), bytes(64), (rawKey, signature) => {
        const publicKey = encodePublicKey('user', rawKey);
        expect(verify(publicKey, raw, signature)).toBe(false);
        expect(nobleVerify(publicKey, raw, signature)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('on a signature whose scalar was raised by the order of the group (malleability)', () => {
    const message = Buffer.from('nonce');
    const signature = Uint8Array.from(key.sign(message));
    let carry = 0n;
    let order = noble.Point.CURVE().n;
    for (let i = 32; i < 64; i++) {
      const sum = BigInt(signature[i]) + (order & 0xffn) + carry;
      signature[i] = Number(sum & 0xffn);
      carry = sum >> 8n;
      order >>= 8n;
    }
    expect(verify(key.publicKey, message, signature)).toBe(false);
    expect(nobleVerify(key.publicKey, message, signature)).toBe(false);
  });

  it('on keys of small order, for which signatures can be made up', () => {
    for (const point of smallOrder) {
      const publicKey = encodePublicKey('user', point);
      for (const r of smallOrder) {
        const signature = Buffer.concat([r, Buffer.alloc(32)]);
        expect(verify(publicKey, raw, signature)).toBe(false);
        expect(nobleVerify(publicKey, raw, signature)).toBe(false);
      }
    }
  });

  it.each([0, 63, 65])('on a signature of %i bytes', (length) => {
    expect(verify(key.publicKey, raw, new Uint8Array(length))).toBe(false);
    expect(nobleVerify(key.publicKey, raw, new Uint8Array(length))).toBe(false);
  });
});

describe('keys', () => {
  it('of a server are of kind N and sign', () => {
    const key = createServerKey();
    expect(key.publicKey).toMatch(/^N/);
    expect(createVerifier(key.publicKey)(Buffer.from('x'), key.sign(Buffer.from('x')))).toBe(true);
  });

  it('return from their seeds', () => {
    const key = createSigningKey('account');
    expect(signingKeyFromSeed(key.seed).publicKey).toBe(key.publicKey);
    const curve = createCurveKey();
    expect(curveKeyFromSeed(curve.seed).publicKey).toBe(curve.publicKey);
  });

  it('are the same as the official library derives from the same seed', () => {
    const user = official.createUser();
    expect(signingKeyFromSeed(new TextDecoder().decode(user.getSeed())).publicKey).toBe(user.getPublicKey());
    const curve = official.createCurve();
    expect(curveKeyFromSeed(new TextDecoder().decode(curve.getSeed())).publicKey).toBe(curve.getPublicKey());
  });

  it('of the curve neither sign nor verify', () => {
    const curve = createCurveKey();
    expect(() => signingKeyFromSeed(curve.seed)).toThrow(expect.objectContaining({ code: 'wrong_kind' }));
    expect(() => createVerifier(curve.publicKey)).toThrow(expect.objectContaining({ code: 'wrong_kind' }));
    expect(() => curveKeyFromSeed(createServerKey().seed)).toThrow(expect.objectContaining({ code: 'wrong_kind' }));
  });
});
