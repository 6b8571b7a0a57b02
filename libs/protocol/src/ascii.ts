export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const TAB = 9;

const ZERO = 48;
const NINE = 57;

/** What separates arguments. CR does not: in the middle of a line it is a byte like any other. */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/**
 * A decimal size between two offsets; -1 when it is not one. Sizes beyond nine digits are refused like words: no limit
 * that is in use comes near, and the result stays a small integer.
 */
export function parseSize(buffer: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 9) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = buffer[i];
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** Writes a non-negative integer in decimal; returns the offset behind it. */
export function writeDecimal(target: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    target[at] = ZERO + value;
    return at + 1;
  }
  let digits = 1;
  for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    target[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + digits;
}

/** Copies bytes: a loop for few (a call costs more than they do), the native copy for many. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  const length = end - start;
  if (length <= SMALL_COPY_BYTES) {
    for (let i = 0; i < length; i++) target[at + i] = source[start + i];
  } else {
    source.copy(target, at, start, end);
  }
  return at + length;
}

const SMALL_COPY_BYTES = 64;

/** Writes a latin1 string (one byte a character); returns the offset behind it. */
export function writeLatin1(target: Uint8Array, at: number, text: string): number {
  const length = text.length;
  for (let i = 0; i < length; i++) target[at + i] = text.charCodeAt(i);
  return at + length;
}
