import { expect, it } from 'vitest';
import { Batch } from './batch.ts';
import { entryKind, recordBytes, recordHeaderBytes } from './record.ts';

it('has zeros behind each content, whatever lay there before', () => {
  const batch = new Batch();
  batch.append(Buffer.alloc(500, 0xff), 0, 500, 1, entryKind);
  batch.clear();
  const lengths = [1, 7, 8, 0, 65, 127, 128];
  for (const [i, length] of lengths.entries()) batch.append(Buffer.alloc(length, 0xff), 0, length, i + 1, entryKind);
  let at = recordHeaderBytes;
  for (const length of lengths) {
    const end = at + recordBytes(length);
    const content = batch.buffer.subarray(at + recordHeaderBytes, end);
    expect(content).toEqual(Buffer.concat([Buffer.alloc(length, 0xff), Buffer.alloc(content.length - length)]));
    at = end;
  }
  expect(at).toBe(batch.bytes);
});
