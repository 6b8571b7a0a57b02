import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyBytes, parseSize, writeDecimal, writeLatin1 } from './ascii.ts';

const sizeOf = (text: string): number => {
  const bytes = Buffer.from(`9${text}9`, 'latin1');
  return parseSize(bytes, 1, bytes.length - 1);
};

describe('parseSize', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['000000012', 12],
    ['999999999', 999_999_999],
    ['', -1],
    ['1000000000', -1],
    ['0000000001', -1],
    ['-1', -1],
    ['+1', -1],
    ['1.0', -1],
    ['1e3', -1],
    ['0x1', -1],
    [' 1', -1],
    ['1 ', -1],
    ['/', -1],
    [':', -1],
    ['\xb2', -1],
  ])('%j is %d', (text, size) => {
    expect(sizeOf(text)).toBe(size);
  });

  it('reads what digits say, and nothing else', () => {
    const text = fc.string({
      maxLength: 12,
      unit: fc.constantFrom(...'0123456789', ...'0123456789', '-', ' ', '\xff'),
    });
    fc.assert(
      fc.property(text, (said) => {
        expect(sizeOf(said)).toBe(/^\d{1,9}$/.test(said) ? Number(said) : -1);
      }),
    );
  });
});

describe('writing', () => {
  const GUARD = 0x2a;

  /** What `write` put behind offset 3, that it stayed there, and that it says where it ended. */
  function written(room: number, write: (target: Buffer, at: number) => number): string {
    const target = Buffer.alloc(room + 40, GUARD);
    const end = write(target, 3);
    const rest = Buffer.concat([target.subarray(0, 3), target.subarray(end)]);
    expect(rest.equals(Buffer.alloc(rest.length, GUARD))).toBe(true);
    return target.toString('latin1', 3, end);
  }

  it.each([0, 9, 10, 99, 100, 65_536, 999_999_999, 2 ** 31 - 1, 2 ** 31, 2 ** 32])('the number %d', (value) => {
    expect(written(20, (target, at) => writeDecimal(target, at, value))).toBe(String(value));
  });

  it('any size', () => {
    const size = fc.oneof(
      fc.nat(),
      fc.integer({ min: 0, max: 9 }).map((digits) => 10 ** digits),
    );
    fc.assert(
      fc.property(size, (value) => {
        expect(written(20, (target, at) => writeDecimal(target, at, value))).toBe(String(value));
        expect(sizeOf(String(value))).toBe(value <= 999_999_999 ? value : -1);
      }),
    );
  });

  it('bytes, few or many, from the middle of others', () => {
    const source = fc.uint8Array({ maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(source, fc.nat(), fc.nat(), (bytes, from, to) => {
        const [start, end] = [from % (bytes.length + 1), to % (bytes.length + 1)].sort((a, b) => a - b);
        const buffer = Buffer.from(bytes);
        const text = buffer.toString('latin1', start, end);
        expect(written(bytes.length, (target, at) => copyBytes(buffer, start, end, target, at))).toBe(text);
        expect(written(bytes.length, (target, at) => writeLatin1(target, at, text))).toBe(text);
      }),
    );
  });
});
