import { NkeyError } from './errors.ts';

/** RFC 4648 §6, without padding. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const values = new Int8Array(128).fill(-1);
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;

export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >>> bits) & 31];
    }
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text;
}

/** @throws NkeyError `bad_encoding` for a foreign character, an impossible length or trailing bits that are not zero. */
export function decodeBase32(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length * 5) >>> 3);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? -1;
    if (value < 0) throw new NkeyError('bad_encoding');
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >>> bits;
    }
  }
  // One key has one spelling: otherwise comparing keys as text would tell equal keys apart.
  if (bits >= 5 || (held & ((1 << bits) - 1)) !== 0) throw new NkeyError('bad_encoding');
  return bytes;
}
