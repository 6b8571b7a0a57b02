import { expect, it } from 'vitest';
import { createBox } from './box.ts';
import { NkeyError } from './errors.ts';
import { createCurveKey, createSigningKey } from './key-pair.ts';
import recorded from './testdata/sealed.json' with { type: 'json' };

const [one, other, stranger] = [createCurveKey(), createCurveKey(), createCurveKey()];
const bytes = Buffer.from('secret');

it('what one seals the other opens, and nobody else', () => {
  const sealed = createBox(one.seed, other.publicKey).seal(bytes);
  expect(Buffer.from(createBox(other.seed, one.publicKey).open(sealed) ?? [])).toEqual(bytes);
  expect(createBox(stranger.seed, one.publicKey).open(sealed)).toBeUndefined();
  expect(createBox(other.seed, stranger.publicKey).open(sealed)).toBeUndefined();
});

it('nothing is opened of what was changed, cut off, or is none', () => {
  const box = createBox(one.seed, other.publicKey);
  const sealed = box.seal(bytes);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] ^= 1;
    expect([box.open(changed), box.open(sealed.subarray(0, i))]).toEqual([undefined, undefined]);
  }
});

it('opens what nats-server sealed', () => {
  const box = createBox(recorded.seed, recorded.from);
  expect(Buffer.from(box.open(Buffer.from(recorded.sealed, 'base64')) ?? []).toString()).toBe(recorded.opened);
});

it('takes curve keys only', () => {
  expect(() => createBox(one.seed, createSigningKey('user').publicKey)).toThrow(NkeyError);
});
