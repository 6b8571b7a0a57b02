/** Protobuf's varints for whole numbers below 2^53, and copying: what the hot writer and reader share. */

export class FrameError extends Error {
  override name = 'FrameError';
}

const TWO_POW_28 = 0x1000_0000;

export function varintBytes(n: number): number {
  if (n < 0x80) return 1;
  if (n < 0x4000) return 2;
  if (n < 0x20_0000) return 3;
  if (n < TWO_POW_28) return 4;
  let bytes = 4;
  // Bitwise operators see 32 bits only.
  for (let rest = Math.floor(n / TWO_POW_28); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Writes `n` at `at`; returns where the next byte goes. */
export function putVarint(buf: Buffer, at: number, n: number): number {
  let rest = n;
  while (rest >= TWO_POW_28) {
    buf[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    buf[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buf[at++] = rest;
  return at;
}

/** Below this a loop beats the call into native code. */
const COPY_LOOP_BYTES = 48;

export function putBytes(buf: Buffer, at: number, from: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length <= COPY_LOOP_BYTES) {
    for (let i = start; i < end; i++) buf[at++] = from[i];
    return at;
  }
  from.copy(buf, at, start, end);
  return at + length;
}

export function putLatin1(buf: Buffer, at: number, text: string): number {
  const length = text.length;
  if (length <= COPY_LOOP_BYTES) {
    for (let i = 0; i < length; i++) buf[at++] = text.charCodeAt(i);
    return at;
  }
  return at + buf.write(text, at, length, 'latin1');
}
