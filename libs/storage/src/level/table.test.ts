import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskedCrc32c } from '@skein/s2/crc32c';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLevelDatabase } from './database.ts';
import { tablesInUse } from './manifest.ts';
import { harmedTables, harmOfTable } from './table.ts';

let folder: string;
let table: string;

/** One table: 40 blocks or so, and one that is larger than what is read at once. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skein-table-'));
  const database = await openLevelDatabase(folder);
  const puts = Array.from({ length: 400 }, (_, i) => {
    const key = Buffer.alloc(9);
    key.writeUInt32BE(i);
    return [key, Buffer.alloc(i === 200 ? 1_200_000 : 100 + (i % 300), i)] as const;
  });
  await database.write({ removed: [], puts }, true);
  await database.compact(Buffer.alloc(1), Buffer.from([255]));
  await database.close();
  const tables = readdirSync(folder).filter((name) => name.endsWith('.ldb'));
  expect(tables).toHaveLength(1);
  table = join(folder, tables[0] as string);
});

afterAll(() => rmSync(folder, { recursive: true }));

it('finds nothing in a table as it was written', async () => {
  expect(await harmedTables(folder)).toEqual([]);
  expect(await harmedTables(join(folder, 'nowhere'))).toEqual([]);
});

it('does not look at tables that are not in use: a compaction that was killed leaves half of one', async () => {
  const name = join(folder, '000999.ldb');
  writeFileSync(name, readFileSync(table).subarray(0, 1000));
  expect(await harmedTables(folder)).toEqual([]);
  rmSync(name);
});

it('finds any bit that is another, wherever it is', async () => {
  const whole = readFileSync(table);
  const end = whole.length;
  // Every byte of the footer, of the index and of what leads to it; now and then one before.
  const places = Array.from({ length: 700 }, (_, i) => end - 1 - i);
  for (let at = 0; at < end - 700; at += 47_001) places.push(at);
  const unseen: string[] = [];
  const file = openSync(table, 'r+');
  for (const [i, at] of places.entries()) {
    const byte = whole[at] as number;
    writeSync(file, Buffer.of(byte ^ (1 << (i % 8))), 0, 1, at);
    if ((await harmOfTable(table)) === undefined) unseen.push(`bit ${i % 8} of ${at - end}`);
    writeSync(file, Buffer.of(byte), 0, 1, at);
  }
  closeSync(file);
  expect(await harmOfTable(table)).toBeUndefined();
  expect(unseen).toEqual([]);
});

it('finds that a table was cut off, and says which one it is', async () => {
  const whole = readFileSync(table);
  for (const bytes of [0, 20, 60, whole.length - 1]) {
    truncateSync(table, bytes);
    expect(await harmedTables(folder)).toEqual([expect.stringMatching(/^\d+\.ldb: /)]);
    writeFileSync(table, whole);
  }
});

it('follows a manifest over many changes of its tables', async () => {
  const busy = mkdtempSync(join(tmpdir(), 'skein-tables-'));
  try {
    const database = await openLevelDatabase(busy);
    // More than a block of the manifest: some 100 bytes a change.
    const key = Buffer.alloc(1000, 7);
    for (let round = 0; round < 40; round++) {
      await database.write({ removed: [], puts: [[key, Buffer.of(round)]] }, false);
      await database.compact(Buffer.alloc(1), Buffer.from([255]));
    }
    await database.close();
    const there = readdirSync(busy).filter((name) => name.endsWith('.ldb'));
    expect([...(await tablesInUse(busy))].sort((a, b) => a - b)).toEqual(
      there.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b),
    );
    const manifest = join(busy, readdirSync(busy).find((name) => name.startsWith('MANIFEST')) as string);
    expect(readFileSync(manifest).length).toBeGreaterThan(2 * 32_768);
  } finally {
    rmSync(busy, { recursive: true });
  }
});

/** An edit that adds a table whose first key has so many bytes, as a record of a log. */
function addition(table: number, keyBytes: number): Buffer {
  const length = [(keyBytes & 127) + 128, keyBytes >> 7];
  const edit = Buffer.concat([Buffer.of(7, 0, table, 1, ...length), Buffer.alloc(keyBytes), Buffer.of(0)]);
  const typed = Buffer.concat([Buffer.of(1), edit]);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(maskedCrc32c(typed));
  head.writeUInt16LE(edit.length, 4);
  return Buffer.concat([head, typed]);
}

it.each([0, 1, 6])('goes on behind a block of the manifest that has %i bytes left', async (left) => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-manifest-'));
  try {
    const first = addition(1, 16_380);
    const second = addition(2, 32_768 - left - first.length - (first.length - 16_380));
    const log = Buffer.concat([first, second, Buffer.alloc(left), addition(3, 200)]);
    expect(first.length + second.length).toBe(32_768 - left);
    writeFileSync(join(directory, 'CURRENT'), 'MANIFEST-000001\n');
    writeFileSync(join(directory, 'MANIFEST-000001'), log);
    expect([...(await tablesInUse(directory))]).toEqual([1, 2, 3]);
    // As far as it can be read.
    log[first.length + 20] = 1;
    writeFileSync(join(directory, 'MANIFEST-000001'), log);
    expect([...(await tablesInUse(directory))]).toEqual([1]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
