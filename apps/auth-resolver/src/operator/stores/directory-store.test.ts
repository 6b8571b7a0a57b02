import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey } from '@skein/nkeys';
import { type DirectoryResolverOptions, resolverDefaults } from '@skein/trust';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { StoreError } from './account-store.ts';
import { DirectoryLockError, lockDirectory } from './directory-lock.ts';
import { DirectoryStore } from './directory-store.ts';

const [a, b, c] = Array.from({ length: 3 }, () => createSigningKey('account').publicKey).sort();
let dir: string;
let nowMs: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'skein-store-'));
  nowMs = 1000;
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
});

const open = (options: Partial<DirectoryResolverOptions> = {}): DirectoryStore =>
  new DirectoryStore({ kind: 'full', dir, ...resolverDefaults, ...options }, () => nowMs);
const files = (): string[] =>
  readdirSync(dir)
    .filter((file) => !file.startsWith('.'))
    .sort();

it('keeps accounts as nats-server does, for whoever opens the directory next', async () => {
  const store = open();
  await store.save(a, 'one');
  await store.save(b, 'two');
  await store.save(a, 'three');
  expect(files()).toEqual([`${a}.jwt`, `${b}.jwt`]);
  expect(readFileSync(join(dir, `${a}.jwt`), 'utf8')).toBe('three');
  expect(statSync(join(dir, `${a}.jwt`)).mode & 0o777).toBe(0o600);
  await store.close();
  const next = open();
  expect(next.list()).toEqual([a, b]);
  expect([await next.lookup(a), await next.lookup(b), await next.lookup(c)]).toEqual(['three', 'two', undefined]);
});

it.each(['../outside', 'a/b', '', '*', createSigningKey('user').publicKey])(
  'keeps nothing under the name %j',
  async (name) => {
    const store = open();
    await expect(store.save(name, 'one')).rejects.toThrow(StoreError);
    expect([files(), store.list()]).toEqual([[], []]);
  },
);

it('makes the directory where there is none', async () => {
  await open({ dir: join(dir, 'deep', 'down') }).save(a, 'one');
  expect(readdirSync(join(dir, 'deep', 'down'))).toContain(`${a}.jwt`);
});

it('passes over what is not its own, and clears away what was not finished', () => {
  mkdirSync(join(dir, 'sub'));
  writeFileSync(join(dir, 'notes.txt'), '');
  writeFileSync(join(dir, 'nokey.jwt'), '');
  writeFileSync(join(dir, `${a}.jwt.deleted`), '');
  writeFileSync(join(dir, `${b}.jwt.tmp`), 'ha');
  expect(open().list()).toEqual([]);
  expect(files()).toEqual([`${a}.jwt.deleted`, 'nokey.jwt', 'notes.txt', 'sub'].sort());
});

it('renames what is deleted', async () => {
  const store = open();
  await store.save(a, 'one');
  await store.remove(a);
  await store.remove(b);
  expect([files(), store.list(), await store.lookup(a)]).toEqual([[`${a}.jwt.deleted`], [], undefined]);
  await store.save(a, 'again');
  expect(await store.lookup(a)).toBe('again');
});

it('leaves nothing of what is deleted for good', async () => {
  const store = open({ allowDelete: true, hardDelete: true });
  await store.save(a, 'one');
  await store.remove(a);
  expect(files()).toEqual([]);
});

it('refuses what is new when it is full, not what it has', async () => {
  const store = open({ limit: 1 });
  await store.save(a, 'one');
  await expect(store.save(b, 'two')).rejects.toEqual(new StoreError('jwt store is full'));
  await store.save(a, 'three');
  expect([files(), await store.lookup(a)]).toEqual([[`${a}.jwt`], 'three']);
});

describe('a cache', () => {
  it('lets go of what was not asked for for longest', async () => {
    const store = open({ kind: 'cache', limit: 2 });
    await store.save(a, 'one');
    await store.save(b, 'two');
    await store.lookup(a);
    await store.save(c, 'three');
    expect([store.list(), files()]).toEqual([
      [a, c],
      [`${a}.jwt`, `${c}.jwt`],
    ]);
  });

  it('lets go of what nobody has asked for in time', async () => {
    const store = open({ kind: 'cache', ttlMs: 100 });
    await store.save(a, 'one');
    nowMs += 60;
    await store.save(b, 'two');
    nowMs += 60;
    expect([store.list(), await store.lookup(a)]).toEqual([[b], undefined]);
    await store.close();
    expect(files()).toEqual([`${b}.jwt`]);
  });
});

it('says why it cannot keep something', async () => {
  const store = open();
  rmSync(dir, { recursive: true });
  await expect(store.save(a, 'one')).rejects.toBeInstanceOf(StoreError);
});

describe('the lock', () => {
  it('keeps a second server away, until the first is gone', () => {
    const unlock = lockDirectory(dir, 10, (pid) => pid === 10);
    expect(() => lockDirectory(dir, 11, (pid) => pid === 10)).toThrow(DirectoryLockError);
    unlock();
    lockDirectory(dir, 11, () => true);
    // The first must not give back what is no longer its own.
    unlock();
    expect(() => lockDirectory(dir, 12, () => true)).toThrow('process 11');
  });

  it.each([
    ['whose process has ended', '4000000\n'],
    ['without a process', ''],
    ['of the same process', '11\n'],
  ])('one %s means nothing', (_, text) => {
    writeFileSync(join(dir, '.lock'), text);
    lockDirectory(dir, 11, () => text.startsWith('11'));
    expect(readFileSync(join(dir, '.lock'), 'utf8')).toBe('11\n');
    expect(readdirSync(dir)).toEqual(['.lock']);
  });

  it('that somebody has taken since it was looked at stays theirs', () => {
    const path = join(dir, '.lock');
    writeFileSync(path, '4000000\n');
    const isAlive = (pid: number): boolean => {
      if (pid === 4000000) writeFileSync(path, '13\n');
      return pid === 13;
    };
    expect(() => lockDirectory(dir, 11, isAlive)).toThrow('process 13');
    expect([readFileSync(path, 'utf8'), readdirSync(dir)]).toEqual(['13\n', ['.lock']]);
  });
});
