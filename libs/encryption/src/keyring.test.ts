import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CipherName } from './aead.ts';
import { checkKeyring, type Keyring, openKeyring } from './keyring.ts';
import { NodeKeys } from './node-keys.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-keyring-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const keysOf = (key: string, previousKey?: string, cipher: CipherName = 'chacha'): NodeKeys =>
  new NodeKeys({ key, previousKey, cipher });

/** What is clear begins with this. */
const CLEAR = Buffer.from('clear ');
const openClear = (_: Buffer, sealed: Buffer): Buffer | undefined =>
  sealed.subarray(0, CLEAR.length).equals(CLEAR) ? sealed.subarray(CLEAR.length) : undefined;

const open = (keys: NodeKeys, hasData = true): Promise<Keyring> =>
  openKeyring({ directory, keys, hasData, openClear, sessionsMax: 16 });

const name = Buffer.from('name');
const value = Buffer.from('a value that nobody should see');

const files = (): string[] => readdirSync(directory).map((file) => readFileSync(join(directory, file), 'latin1'));

describe.each(['chacha', 'aes'] as const)('records, %s', (cipher) => {
  it('are opened in this session and in later ones', async () => {
    const { seal } = await open(keysOf('k', undefined, cipher));
    const sealed = seal.seal(name, value);
    expect(sealed.includes(value.subarray(0, 8))).toBe(false);
    expect(seal.open(name, sealed)).toEqual(value);
    const later = await open(keysOf('k', undefined, cipher));
    expect(later.seal.open(name, sealed)).toEqual(value);
    expect(later.seal.open(Buffer.from('another'), sealed)).toBeUndefined();
  });

  it('empty ones, too', async () => {
    const { seal } = await open(keysOf('k', undefined, cipher));
    expect(seal.open(name, seal.seal(name, Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it('any bit that is changed is seen', async () => {
    const { seal } = await open(keysOf('k', undefined, cipher));
    const sealed = seal.seal(name, value);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const harmed = Buffer.from(sealed);
      harmed[bit >> 3] ^= 1 << (bit & 7);
      expect(seal.open(name, harmed)).toBeUndefined();
    }
  });

  it('the same value never looks the same, also when files were put back', async () => {
    const seen = new Set<string>();
    const kept = new Map<string, string>();
    for (let life = 0; life < 3; life++) {
      for (const [file, text] of kept) writeFileSync(join(directory, file), text);
      const { seal } = await open(keysOf('k', undefined, cipher));
      for (const file of readdirSync(directory)) {
        if (life === 0) kept.set(file, readFileSync(join(directory, file), 'latin1'));
      }
      for (let i = 0; i < 10; i++) seen.add(seal.seal(name, value).subarray(10).toString('hex'));
    }
    expect(seen.size).toBe(30);
  });
});

describe('clear records', () => {
  it('are opened until all were renewed, and refused from then on', async () => {
    const clear = Buffer.concat([CLEAR, value]);
    const keyring = await open(keysOf('k'));
    expect(keyring.stale).toBe(true);
    expect(keyring.seal.open(name, clear)).toEqual(value);
    expect(keyring.seal.isStale(clear)).toBe(true);
    expect(keyring.seal.isStale(keyring.seal.seal(name, value))).toBe(false);
    await keyring.renewed();
    expect(keyring.stale).toBe(false);
    expect(keyring.seal.open(name, clear)).toBeUndefined();
    const later = await open(keysOf('k'));
    expect(later.seal.open(name, clear)).toBeUndefined();
  });

  it('there are none where there was no data', async () => {
    const keyring = await open(keysOf('k'), false);
    expect(keyring.stale).toBe(false);
    expect(keyring.seal.open(name, Buffer.concat([CLEAR, value]))).toBeUndefined();
  });
});

describe('another cipher', () => {
  it('opens what the one before wrote, which is stale until it was renewed', async () => {
    const sealed = (await open(keysOf('k'), false)).seal.seal(name, value);
    const keyring = await open(keysOf('k', undefined, 'aes'));
    expect(keyring.seal.open(name, sealed)).toEqual(value);
    expect([keyring.stale, keyring.seal.isStale(sealed)]).toEqual([true, true]);
    await keyring.renewed();
    expect((await open(keysOf('k', undefined, 'aes'))).seal.open(name, sealed)).toBeUndefined();
  });

  it('of the journal: it opens both', async () => {
    const sealed = (await open(keysOf('k'))).journal.begin().seal(32, value);
    expect((await open(keysOf('k', undefined, 'aes'))).journal.open(32, sealed)).toEqual(value);
    expect((await open(keysOf('k'))).journal.open(40, sealed)).toBeUndefined();
  });
});

describe('the key of the node', () => {
  it('is changed with the previous one at hand, once', async () => {
    const sealed = (await open(keysOf('old'))).seal.seal(name, value);
    expect((await open(keysOf('new', 'old', 'aes'))).seal.open(name, sealed)).toEqual(value);
    expect((await open(keysOf('new'))).seal.open(name, sealed)).toEqual(value);
    await expect(open(keysOf('old'))).rejects.toMatchObject({ code: 'WRONG' });
  });

  it('wrong or absent: says so, and changes nothing', async () => {
    await open(keysOf('right'));
    const before = files();
    for (const keys of [keysOf('wrong'), keysOf('wrong', 'wrong too')]) {
      await expect(checkKeyring(directory, keys)).rejects.toThrow('unable to recover keys');
      await expect(open(keys)).rejects.toMatchObject({ code: 'WRONG' });
    }
    await expect(checkKeyring(directory, undefined)).rejects.toThrow('encryption not enabled');
    expect(files()).toEqual(before);
  });

  it('is not asked for where nothing is encrypted', async () => {
    await checkKeyring(directory, undefined);
    expect(files()).toEqual([]);
  });
});

describe('the file', () => {
  it('is there twice: one that is harmed, cut, gone or older does no harm', async () => {
    const sealed = (await open(keysOf('k'))).seal.seal(name, value);
    const older = readFileSync(join(directory, 'keyring'), 'latin1');
    const newest = (await open(keysOf('k'))).seal.seal(name, value);
    const whole = readFileSync(join(directory, 'keyring'), 'latin1');
    const harmed = [whole.replace('sealed', 'seeled'), whole.slice(0, 100), '', older];
    for (const file of ['keyring', 'keyring.copy']) {
      for (const text of harmed) {
        writeFileSync(join(directory, 'keyring'), whole);
        writeFileSync(join(directory, 'keyring.copy'), whole);
        writeFileSync(join(directory, file), text);
        const { seal } = await open(keysOf('k'));
        expect([seal.open(name, sealed), seal.open(name, newest)]).toEqual([value, value]);
      }
    }
  });

  it('harmed both times is told from a wrong key', async () => {
    await open(keysOf('k'));
    for (const file of readdirSync(directory)) writeFileSync(join(directory, file), 'x');
    await expect(checkKeyring(directory, keysOf('k'))).rejects.toMatchObject({ code: 'DAMAGED' });
  });

  it('does not grow without end: the sessions that are oldest are retired', async () => {
    const keys = keysOf('k');
    const oldest = (await open(keys, false)).seal.seal(name, value);
    for (let i = 1; i < 16; i++) await open(keys);
    expect((await open(keys)).seal.isStale(oldest)).toBe(true);
    const keyring = await open(keys);
    expect(keyring.seal.open(name, oldest)).toEqual(value);
    await keyring.renewed();
    const later = await open(keys);
    expect(later.stale).toBe(false);
    expect(later.seal.open(name, oldest)).toBeUndefined();
  });
});
