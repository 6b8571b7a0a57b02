import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBlock, encodeBlock, S2Error } from './block.ts';
import { crc32c } from './crc32c.ts';
import { S2Reader, S2Writer } from './stream.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Bytes that repeat themselves, near and far. */
const compressible = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 })), { maxLength: 60 })
  .map((parts) => Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))));

describe('CRC-32C', () => {
  // RFC 3720, B.4.
  it.each([
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    [Buffer.from('123456789'), 0xe3069283],
  ])('%#', (bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc);
  });
});

describe('a block', () => {
  it('comes back, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(compressible, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (bytes) => {
        expect(decodeBlock(encodeBlock(bytes), bytes.length).equals(bytes)).toBe(true);
      }),
    );
  });

  it('is smaller when it repeats itself', () => {
    expect(encodeBlock(Buffer.from('hello world, '.repeat(1000))).length).toBeLessThan(800);
  });

  it('of more than 64 KiB is taken in parts', () => {
    const bytes = Buffer.concat([Buffer.alloc(70_000, 'ab'), Buffer.from('end')]);
    expect(decodeBlock(encodeBlock(bytes), bytes.length)).toEqual(bytes);
  });

  it.each([
    ['a literal', '03 08 616263', 'abc'],
    ['a literal with its length behind', '3d f0 3c'.concat('61'.repeat(61)), 'a'.repeat(61)],
    ['a copy of one byte of offset', '07 08 616263 01 03', 'abcabca'],
    ['a copy of two', '06 08 616263 0a 0300', 'abcabc'],
    ['a copy of four', '06 08 616263 0b 03000000', 'abcabc'],
    ['a copy that overlaps itself', '08 00 61 1a 0100', 'a'.repeat(8)],
    ['S2: a repeated offset', '0c 08 616263 0a 0300 05 00 00 78', `abcabcabcab${'x'}`],
    ['S2: a repeated one of 8 bytes and more', '10 08 616263 0a 0300 15 00 02', 'abcabcabcabcabca'],
  ])('reads %s', (_, block, text) => {
    expect(decodeBlock(hex(block), 1000).toString()).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['a length without end', 'ffffffffffff'],
    ['a literal that is cut', '03 08 6162'],
    ['more than its length', '02 08 616263'],
    ['less than its length', '04 08 616263'],
    ['a copy from before the beginning', '06 08 616263 0a 0400'],
    ['a repeat of nothing', '07 08 616263 01 00'],
    ['a copy that is cut', '06 08 616263 0a 03'],
  ])('refuses %s', (_, block) => {
    expect(() => decodeBlock(hex(block), 1000)).toThrow(S2Error);
  });

  it('refuses what would become too large', () => {
    expect(() => decodeBlock(encodeBlock(Buffer.alloc(1001)), 1000)).toThrow('too large');
  });

  it('any bytes: text or an error, never more than was allowed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(decodeBlock(Buffer.from(bytes), 4096).length).toBeLessThanOrEqual(4096);
        } catch (error) {
          expect(error).toBeInstanceOf(S2Error);
        }
      }),
    );
  });
});

describe('a stream', () => {
  const written = (pieces: readonly Buffer[]): Buffer => {
    const writer = new S2Writer();
    return Buffer.concat([...pieces.flatMap((piece) => writer.push(piece)), ...writer.flush()]);
  };

  const read = (pieces: readonly Buffer[]): Buffer => {
    const reader = new S2Reader();
    const texts = pieces.flatMap((piece) => [...reader.push(piece)].map((text) => Buffer.from(text)));
    reader.end();
    return Buffer.concat(texts);
  };

  it('comes back, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(compressible, { maxLength: 5 }), fc.integer({ min: 1, max: 5000 }), (texts, size) => {
        const stream = written(texts);
        const pieces: Buffer[] = [];
        for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
        expect(read(pieces).equals(Buffer.concat(texts))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('of nothing is its first chunk', () => {
    expect(written([])).toEqual(Buffer.from('\xff\x06\x00\x00S2sTwO', 'latin1'));
  });

  it('of what cannot be compressed is hardly longer', () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 255));
    expect(written([bytes]).length).toBeLessThan(bytes.length + 100);
  });

  it('any bit that is changed is seen', () => {
    const stream = written([Buffer.from('hello hello hello hello hello hello hello')]);
    const text = read([stream]);
    for (let bit = 0; bit < stream.length * 8; bit++) {
      const harmed = Buffer.from(stream);
      harmed[bit >> 3] ^= 1 << (bit & 7);
      // A chunk may become one that is skipped, which whoever reads the text sees.
      let after: Buffer | undefined;
      try {
        after = read([harmed]);
      } catch (error) {
        expect(error).toBeInstanceOf(S2Error);
      }
      if (after !== undefined && after.length > 0) expect(after).toEqual(text);
    }
  });

  it('skips padding and what it may, and reads Snappy', () => {
    const stream = written([Buffer.from('text')]).subarray(10);
    const pieces = [
      Buffer.from('\xff\x06\x00\x00sNaPpY', 'latin1'),
      hex('fe 020000 0000'),
      hex('99 010000 07'),
      stream,
    ];
    expect(read(pieces).toString()).toBe('text');
  });

  it.each([
    ['without its first chunk', hex('01 050000 00000000 61')],
    ['with another first chunk', Buffer.from('\xff\x06\x00\x00nOtS2!', 'latin1')],
    ['with a type that may not be skipped', Buffer.from('\xff\x06\x00\x00S2sTwO\x02\x00\x00\x00', 'latin1')],
    ['cut', written([Buffer.from('text')]).subarray(0, -1)],
  ])('refuses one %s', (_, stream) => {
    expect(() => read([stream])).toThrow(S2Error);
  });
});
