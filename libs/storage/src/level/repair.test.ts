import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harmIndex } from './harm.ts';
import { repairShard } from './repair.ts';
import { ShardStore } from './shard-store.ts';
import { harmedTables } from './table.ts';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skein-repair-'));
  const shard = await open('shard');
  const stream = shard.create();
  for (let flush = 1; flush <= 5; flush++) {
    for (let i = 0; i < 2000; i++) stream.append(stream.last + 1, `s.${i % 7}`, Buffer.alloc(500, flush), 0, 1, 2);
    stream.removeThrough(stream.last - 1500);
    stream.setValue('round', Buffer.from(String(flush)));
    await shard.flush(flush);
  }
  await shard.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (name: string): Promise<ShardStore> =>
  ShardStore.open(join(folder, name, 'level'), { overheadBytes: 16, headerOverheadBytes: 4 });

const contents = (): string[] => {
  const level = join(folder, 'shard', 'level');
  return filesIn(level).map((name) => `${name} ${readFileSync(join(level, name)).toString('latin1')}`);
};

/** Of both databases. */
const filesIn = (level: string): string[] =>
  readdirSync(level, { recursive: true, encoding: 'utf8' }).filter((name) => basename(name) !== 'pages');

const gone = (path: string): void => rmSync(path);
const cut = (path: string): void => writeFileSync(path, readFileSync(path).subarray(0, 10));
const tables = (): string[] => contents().filter((file) => /^(?:pages\/)?\d+\.(?:ldb|log) /.test(file));

describe('a shard whose manifest is lost', () => {
  it.each([
    ['MANIFEST', 'gone', gone],
    ['MANIFEST', 'cut', cut],
    // What names it: without, LevelDB would begin anew, and remove what it does not know.
    ['CURRENT', 'gone', gone],
    ['CURRENT', 'cut', cut],
  ])('%s %s: is not opened; its copy is repaired, and it is left as it is', async (file, _, harm) => {
    const whole = tables();
    for (const name of filesIn(join(folder, 'shard', 'level'))) {
      if (basename(name).startsWith(file)) harm(join(folder, 'shard', 'level', name));
    }
    await expect(open('shard')).rejects.toThrow();
    expect(tables()).toEqual(whole);
    const before = contents();
    await repairShard(join(folder, 'shard'), join(folder, 'copy'));
    expect(contents()).toEqual(before);

    const shard = await open('copy');
    expect(shard.applied).toBe(5);
    const [stream] = shard.streams.values();
    expect([stream?.first, stream?.last, stream?.messages]).toEqual([8501, 10_000, 1500]);
    for (let at = 8501; at <= 10_000; at++) expect(stream?.get(at)?.content).toEqual(Buffer.alloc(500, 5));
    expect(stream?.value('round')?.toString()).toBe('5');
    await shard.close();
  });
});

/** The newest table, of pages. What was in LevelDB's log becomes one by opening it. */
const table = async (): Promise<string> => {
  await (await open('shard')).close();
  const level = join(folder, 'shard', 'level');
  const names = filesIn(level).filter((name) => name.endsWith('.ldb'));
  return join(level, names.sort().at(-1) as string);
};

/** One bit: so far from the end, or at that part of it. */
const flip =
  (at: number) =>
  (path: string): void => {
    const bytes = readFileSync(path);
    const place = at < 0 ? bytes.length + at : Math.floor(bytes.length * at);
    bytes[place] = (bytes[place] as number) ^ 4;
    writeFileSync(path, bytes);
  };

describe('a table whose records can be read', () => {
  it.each([
    ['its index, so that LevelDB ends the process', harmIndex],
    ['the end of its index', flip(-60)],
    ['its footer', flip(-45)],
    ['the number that its footer ends with', flip(-1)],
  ])('%s is harmed: the copy has everything', async (_, harm) => {
    const harmed = await table();
    harm(harmed);
    await repairShard(join(folder, 'shard'), join(folder, 'copy'));
    expect(await harmedTables(join(folder, 'shard', 'level'))).toHaveLength(1);
    expect(await harmedTables(join(folder, 'copy', 'level'))).toEqual([]);
    const shard = await open('copy');
    const [stream] = shard.streams.values();
    expect([stream?.first, stream?.last, stream?.messages]).toEqual([8501, 10_000, 1500]);
    for (let at = 8501; at <= 10_000; at++) expect(stream?.get(at)?.content).toEqual(Buffer.alloc(500, 5));
    await shard.close();
  });

  it('keeps a record that is another, which is found to be damaged', async () => {
    flip(0.9)(await table());
    await repairShard(join(folder, 'shard'), join(folder, 'copy'));
    expect(await harmedTables(join(folder, 'copy', 'level'))).toEqual([]);
    const shard = await open('copy');
    const [stream] = shard.streams.values();
    let lost = 0;
    for (let at = 8501; at <= 10_000; at++) {
      try {
        expect(stream?.get(at)?.content).toEqual(Buffer.alloc(500, 5));
      } catch (error) {
        expect((error as Error).message).toMatch('damaged on disk: page of stream');
        lost++;
      }
    }
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(64);
    await shard.close();
  });
});

/** The first key, so that it stands behind the next. */
function misplace(path: string): void {
  const bytes = readFileSync(path);
  // Shared, others, bytes of the value: one or two.
  const key = (bytes[2] as number) < 128 ? 3 : 4;
  bytes[key] = (bytes[key] as number) ^ 128;
  writeFileSync(path, bytes);
}

it.each([
  ['how long the first key is', flip(0)],
  ['their order', misplace],
])('says so when records of a table cannot be read: %s', async (_, harm) => {
  harm(await table());
  const repaired = repairShard(join(folder, 'shard'), join(folder, 'copy'));
  await expect(repaired).rejects.toThrow(/^pages\/\d+\.ldb: records are harmed, and cannot be mended$/);
});

it('writes over nothing', async () => {
  await repairShard(join(folder, 'shard'), join(folder, 'copy'));
  await expect(repairShard(join(folder, 'shard'), join(folder, 'copy'))).rejects.toThrow();
});
