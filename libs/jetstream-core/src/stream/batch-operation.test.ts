import { expect, it } from 'vitest';
import { BatchOperation } from './batch-operation.ts';
import { decodeOperation } from './operation-codec.ts';

const ROOM = 7;

/** Messages on subjects in turn, whose contents tell them apart. */
function filled(id: string, count: number, bytes: number): BatchOperation {
  const batch = new BatchOperation(id, ROOM);
  for (let i = 0; i < count; i++) {
    const buf = Buffer.from(`[${`${id}${i}`.padEnd(bytes, '.')}]`);
    batch.add(`s.${i % 3}`, buf, 1, buf.length - 1, i % 2);
  }
  return batch;
}

const decoded = (batch: BatchOperation): unknown => {
  const bytes = batch.seal(5, 6).subarray(ROOM);
  expect(decodeOperation(bytes)).toMatchObject({ seconds: 5, nanos: 6, operation: { kind: 'batch', id: batch.id } });
  const { operation } = decodeOperation(bytes);
  return operation.kind === 'batch' && operation.messages;
};

it('has the same messages in memory as in its record, however it grows', () => {
  for (const [count, bytes] of [
    [1, 0],
    [3, 5000],
    [500, 150],
    [1, 100_000],
  ] as const) {
    const batch = filled('a', count, bytes);
    expect(batch.messages()).toHaveLength(count);
    expect(batch.messages()[count - 1]).toEqual(batch.last);
    expect(decoded(batch)).toEqual(batch.messages());
    batch.release();
  }
});

it('has another last message, longer or shorter', () => {
  for (const length of [1, 9000]) {
    const batch = filled('a', 2, 50);
    const [first] = batch.messages();
    batch.replaceLast(Buffer.alloc(length, 'x'), 1);
    expect(batch.messages()).toEqual([first, { subject: 's.1', content: Buffer.alloc(length, 'x'), headerBytes: 1 }]);
    expect(decoded(batch)).toEqual(batch.messages());
  }
});

it('shares its memory with nobody until it is released, and then with one', () => {
  const first = filled('a', 50, 100);
  first.release();
  first.release();
  const open = ['b', 'c', 'd'].map((id) => filled(id, 50, 100));
  for (const batch of open) {
    expect(batch.messages().map(({ content }) => content.toString())).toEqual(
      Array.from({ length: 50 }, (_, i) => `${batch.id}${i}`.padEnd(100, '.')),
    );
  }
});
