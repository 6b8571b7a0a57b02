import { readFileSync, writeFileSync } from 'node:fs';

/** Changes one bit of a table of LevelDB, so that LevelDB ends the process when it reads a record: a key of its index becomes too short. */
export function harmIndex(path: string): void {
  const bytes = readFileSync(path);
  const cursor = { at: bytes.length - 48 };
  const numbers = Array.from({ length: 4 }, () => readNumber(bytes, cursor));
  // Behind the number of bytes shared with the key before: none.
  const length = (numbers[2] as number) + 1;
  const keyBytes = bytes[length] as number;
  bytes[length] = keyBytes ^ (1 << (31 - Math.clz32(keyBytes)));
  writeFileSync(path, bytes);
}

function readNumber(bytes: Buffer, cursor: { at: number }): number {
  let number = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[cursor.at++] as number;
    number |= (byte & 127) << shift;
    if (byte < 128) return number;
  }
}
