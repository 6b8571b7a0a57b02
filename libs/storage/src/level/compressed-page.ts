import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

// A page that is compressed, little endian: number of messages with the highest bit set (u32), bytes of the page (u32), Zstandard.
const COMPRESSED = 2 ** 31;
const HEAD_BYTES = 8;
/** The fastest level has most of the gain. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** The page itself when it does not become smaller. */
export function compressPage(page: Buffer): Buffer {
  const compressed = zstdCompressSync(page, OPTIONS);
  if (compressed.length + HEAD_BYTES >= page.length) return page;
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt32LE(page.readUInt32LE(0) + COMPRESSED, 0);
  head.writeUInt32LE(page.length, 4);
  return Buffer.concat([head, compressed]);
}

/** A page as it was before `compressPage`, if that was called. @throws Error for what Zstandard cannot read */
export function expandPage(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) < COMPRESSED) return bytes;
  const maxOutputLength = bytes.readUInt32LE(4);
  return zstdDecompressSync(bytes.subarray(HEAD_BYTES), { maxOutputLength });
}
