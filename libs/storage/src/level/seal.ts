import { crc32 } from 'node:zlib';

/**
 * What stands between a record and LevelDB: a checksum, or encryption at rest (`@skein/encryption`). The key of the subjects'
 * hashes is in a record like any other.
 */
export interface Seal {
  /**
   * What is written for a value. The key is covered too: a value never passes for another's.
   *
   * @param room gives the memory for it. Default: new one
   */
  seal(key: Buffer, value: Buffer, room?: (bytes: number) => Buffer): Buffer;
  /** The value; undefined when it is not what was sealed under this key. */
  open(key: Buffer, sealed: Buffer): Buffer | undefined;
}

const CRC_BYTES = 4;

/** The value, then the CRC-32 of key and value. */
export const checksum: Seal = {
  seal(key, value, room = Buffer.allocUnsafe) {
    const sealed = room(value.length + CRC_BYTES);
    value.copy(sealed);
    sealed.writeUInt32LE(crc32(value, crc32(key)), value.length);
    return sealed;
  },
  open(key, sealed) {
    const length = sealed.length - CRC_BYTES;
    if (length < 0) return undefined;
    const value = sealed.subarray(0, length);
    return crc32(value, crc32(key)) === sealed.readUInt32LE(length) ? value : undefined;
  },
};
