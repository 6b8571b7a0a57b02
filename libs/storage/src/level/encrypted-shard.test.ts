import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkKeyring, type Keyring, NodeKeys, openKeyring } from '@skein/encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamStore } from '../stream-store.ts';
import { openLevelDatabase } from './database.ts';
import { flushKey, RECORDS_END } from './keys.ts';
import { checksum } from './seal.ts';
import { ShardStore, type ShardStoreOptions } from './shard-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skein-encrypted-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Opened {
  shard: ShardStore;
  keyring: Keyring | undefined;
}

async function open(
  key?: string,
  previousKey?: string,
  cipher: 'aes' | 'chacha' = 'aes',
  openDatabase?: ShardStoreOptions['open'],
): Promise<Opened> {
  const keys = key === undefined ? undefined : new NodeKeys({ key, previousKey, cipher });
  await checkKeyring(folder, keys);
  let keyring: Keyring | undefined;
  const shard = await ShardStore.open(join(folder, 'database'), {
    overheadBytes: 16,
    headerOverheadBytes: 4,
    open: openDatabase,
    openSeal: async (hasData) => {
      if (keys === undefined) return checksum;
      keyring = await openKeyring({ directory: folder, keys, hasData, openClear: checksum.open });
      return keyring.seal;
    },
  });
  return { shard, keyring };
}

function fill(stream: StreamStore, messages: number): void {
  for (let i = 0; i < messages; i++) {
    const sequence = stream.last + 1;
    stream.append(sequence, `treasures.t${sequence % 50}`, Buffer.from(`payload ${sequence}`.padEnd(400)), 0, 1, 2);
  }
}

const only = (shard: ShardStore): StreamStore => [...shard.streams.values()][0];

function contents(): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name))]));
}

/** Files in which one of the words is found. */
const found = (...words: string[]): string[] =>
  [...contents()].filter(([, bytes]) => words.some((word) => bytes.includes(word))).map(([path]) => path);

async function write(shard: ShardStore, applied: number): Promise<void> {
  await shard.flush(applied);
  await shard.idle();
}

const secrets = ['payload', 'treasure', 'ORDERS', 'consumer', 'hashKey'];

function make(shard: ShardStore): StreamStore {
  const stream = shard.create();
  stream.setValue('consumer NEW', Buffer.from('{"name":"NEW"}'));
  stream.setValue('config', Buffer.from('{"name":"ORDERS"}'));
  fill(stream, 3000);
  return stream;
}

function check(stream: StreamStore, messages: number): void {
  expect(stream.messages).toBe(messages);
  for (let sequence = 1; sequence <= messages; sequence++) {
    expect(stream.get(sequence)?.content.toString().trim()).toBe(`payload ${sequence}`);
  }
  expect(stream.subject('treasures.t7')?.messages).toBe(messages / 50);
  expect(stream.value('config')?.toString()).toBe('{"name":"ORDERS"}');
}

describe('an encrypted shard', () => {
  it('has nothing in clear in any file, and is read as it was written', async () => {
    const { shard } = await open('key');
    make(shard);
    await write(shard, 1);
    expect(found(...secrets)).toEqual([]);
    await shard.close();
    const { shard: again } = await open('key');
    check(only(again), 3000);
    await again.close();
    expect(found(...secrets)).toEqual([]);
  });

  it('with a wrong key, or none, is not opened, and nothing is changed', async () => {
    const { shard } = await open('key');
    make(shard);
    await write(shard, 1);
    await shard.close();
    const before = contents();
    await expect(open('wrong')).rejects.toThrow('unable to recover keys');
    await expect(open()).rejects.toThrow('encryption not enabled');
    expect(contents()).toEqual(before);
    const { shard: again } = await open('key');
    check(only(again), 3000);
    await again.close();
  });
});

describe('encryption that is switched on, or changed', () => {
  const never = async (): Promise<void> => {};

  it('clear data is readable, and after renewing nothing of it is on disk', async () => {
    const { shard } = await open();
    make(shard);
    await write(shard, 1);
    await shard.close();
    expect(found('payload')).not.toEqual([]);

    const { shard: again, keyring } = await open('key');
    check(only(again), 3000);
    expect(keyring?.stale).toBe(true);
    expect(await again.renew((sealed) => keyring?.seal.isStale(sealed) === true, never)).toBe(true);
    await keyring?.renewed();
    expect(found(...secrets)).toEqual([]);
    check(only(again), 3000);
    await again.close();
    const last = await open('key');
    expect(last.keyring?.stale).toBe(false);
    check(only(last.shard), 3000);
    await last.shard.close();
  });

  it('another cipher and key: all is readable with the new one alone afterwards', async () => {
    const { shard } = await open('old', undefined, 'chacha');
    make(shard);
    await write(shard, 1);
    await shard.close();
    const { shard: again, keyring } = await open('new', 'old', 'aes');
    expect(await again.renew((sealed) => keyring?.seal.isStale(sealed) === true, never)).toBe(true);
    await keyring?.renewed();
    await again.close();
    const last = await open('new');
    check(only(last.shard), 3000);
    await last.shard.close();
  });

  it('a flush waits for the slice that is under way: older records never come over newer ones', async () => {
    const { shard } = await open();
    make(shard);
    await write(shard, 1);
    await shard.close();

    const written: string[] = [];
    let flushing: Promise<void> | undefined;
    const { shard: again, keyring } = await open('key', undefined, 'aes', async (directory) => {
      const database = await openLevelDatabase(directory);
      return {
        ...database,
        async write(writes, sync) {
          // A flush alone notes that it was one.
          written.push(writes.puts.some(([key]) => key.equals(flushKey(2))) ? 'flush' : 'slice');
          return database.write(writes, sync);
        },
        async entries(from, to, max) {
          const entries = await database.entries(from, to, max);
          if (to.equals(RECORDS_END) && flushing === undefined) {
            only(again).setValue('config', Buffer.from('{"name":"NEWER"}'));
            flushing = again.flush(2);
            await new Promise((resolve) => setImmediate(resolve));
          }
          return entries;
        },
      };
    });
    expect(await again.renew((sealed) => keyring?.seal.isStale(sealed) === true, never)).toBe(true);
    await flushing;
    expect(written.slice(0, 2)).toEqual(['slice', 'flush']);
    await again.close();
    const last = await open('key');
    expect(only(last.shard).value('config')?.toString()).toBe('{"name":"NEWER"}');
    await last.shard.close();
  });

  it('stops at the end of the store, to be begun again', async () => {
    const { shard } = await open();
    make(shard);
    await write(shard, 1);
    await shard.close();
    const { shard: again, keyring } = await open('key');
    const isStale = (sealed: Buffer): boolean => keyring?.seal.isStale(sealed) === true;
    expect(await again.renew(isStale, () => again.close())).toBe(false);
    const last = await open('key');
    expect(last.keyring?.stale).toBe(true);
    await last.shard.close();
  });
});
