/**
 * Keys of a shard's LevelDB: a type, then numbers, big endian, so that records lie in their order. No names: those are in values.
 * `docs/decisions/storage.md` describes what stands under each.
 */
export const KeyType = {
  Shard: 0x01,
  Stream: 0x02,
  ValueName: 0x03,
  Value: 0x04,
  Garbage: 0x05,
  Flush: 0x06,
  // What lies under a stream's incarnation:
  Page: 0x10,
  Block: 0x11,
  Region: 0x12,
  SubjectNames: 0x13,
  SubjectStates: 0x14,
  SubjectHash: 0x15,
} as const;

export const INCARNATION_TYPES: readonly number[] = [
  KeyType.Page,
  KeyType.Block,
  KeyType.Region,
  KeyType.SubjectNames,
  KeyType.SubjectStates,
  KeyType.SubjectHash,
];

const HALF = 2 ** 32;

export const SHARD_KEY: Buffer = Buffer.from([KeyType.Shard]);

/** Behind all keys. */
export const RECORDS_END: Buffer = Buffer.from([0xff]);

/** A key of one number: a stream, an incarnation, the end of a range of them. */
export function idKey(type: number, id: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = type;
  key.writeUInt32BE(id, 1);
  return key;
}

/** A key of two: the second up to 2^53. */
export function key(type: number, id: number, number: number): Buffer {
  const key = Buffer.allocUnsafe(13);
  key[0] = type;
  key.writeUInt32BE(id, 1);
  key.writeUInt32BE(Math.floor(number / HALF), 5);
  key.writeUInt32BE(number % HALF, 9);
  return key;
}

/** @param hash 8 chars */
export function hashKey(id: number, hash: string): Buffer {
  const key = Buffer.allocUnsafe(13);
  key[0] = KeyType.SubjectHash;
  key.writeUInt32BE(id, 1);
  key.write(hash, 5, 'latin1');
  return key;
}

export function flushKey(ordinal: number): Buffer {
  return key(KeyType.Flush, 0, ordinal);
}

/** The two numbers of a key. */
export function numbersOf(key: Buffer): [id: number, number: number] {
  return [key.readUInt32BE(1), key.length < 13 ? 0 : key.readUInt32BE(5) * HALF + key.readUInt32BE(9)];
}
