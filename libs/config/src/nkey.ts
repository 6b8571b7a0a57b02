const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * True for a public nkey of a user (`U`), an account (`A`), an operator (`O`) or a curve (`X`): base32 of a prefix byte, 32 bytes of key and their CRC-16 (XMODEM, little-endian).
 * Checked here without @skein/nkeys, because reading a configuration must not load a signature library.
 */
export function isPublicNkey(text: string, kind: 'U' | 'A' | 'O' | 'X'): boolean {
  if (!text.startsWith(kind) || !/^[A-Z2-7]{56}$/.test(text)) return false;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of text) {
    held = ((held << 5) | ALPHABET.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return crc16(bytes.slice(0, -2)) === bytes[33] + bytes[34] * 256;
}

function crc16(bytes: number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}
