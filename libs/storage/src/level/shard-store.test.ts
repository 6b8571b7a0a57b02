import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryStreamStore } from '../memory-stream-store.ts';
import type { StreamStore } from '../stream-store.ts';
import { subjectFilter } from '../subject-filter.ts';
import { type Database, nextTurn, openLevelDatabase, PAGES_FOLDER, type Writes } from './database.ts';
import { DamagedError, ShardError } from './errors.ts';
import { KeyType, key, PAGE_KEY_BYTES, PAGES_BEGIN, pageKey, RECORDS_END } from './keys.ts';
import { checksum } from './seal.ts';
import { ShardStore, type ShardStoreOptions } from './shard-store.ts';

const overheads = { overheadBytes: 16, headerOverheadBytes: 4 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skein-shard-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (options: Partial<ShardStoreOptions> = {}, directory = folder): Promise<ShardStore> =>
  ShardStore.open(directory, { ...overheads, ...options });

function fill(store: StreamStore, messages: number, subject: (i: number) => string, bytes = 100): void {
  for (let i = 0; i < messages; i++) {
    store.append(store.last + 1, subject(i), Buffer.alloc(bytes, i % 251), 0, 1_700_000_000 + i, i);
  }
}

const only = (shard: ShardStore): StreamStore & { id: number } => {
  const [stream] = shard.streams.values();
  return stream as StreamStore & { id: number };
};

/** A database that says yes or no to each write. */
async function refusing(directory: string, refuse: (writes: Writes) => Error | undefined): Promise<Database> {
  const database = await openLevelDatabase(directory);
  return {
    ...database,
    async write(writes, sync) {
      const error = refuse(writes);
      if (error !== undefined) throw error;
      return database.write(writes, sync);
    },
  };
}

/** Of a closed shard. */
const openDatabase = (type: number): Promise<Database> =>
  openLevelDatabase(type === KeyType.Page ? join(folder, PAGES_FOLDER) : folder);

/** Changes one record of a closed shard. */
async function tamper(recordKey: Buffer, change: (value: Buffer) => Buffer | undefined): Promise<void> {
  const database = await openDatabase(recordKey[0] as number);
  const value = database.get(recordKey);
  if (value === undefined) throw new Error('no such record');
  const changed = change(Buffer.from(value));
  await database.write({ removed: [recordKey], puts: changed === undefined ? [] : [[recordKey, changed]] }, true);
  await database.close();
}

const flipBit = (value: Buffer): Buffer => {
  value[value.length >> 1] ^= 4;
  return value;
};

describe('a shard on LevelDB', () => {
  it('is opened by one process at a time', async () => {
    const shard = await open();
    await expect(open()).rejects.toMatchObject({ name: 'ShardError', code: 'LOCKED' });
    await shard.close();
    await (await open()).close();
  });

  it('has what was flushed, and knows up to where', async () => {
    let shard = await open();
    const stream = shard.create();
    stream.setValue('config', Buffer.from('{}'));
    fill(stream, 3000, (i) => `s.${i % 10}`);
    await shard.flush(3000);
    fill(stream, 500, () => 'lost');
    expect(shard.applied).toBe(3000);
    await shard.close();

    shard = await open();
    expect(shard.applied).toBe(3000);
    const again = only(shard);
    expect(again.id).toBe(stream.id);
    expect(again.last).toBe(3000);
    expect(again.subject('lost')).toBeUndefined();
    expect(again.value('config')?.toString()).toBe('{}');
    expect(again.get(2048)).toMatchObject({ subject: 's.7', seconds: 1_700_002_047, nanos: 2047 });
    await shard.close();
  });

  it('writes what changes during a flush with the next one', async () => {
    const shard = await open();
    const stream = shard.create();
    fill(stream, 100, () => 'a');
    stream.setValue('before', Buffer.from('0'));
    stream.setValue('gone', Buffer.from('0'));
    const flushing = shard.flush(100);
    expect(stream.value('before')?.toString()).toBe('0');
    stream.setValue('gone', undefined);
    stream.remove(50);
    fill(stream, 10, () => 'b');
    stream.setValue('x', Buffer.from('1'));
    expect(stream.get(7)?.subject).toBe('a');
    await flushing;
    await expect(Promise.all([shard.flush(110), shard.flush(110)])).rejects.toThrow('under way');
    await shard.close();

    const again = await open();
    expect(only(again).get(50)).toBeUndefined();
    expect(only(again)).toMatchObject({ last: 110, messages: 109 });
    expect([...only(again).values('')].map(([name, value]) => `${name}=${value}`)).toEqual(['before=0', 'x=1']);
    await again.close();
  });

  it('asks for a flush when enough is in memory', async () => {
    let wanted = 0;
    const shard = await open({ flushBytes: 100_000, onFlushWanted: () => wanted++ });
    const stream = shard.create();
    fill(stream, 100, () => 'a');
    expect(wanted).toBe(0);
    fill(stream, 1000, () => 'a');
    expect(wanted).toBe(1);
    await shard.flush(1);
    expect(shard.dirtyBytes).toBe(0);
    fill(stream, 1000, () => 'a');
    expect(wanted).toBe(2);
    await shard.close();
  });

  it('bounds what decoded records take', async () => {
    const shard = await open({ cacheBytes: 200_000 });
    const stream = shard.create();
    fill(stream, 50_000, (i) => `s.${i % 5000}`);
    await shard.flush(1);
    for (let i = 1; i < 50_000; i += 97) expect(stream.get(i)?.sequence).toBe(i);
    expect(stream.count(1, subjectFilter(['s.*']))).toBe(50_000);
    for (let i = 1; i < 50_000; i += 97) stream.get(i);
    expect(shard.cacheBytes).toBeLessThan(400_000);
    await shard.close();
  });

  it('never writes what came and went between two flushes', async () => {
    const puts: Buffer[] = [];
    const shard = await open({
      open: (directory) =>
        refusing(directory, (writes) => {
          puts.push(...writes.puts.map(([recordKey]) => recordKey));
          return undefined;
        }),
    });
    const stream = shard.create();
    fill(stream, 5000, () => 'work');
    for (let i = 1; i <= 5000; i++) stream.remove(i);
    await shard.flush(1);
    expect(puts.filter(([type]) => type === KeyType.Page || type === KeyType.Block)).toEqual([]);
    await shard.close();
  });

  it('clears a purged stream away, also when it was interrupted', async () => {
    const records = async (type: number): Promise<number> => {
      const database = await openDatabase(type);
      const keys = await database.keys(Buffer.from([type]), Buffer.from([type + 1]), 100_000);
      await database.close();
      // That a flush wrote pages is none.
      return keys.filter(({ length }) => type !== KeyType.Page || length === PAGE_KEY_BYTES).length;
    };
    let shard = await open();
    const stream = shard.create();
    fill(stream, 20_000, (i) => `s.${i % 300}`);
    await shard.flush(1);
    expect(stream.removeThrough(20_000)).toBe(20_000);
    fill(stream, 5, () => 'after');
    await shard.flush(2);
    await shard.close();
    expect(await records(KeyType.Garbage)).toBe(1);

    shard = await open();
    shard.drop(shard.create().id);
    await cleared(shard);
    expect(only(shard)).toMatchObject({ first: 20_001, messages: 5 });
    await shard.close();
    expect(await records(KeyType.Garbage)).toBe(0);
    expect(await records(KeyType.Page)).toBe(1);
    expect(await records(KeyType.SubjectHash)).toBe(1);
  });

  it('drops a stream with all it had', async () => {
    let shard = await open();
    const stream = shard.create();
    stream.setValue('config', Buffer.from('x'));
    fill(stream, 2000, () => 'a');
    await shard.flush(1);
    shard.drop(stream.id);
    await shard.flush(2);
    await cleared(shard);
    await shard.close();
    const database = await openLevelDatabase(folder);
    const left = await database.keys(Buffer.from([KeyType.Shard]), Buffer.from([0xff]), 1000);
    await database.close();
    expect(left.map(([type]) => type)).toEqual([KeyType.Shard, KeyType.Flush, KeyType.Flush, KeyType.Flush]);
    shard = await open();
    expect(shard.streams.size).toBe(0);
    await shard.close();
  });

  it('rewrites pages of which little is left', async () => {
    const shard = await open();
    const stream = shard.create();
    fill(stream, 10_000, () => 'a', 1000);
    await shard.flush(1);
    for (let i = 1; i <= 10_000; i++) if (i % 20 > 0) stream.remove(i);
    await shard.flush(2);
    await shard.reclaim();
    await shard.close();
    const database = await openDatabase(KeyType.Page);
    let bytes = 0;
    for (const [, value] of await database.entries(
      Buffer.from([KeyType.Page]),
      Buffer.from([KeyType.Page + 1]),
      10_000,
    )) {
      bytes += value.length;
    }
    await database.close();
    expect(bytes).toBeLessThan(500 * 1100 * 2);
    const again = await open();
    for (let i = 20; i <= 10_000; i += 20) expect(only(again).get(i)?.content[0]).toBe((i - 1) % 251);
    await again.close();
  });

  it('removes pages that nothing leads to, some at a time', async () => {
    let openedPages!: Database;
    const shard = await open({
      obsoletePagesMax: 3,
      open: async (directory) => {
        openedPages = await openLevelDatabase(directory);
        return openedPages;
      },
    });
    const stream = shard.create();
    const pages = (): Promise<number> => pagesIn(openedPages);
    for (let i = 0; i < 5; i++) {
      fill(stream, 1, () => 'a');
      await shard.flush(i);
    }
    expect(await pages()).toBe(5);
    stream.remove(1);
    stream.remove(2);
    await shard.flush(6);
    await shard.flush(7);
    expect(await pages()).toBe(5);
    stream.remove(3);
    await shard.flush(8);
    // The one that notes them cannot remove them: a crash would leave what leads to them.
    expect(await pages()).toBe(5);
    await shard.flush(9);
    expect(await pages()).toBe(2);
    stream.remove(4);
    await shard.flush(10);
    await shard.reclaim();
    expect(await pages()).toBe(1);
    expect(stream.get(5)?.subject).toBe('a');
    await shard.close();
  });

  it('leaves nothing on disk of what was removed for good', async () => {
    const shard = await open();
    const stream = shard.create();
    fill(stream, 10, () => 'a');
    stream.append(11, 'a', Buffer.from('the secret of the eleventh'), 0, 1, 0);
    fill(stream, 10, () => 'a');
    await shard.flush(1);
    expect(onDisk('the secret')).toBe(true);
    stream.remove(11, true);
    await shard.flush(2);
    await shard.close();
    expect(onDisk('the secret')).toBe(false);
  });
});

function onDisk(text: string): boolean {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.some(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(text));
}

/** Resolves when nothing is left to clear away. */
async function cleared(shard: ShardStore): Promise<void> {
  await shard.flush(shard.applied);
  await shard.idle();
}

describe('what was removed for good from a page that was written anew before', () => {
  it.each([
    ['noted', 1000],
    ['removed', 1],
  ])('is not on disk, though the page as it was has only been %s', async (_, obsoletePagesMax) => {
    const shard = await open({ obsoletePagesMax });
    const stream = shard.create();
    fill(stream, 40, () => 'a');
    stream.append(41, 'a', Buffer.from('the secret of the page'), 0, 1, 0);
    await shard.flush(1);
    for (let round = 0; round < 2; round++) {
      for (let sequence = 1; sequence < stream.last; sequence++)
        if (sequence % (4 + 12 * round) > 0) stream.remove(sequence);
      await shard.flush(2 + 2 * round);
      await shard.flush(3 + 2 * round);
    }
    expect(stream.messages).toBe(3);
    expect(onDisk('the secret')).toBe(true);
    stream.remove(41, true);
    await shard.flush(6);
    expect(onDisk('the secret')).toBe(false);
    expect(stream.get(16)?.content[0]).toBe(15);
    await shard.close();
    expect(onDisk('the secret')).toBe(false);
  });
});

const pagesIn = async (pages: Database): Promise<number> =>
  (await pages.keys(PAGES_BEGIN, RECORDS_END, 10_000)).filter(({ length }) => length === PAGE_KEY_BYTES).length;

describe('a crash between the pages of a flush and what leads to them', () => {
  let writesLeft: number;

  const openInterruptible = async (): Promise<ShardStore> => {
    writesLeft = Number.POSITIVE_INFINITY;
    return open({
      obsoletePagesMax: 1,
      open: (directory) => refusing(directory, () => (writesLeft-- > 0 ? undefined : new Error('interrupted'))),
    });
  };

  const interruptedFlush = async (shard: ShardStore): Promise<void> => {
    writesLeft = 1;
    await expect(shard.flush(2)).rejects.toThrow('interrupted');
    await shard.close();
  };

  it('leaves the pages that were, whatever was made of them', async () => {
    let shard = await openInterruptible();
    fill(shard.create(), 2000, () => 'a', 200);
    await shard.flush(1);
    for (let sequence = 1; sequence <= 2000; sequence++) if (sequence % 10 > 0) only(shard).remove(sequence);
    await interruptedFlush(shard);
    shard = await openInterruptible();
    expect(shard.applied).toBe(1);
    for (let sequence = 1; sequence <= 2000; sequence++) {
      expect(only(shard).get(sequence)?.content[0]).toBe((sequence - 1) % 251);
    }
    await shard.close();
  });

  it('leaves pages that the next flush removes', async () => {
    let shard = await openInterruptible();
    fill(shard.create(), 10, () => 'a');
    await shard.flush(1);
    fill(only(shard), 5000, () => 'a');
    await interruptedFlush(shard);
    shard = await openInterruptible();
    fill(only(shard), 10, () => 'a');
    await shard.flush(2);
    await shard.close();
    const pages = await openDatabase(KeyType.Page);
    expect(await pagesIn(pages)).toBe(2);
    await pages.close();
    shard = await open();
    expect(only(shard).get(15)?.sequence).toBe(15);
    await shard.close();
  });
});

describe('errors of the disk', () => {
  it('surface, and leave nothing half written', async () => {
    let full = false;
    const refuse = (): Error | undefined =>
      full ? Object.assign(new Error('No space left on device'), { code: 'ENOSPC' }) : undefined;
    let shard = await open({ open: (directory) => refusing(directory, refuse) });
    const stream = shard.create();
    fill(stream, 10, () => 'a');
    await shard.flush(10);
    full = true;
    fill(stream, 10, () => 'b');
    await expect(shard.flush(20)).rejects.toMatchObject({ code: 'FAILED', cause: { code: 'ENOSPC' } });
    full = false;
    await expect(shard.flush(20)).rejects.toBeInstanceOf(ShardError);
    expect(shard.applied).toBe(10);
    await shard.close();

    shard = await open();
    expect(shard.applied).toBe(10);
    expect(only(shard)).toMatchObject({ last: 10, messages: 10 });
    await shard.close();
  });
});

it('has the small values of each stream in its turn without reading any by itself', async () => {
  const first = await open();
  for (let s = 0; s < 3; s++) {
    const stream = first.create();
    for (let i = 0; i < 200; i++) stream.setValue(`value/${i}`, Buffer.from(`${s} ${i}`));
  }
  await first.flush(1);
  await first.close();
  await tamper(key(KeyType.Value, 3, 7), flipBit);

  const asked: Buffer[] = [];
  const counting = async (directory: string): Promise<Database> => {
    const database = await openLevelDatabase(directory);
    return {
      ...database,
      get: (wanted) => {
        asked.push(wanted);
        return database.get(wanted);
      },
    };
  };
  const shard = await open({ open: counting });
  asked.length = 0;
  const met: number[] = [];
  for await (const stream of shard.withValues()) {
    const s = met.push(stream.id) - 1;
    for (let i = 0; i < 200; i++) {
      if (s === 1 && i === 6) expect(() => stream.value('value/6')).toThrow(/value value\/6 of stream 3/);
      else expect(stream.value(`value/${i}`)?.toString()).toBe(`${s} ${i}`);
    }
  }
  expect(met).toEqual([1, 3, 5]);
  // The damaged one alone.
  expect(asked).toEqual([key(KeyType.Value, 3, 7)]);
  expect(shard.streams.get(1)?.value('value/0')?.toString()).toBe('0 0');
  expect(asked).toHaveLength(2);
  await shard.close();
});

it('puts a flush together in pieces, with what was there when it began', async () => {
  const options = { turnBytes: 1 };
  const shard = await open(options);
  const stream = shard.create();
  fill(stream, 5000, (i) => `s.${i % 700}`);
  stream.setValue('value', Buffer.from('then'));
  const flushing = shard.flush(1);
  await nextTurn();
  // Pages, indexes, subjects and values that it has not got yet.
  stream.remove(4990, true);
  for (let at = 1; at <= 4000; at += 2) stream.remove(at);
  stream.setValue('value', Buffer.from('now'));
  fill(stream, 1000, (i) => `new.${i}`);
  const seen = picture(stream);
  await flushing;
  expect(picture(stream)).toEqual(seen);
  await shard.close();

  const before = await open(options);
  const then = only(before);
  expect(picture(then)).toMatchObject({ first: 1, last: 5000, messages: 5000, subjectCount: 700 });
  expect(then.value('value')?.toString()).toBe('then');
  for (let at = 1; at <= 5000; at++) expect(then.get(at)?.subject).toBe(`s.${(at - 1) % 700}`);
  expect(then.subject('s.0')).toEqual({ messages: 8, first: 1, last: 4901 });
  expect(then.subject('new.0')).toBeUndefined();

  // And all messages at once, another stream, too.
  const flushingAgain = before.flush(2);
  then.setValue('value', Buffer.from('again'));
  then.removeThrough(then.last);
  fill(then, 10, () => 'other');
  await flushingAgain;
  await before.flush(3);
  await before.close();
  const after = await open(options);
  expect(picture(only(after))).toMatchObject({ first: 5001, last: 5010, messages: 10, subjectCount: 1 });
  expect(only(after).value('value')?.toString()).toBe('again');
  await after.close();
});

describe('damage', () => {
  const written = async (): Promise<number> => {
    const shard = await open();
    const stream = shard.create();
    stream.setValue('config', Buffer.from('config of the stream'));
    fill(stream, 3000, (i) => `s.${i % 10}`);
    await shard.flush(1);
    await shard.close();
    return 2;
  };

  it('of a page names the sequences; the others are there', async () => {
    const incarnation = await written();
    await tamper(pageKey(1, incarnation, 1024), flipBit);
    const shard = await open();
    const stream = only(shard);
    expect(() => stream.get(1030)).toThrow(DamagedError);
    expect(() => stream.get(1030)).toThrow(/page of stream 1, sequences 1024 to \d+/);
    expect(stream.get(1023)?.subject).toBe('s.2');
    expect(stream.get(2048)?.subject).toBe('s.7');
    expect(stream.remove(1030)).toBe(true);
    fill(stream, 1, () => 'new');
    await shard.flush(2);
    expect(stream.last).toBe(3001);
    await shard.close();
  });

  it.each([
    ['changed', flipBit],
    ['gone', () => undefined],
  ])('of an index that is %s names the sequences; the others are there', async (_, change) => {
    const incarnation = await written();
    await tamper(key(KeyType.Block, incarnation, 1), change);
    const shard = await open();
    const stream = only(shard);
    expect(() => stream.get(1030)).toThrow('index of stream 1, sequences 1024 to 2047');
    expect(stream.get(1023)?.subject).toBe('s.2');
    expect(stream.next(2048, subjectFilter(['s.*']))).toBe(2048);
    // What can't be done is not done in part.
    stream.removeThrough(1022);
    expect(() => stream.remove(1023)).toThrow(DamagedError);
    expect(stream.get(1023)?.subject).toBe('s.2');
    expect(stream).toMatchObject({ first: 1023, messages: 1978 });
    expect(stream.removeThrough(3000)).toBe(1978);
    expect(stream).toMatchObject({ first: 3001, messages: 0, bytes: 0, subjectCount: 0 });
    await shard.close();
  });

  it('of a value or a state is told of', async () => {
    await written();
    await tamper(key(KeyType.Value, 1, 1), flipBit);
    const shard = await open();
    expect(() => only(shard).value('config')).toThrow('value config of stream 1');
    await shard.close();
    await tamper(Buffer.from([KeyType.Stream, 0, 0, 0, 1]), flipBit);
    const again = await open();
    expect(again.streams.size).toBe(0);
    expect(again.damaged.map(({ message }) => message)).toEqual(['damaged on disk: state of stream 1']);
    await again.close();
  });

  it('a record under another key is none', () => {
    const value = Buffer.from('value');
    const sealed = checksum.seal(Buffer.from('one'), value);
    expect(checksum.open(Buffer.from('one'), sealed)).toEqual(value);
    expect(checksum.open(Buffer.from('two'), sealed)).toBeUndefined();
  });

  it('a flush that LevelDB lost is noticed', async () => {
    const shard = await open();
    for (let i = 1; i <= 3; i++) await shard.flush(i);
    await shard.close();
    await tamper(key(KeyType.Flush, 0, 2), () => undefined);
    await expect(open()).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('flush 2 of 3') });
  });

  it('a database that is older than its pages is noticed', async () => {
    const shard = await open();
    const stream = shard.create();
    fill(stream, 100, () => 'a');
    await shard.flush(1);
    await shard.close();
    const early = join(folder, 'early');
    for (const name of readdirSync(folder)) if (name !== PAGES_FOLDER) cpSync(join(folder, name), join(early, name));
    const again = await open();
    only(again).removeThrough(50);
    only(again).removeThrough(100);
    await again.flush(2);
    await again.idle();
    await again.close();
    cpSync(join(folder, PAGES_FOLDER), join(early, PAGES_FOLDER), { recursive: true });
    await expect(open({}, early)).rejects.toMatchObject({
      code: 'DAMAGED',
      message: expect.stringMatching('pages are gone that flush 1 of 2 had'),
    });
  });

  it('of the shard itself is noticed', async () => {
    await written();
    await tamper(Buffer.from([KeyType.Shard]), flipBit);
    await expect(open()).rejects.toMatchObject({ code: 'DAMAGED' });
    await tamper(Buffer.from([KeyType.Shard]), () => undefined);
    await expect(open()).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});

describe("LevelDB's newest files cut, or a bit flipped, at any byte", () => {
  const written = async (): Promise<Map<number, number>> => {
    const shard = await open({}, join(folder, 'whole'));
    const stream = shard.create();
    const lastOf = new Map([[0, 0]]);
    for (let i = 1; i <= 20; i++) {
      fill(stream, 30, (at) => `s.${at % 3}`, 60);
      if (i > 2) stream.remove(stream.first + 5);
      await shard.flush(i);
      lastOf.set(i, stream.last);
    }
    await shard.close();
    return lastOf;
  };

  /** A copy of the shard, with its newest log in one of its folders harmed. */
  const harmed = (inFolder: string, part: number, flip: boolean): string => {
    const copy = join(folder, 'copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(join(folder, 'whole'), copy, { recursive: true });
    const log = readdirSync(join(copy, inFolder)).filter((name) => name.endsWith('.log'))[0] as string;
    const path = join(copy, inFolder, log);
    const size = statSync(path).size;
    const at = Math.floor(size * part);
    if (flip) {
      const bytes = readFileSync(path);
      bytes[Math.min(at, size - 1)] ^= 1;
      writeFileSync(path, bytes);
    } else {
      truncateSync(path, at);
    }
    return copy;
  };

  it('leave an older state whole, or an error; never another state', async () => {
    const lastOf = await written();
    let olderStates = 0;
    await fc.assert(
      fc.asyncProperty(part, fc.boolean(), async (at, flip) => {
        let cut: ShardStore;
        try {
          cut = await open({}, harmed('', at, flip));
        } catch (error) {
          expect(error).toMatchObject({ name: 'ShardError', code: 'DAMAGED' });
          expect(flip).toBe(true);
          return;
        }
        if (cut.applied < 20) olderStates++;
        const last = only(cut)?.last ?? 0;
        expect(last).toBe(lastOf.get(cut.applied));
        for (let sequence = 1; sequence <= last; sequence++) {
          const message = only(cut).get(sequence);
          if (message !== undefined) expect(message.content[0]).toBe(((sequence - 1) % 30) % 251);
        }
        await cut.close();
      }),
      { numRuns: 40 },
    );
    expect(olderStates).toBeGreaterThan(0);
  });

  it('of the pages: each message is right, or damaged, which is said', async () => {
    await written();
    const whole = await open({}, harmed(PAGES_FOLDER, 1, false));
    expect(whole.damaged).toEqual([]);
    await whole.close();
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(part, fc.boolean(), async (at, flip) => {
        const shard = await open({}, harmed(PAGES_FOLDER, at, flip));
        expect(shard.applied).toBe(20);
        let damaged = 0;
        for (let sequence = 1; sequence <= 600; sequence++) {
          try {
            const message = only(shard).get(sequence);
            if (message !== undefined) expect(message.content[0]).toBe(((sequence - 1) % 30) % 251);
          } catch (error) {
            expect(error).toBeInstanceOf(DamagedError);
            damaged++;
          }
        }
        if (damaged > 0) {
          lost++;
          expect(shard.damaged.map(({ message }) => message).join()).toMatch('damaged on disk: pages of flush');
        }
        await shard.close();
      }),
      { numRuns: 15 },
    );
    expect(lost).toBeGreaterThan(0);
  });
});

type Step =
  | { do: 'append'; messages: number; subjects: number; bytes: number }
  | { do: 'remove'; messages: number; from: number; every: number }
  | { do: 'removeThrough'; part: number }
  | { do: 'gap'; by: number }
  | { do: 'flush' }
  | { do: 'wait'; turns: number }
  | { do: 'crash' }
  | { do: 'interrupted flush'; writes: number };

const part = fc.double({ min: 0, max: 1, noNaN: true });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      messages: fc.integer({ min: 1, max: 3000 }),
      subjects: fc.constantFrom(1, 3, 50, 1000),
      bytes: fc.constantFrom(0, 10, 100, 900),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      messages: fc.integer({ min: 1, max: 2000 }),
      from: part,
      every: fc.constantFrom(-3, -1, 1, 2, 7),
    }),
  },
  fc.record({ do: fc.constant('removeThrough' as const), part }),
  fc.record({ do: fc.constant('gap' as const), by: fc.constantFrom(1, 5000, 3_000_000) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  fc.record({ do: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant('crash' as const) }),
  // Between the pages and what leads to them, mostly.
  fc.record({ do: fc.constant('interrupted flush' as const), writes: fc.constantFrom(0, 1, 1, 2) }),
);

function apply(store: StreamStore, step: Step): unknown {
  if (step.do === 'append')
    return fill(store, step.messages, (i) => `t.${(i * 7 + step.bytes) % step.subjects}.x`, step.bytes);
  if (step.do === 'gap') return store.skipTo(store.last + step.by);
  if (step.do === 'removeThrough')
    return store.removeThrough(store.first + Math.floor((store.messages + 10) * step.part));
  if (step.do !== 'remove') return undefined;
  let removed = 0;
  let at = store.next(store.first + Math.floor((store.last - store.first) * step.from));
  for (let i = 0; i < step.messages; i++, at += step.every) if (store.remove(at)) removed++;
  return removed;
}

const picture = ({ first, last, messages, bytes, subjectCount, deletedCount }: StreamStore) => ({
  first,
  last,
  messages,
  bytes,
  subjectCount,
  deletedCount,
});

const twinFilters = [undefined, ['t.1.x'], ['t.0.x', 't.2.x'], ['t.*.x'], ['t.7.>', 't.4.x'], ['*.33.*'], ['u.>']].map(
  (patterns) => patterns && subjectFilter(patterns),
);

function expectSame(store: StreamStore, twin: StreamStore): void {
  expect(picture(store)).toEqual(picture(twin));
  const points = [twin.first, twin.last];
  for (let i = 1; i < 12; i++) points.push(twin.first + Math.floor(((twin.last - twin.first) * i) / 12));
  for (const filter of twinFilters) {
    const name = filter?.patterns.join();
    for (const at of points) {
      expect([name, at, store.next(at, filter)]).toEqual([name, at, twin.next(at, filter)]);
      expect([name, at, store.previous(at, filter)]).toEqual([name, at, twin.previous(at, filter)]);
      expect([name, at, store.count(at, filter)]).toEqual([name, at, twin.count(at, filter)]);
    }
  }
  for (const at of points) {
    const [message, other] = [store.get(at), twin.get(at)];
    expect(message?.subject).toBe(other?.subject);
    expect(message?.content).toEqual(other?.content);
  }
  const states = new Map(
    [...twin.subjects()].map(([name, { messages, first, last }]) => [name, { messages, first, last }]),
  );
  expect(new Map(store.subjects())).toEqual(states);
  expect(store.deleted(twin.first, 50)).toEqual(twin.deleted(twin.first, 50));
}

describe('against the store in memory', () => {
  it('finds what is rare among many, wherever it looks from', async () => {
    const shard = await open({ cacheBytes: 300_000 });
    const store = shard.create();
    const twin = new MemoryStreamStore(overheads);
    // Rare ones are up to 40 blocks apart: further than is searched message by message.
    const subject = (i: number): string =>
      i % 20_011 < 3 ? `rare.${i % 2}` : i % 997 === 0 ? `some.${i % 5}` : 'often';
    for (const each of [store, twin]) fill(each, 120_000, subject, 0);
    await shard.flush(1);
    const filters = [['rare.0'], ['rare.1', 'none'], ['some.3'], ['rare.*'], ['some.*'], ['rare.*', 'some.1']].map(
      subjectFilter,
    );
    const compareAll = (): void => {
      for (let at = 1; at < 120_000; at += 3001) {
        for (const filter of filters) {
          const name = `${filter?.patterns} ${at}`;
          expect([name, store.next(at, filter)]).toEqual([name, twin.next(at, filter)]);
          expect([name, store.previous(at, filter)]).toEqual([name, twin.previous(at, filter)]);
          expect([name, store.count(at, filter)]).toEqual([name, twin.count(at, filter)]);
        }
      }
      for (const [name, { messages, first, last }] of twin.subjects()) {
        expect([name, store.subject(name)]).toEqual([name, { messages, first, last }]);
      }
    };
    compareAll();
    // The oldest and the newest of each go, then a stretch whose blocks go with it: what led through them is broken.
    for (const name of ['rare.0', 'rare.1', 'some.2']) {
      for (const each of [store, twin]) {
        each.remove(each.subject(name)?.first as number);
        each.remove(each.subject(name)?.last as number);
      }
    }
    compareAll();
    for (let sequence = 55_000; sequence < 63_000; sequence++)
      expect(store.remove(sequence)).toBe(twin.remove(sequence));
    await shard.flush(2);
    compareAll();
    for (let at = twin.subject('rare.0')?.last; at !== undefined && at > 40_000; at = twin.subject('rare.0')?.last) {
      expect(store.remove(at)).toBe(twin.remove(at));
      expect(store.subject('rare.0')).toEqual({
        messages: expect.anything(),
        first: twin.subject('rare.0')?.first,
        last: twin.subject('rare.0')?.last,
      });
    }
    compareAll();
    await shard.close();
  });

  it('is its twin, also after crashes that lose what was not flushed', async () => {
    let directories = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 14 }), async (steps) => {
        const directory = join(folder, `${++directories}`);
        let writesLeft = Number.POSITIVE_INFINITY;
        const options: Partial<ShardStoreOptions> = {
          cacheBytes: 100_000,
          obsoletePagesMax: 20,
          // Whatever a flush lacks may change before its next piece is put into it.
          turnBytes: 1,
          open: (path) => refusing(path, () => (writesLeft-- > 0 ? undefined : new Error('interrupted'))),
        };
        let shard = await open(options, directory);
        shard.create();
        await shard.flush(0);
        const twin = new MemoryStreamStore(overheads);
        let flushing: Promise<void> | undefined;
        try {
          for (const [i, step] of steps.entries()) {
            if (step.do === 'flush') {
              await flushing;
              flushing = shard.flush(i);
            } else if (step.do === 'wait') {
              for (let left = step.turns; left > 0; left--) await nextTurn();
            } else if (step.do === 'crash' || step.do === 'interrupted flush') {
              if (step.do === 'interrupted flush') {
                await flushing;
                writesLeft = step.writes;
                await shard.flush(i).catch((error) => expect(error).toBeInstanceOf(ShardError));
              }
              await shard.close();
              writesLeft = Number.POSITIVE_INFINITY;
              shard = await open(options, directory);
              expect(shard.damaged).toEqual([]);
              for (const again of steps.slice(shard.applied, i)) apply(only(shard), again);
            } else {
              expect(apply(only(shard), step)).toEqual(apply(twin, step));
            }
          }
          expectSame(only(shard), twin);
          await flushing;
          await shard.flush(steps.length);
          await shard.close();
          shard = await open(options, directory);
          expectSame(only(shard), twin);
        } finally {
          await flushing;
          await shard.close();
          rmSync(directory, { recursive: true });
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 25) },
    );
  }, 120_000);
});
