import { describe, expect, it } from 'vitest';
import { Batch } from './batch.ts';
import type { ShardContext } from './context.ts';
import { takeAll } from './packing.ts';
import { RecordCache } from './record-cache.ts';
import { checksum } from './seal.ts';
import { BLOCK_SUBJECTS } from './subject-block.ts';
import { subjectHash } from './subject-hash.ts';
import { SubjectTable } from './subject-table.ts';

/** Records in a map, and subjects that all have one of two hashes. */
function context(): { context: ShardContext; write(table: SubjectTable): void } {
  const records = new Map<string, Buffer>();
  const database = { get: (key: Buffer) => records.get(key.toString('hex')) } as unknown as ShardContext['database'];
  let ordinal = 0;
  return {
    context: {
      database,
      pages: database,
      seal: checksum,
      cache: new RecordCache(1 << 20),
      hash: (subject) => (subject.length % 2 === 0 ? 'evenhash' : 'odd-hash'),
      overheadBytes: 0,
      headerOverheadBytes: 0,
      flushed: 0,
      grew: () => {},
      nextId: () => 1,
    },
    write(table) {
      const batch = new Batch(++ordinal, checksum);
      takeAll(table.write(batch));
      for (const key of batch.removed) records.delete(key.toString('hex'));
      for (const [key, value] of batch.puts) records.set(key.toString('hex'), value);
      table.settled();
    },
  };
}

describe('the table of subjects', () => {
  it('tells subjects with the same hash apart, also after they were read again', () => {
    const { context: shared, write } = context();
    let table = new SubjectTable(shared, 1, 1, 1, 0);
    const ids = new Map(['a', 'bb', 'ccc', 'dd', 'e'].map((name) => [name, table.idFor(name)]));
    expect([...ids.values()]).toEqual([1, 2, 3, 4, 5]);
    write(table);
    table = new SubjectTable(shared, 1, 1, table.next, table.count);
    for (const [name, id] of ids) expect(table.idOf(name)).toBe(id);
    expect(table.idOf('f')).toBe(0);

    table.drop(1);
    expect(table.idOf('a')).toBe(0);
    write(table);
    table = new SubjectTable(shared, 1, 1, table.next, table.count);
    expect(table.idOf('a')).toBe(0);
    expect(table.idOf('ccc')).toBe(3);
    expect(table.idOf('e')).toBe(5);
  });

  it('gives ids of subjects that are gone again, when it was read anew too', () => {
    const { context: shared, write } = context();
    let table = new SubjectTable(shared, 1, 1, 1, 0);
    for (let i = 1; i <= BLOCK_SUBJECTS * 2; i++) expect(table.idFor(`${i}`)).toBe(i);
    table.drop(7);
    expect(table.idFor('new')).toBe(7);
    expect(table.idOf('7')).toBe(0);
    table.drop(300);
    write(table);
    table = new SubjectTable(shared, 1, 1, table.next, table.count);
    expect(table.name(299)).toBe('299');
    expect(table.idFor('newer')).toBe(300);
    expect(table.idFor('newest')).toBe(BLOCK_SUBJECTS * 2 + 1);
  });
});

describe("a subject's hash", () => {
  it('depends on every char and on the key', () => {
    const key = Buffer.from('01234567');
    const hashes = new Set(['', 'a', 'b', 'ab', 'abcd', 'abcde', 'abcd\0', '\0'].map((name) => subjectHash(name, key)));
    expect(hashes.size).toBe(8);
    expect(subjectHash('abc', key)).toHaveLength(8);
    expect(subjectHash('abc', key)).not.toBe(subjectHash('abc', Buffer.from('01234568')));
  });

  it("is HalfSipHash's of the reference implementation", () => {
    // Key 00 01 .. 07, messages 00 01 .. (n - 1): vectors_hsip64 of its test.
    const key = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]);
    const of = (length: number): string =>
      Buffer.from(
        subjectHash(Buffer.from(Array.from({ length }, (_, i) => i)).toString('latin1'), key),
        'latin1',
      ).toString('hex');
    expect(of(0)).toBe('218d1f59b9b83cc8');
  });
});
