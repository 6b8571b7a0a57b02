import { readFileSync } from 'node:fs';
import { S2Reader } from '@skein/s2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchiveError, ArchiveReader, archiveBegin, archiveEnd, encodeEntry } from './archive.ts';

/** Backups that nats-server 2.15.2 made. */
const recorded: Record<string, { archive: string; state: { messages: number; first_seq: number; last_seq: number } }> =
  JSON.parse(readFileSync(new URL('./recorded/backups.json', import.meta.url), 'utf8'));

function textOf(archive: string): Buffer {
  const reader = new S2Reader();
  const text = Buffer.concat([...reader.push(Buffer.from(archive, 'base64'))]);
  reader.end();
  return text;
}

describe.each(Object.keys(recorded))("nats-server's backup of %s", (name) => {
  const { archive, state } = recorded[name] as (typeof recorded)[string];
  const text = textOf(archive);

  it('is read, and written again byte for byte', () => {
    const reader = new ArchiveReader();
    const entries = [...reader.push(text)];
    expect(reader.ended).toBe(true);
    expect(Buffer.concat([archiveBegin, ...entries.map(encodeEntry), archiveEnd]).equals(text)).toBe(true);
  });

  it('has its state first, and as many messages as that says', () => {
    const [first, ...entries] = [...new ArchiveReader().push(text)];
    expect(first?.name).toBe('state.json');
    expect(JSON.parse(String(first?.content))).toEqual(state);
    const sequences = entries.map(({ sequence }) => sequence).filter((sequence) => sequence > 0);
    expect(sequences).toHaveLength(state.messages);
    if (state.messages > 0) expect(sequences[0]).toBe(state.first_seq);
    expect(Math.max(0, ...sequences)).toBeLessThanOrEqual(state.last_seq);
  });
});

describe('an archive', () => {
  const entry = fc.record({
    name: fc.string({ minLength: 1, maxLength: 20, unit: 'binary-ascii' }),
    sequence: fc.maxSafeNat(),
    seconds: fc.integer({ min: -1e9, max: 9e9 }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
    content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  });
  const entries = fc.array(
    entry.map((one) => ({ ...one, headerBytes: one.content.length >> 1 })),
    { maxLength: 20 },
  );

  it('comes back, however it is cut', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 200 }), (given, size) => {
        const text = Buffer.concat([archiveBegin, ...given.map(encodeEntry), archiveEnd]);
        const reader = new ArchiveReader();
        const read: unknown[] = [];
        for (let at = 0; at < text.length; at += size) read.push(...reader.push(text.subarray(at, at + size)));
        expect(read).toEqual(given);
        expect(reader.ended).toBe(true);
      }),
    );
  });

  it('any other bytes: an error, or none of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          [...new ArchiveReader().push(Buffer.concat([archiveBegin, bytes]))];
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError);
        }
      }),
    );
  });

  it.each([
    ['of another kind', Buffer.from('PK\x03\x04 something')],
    ['with an entry without a name', Buffer.concat([archiveBegin, Buffer.from([0, 0, 1, 0, 0])])],
    ['with more behind its end', Buffer.concat([archiveBegin, archiveEnd, Buffer.from('x')])],
    ['with an entry that nobody could hold', Buffer.concat([archiveBegin, Buffer.from('05000000ffffffff7f', 'hex')])],
    ['with a number without end', Buffer.concat([archiveBegin, Buffer.alloc(20, 0xff)])],
  ])('one %s is refused', (_, bytes) => {
    expect(() => [...new ArchiveReader().push(bytes)]).toThrow(ArchiveError);
  });

  it('is not whole before its end has come', () => {
    const reader = new ArchiveReader();
    expect([...reader.push(archiveBegin)]).toEqual([]);
    expect(reader.ended).toBe(false);
  });
});
