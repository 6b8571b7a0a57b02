/**
 * Keys of a shard's two databases: a type, then numbers, big endian, so that records lie in their order. No names: those are in values.
 * `docs/decisions/storage.md` describes what stands under each.
 */
export const KeyType = {
  Shard: 0x01,
  Stream: 0x02,
  ValueName: 0x03,
  Value: 0x04,
  Garbage: 0x05,
  Flush: 0x06,
  Obsolete: 0x07,
  // In the database of pages:
  Basis: 0x08,
  Page: 0x10,
  // What lies under a stream's incarnation:
  Block: 0x11,
  Region: 0x12,
  SubjectNames: 0x13,
  SubjectStates: 0x14,
  SubjectHash: 0x15,
} as const;

export const INCARNATION_TYPES: readonly number[] = [
  KeyType.Block,
  KeyType.Region,
  KeyType.SubjectNames,
  KeyType.SubjectStates,
  KeyType.SubjectHash,
];

const HALF = 2 ** 32;

export const SHARD_KEY: Buffer = Buffer.from([KeyType.Shard]);

/** Of the database of pages: which flush the other database has at least, as pages were removed since. */
export const BASIS_KEY: Buffer = Buffer.from([KeyType.Basis]);

/** Before all pages. */
export const PAGES_BEGIN: Buffer = Buffer.from([KeyType.Page]);

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

/** Under which a flush notes the pages that it has made obsolete. */
export function obsoleteKey(ordinal: number): Buffer {
  return key(KeyType.Obsolete, 0, ordinal);
}

export const PAGE_KEY_BYTES = 19;

/** Of the database of pages: a page that a flush wrote. Flushes come first, so that what is written never lies among what is there. */
export function pageKey(flush: number, incarnation: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(PAGE_KEY_BYTES);
  key[0] = KeyType.Page;
  key.writeUIntBE(flush, 1, 6);
  key.writeUInt32BE(incarnation, 7);
  key.writeUInt32BE(Math.floor(sequence / HALF), 11);
  key.writeUInt32BE(sequence % HALF, 15);
  return key;
}

/** Before all pages that a flush wrote, and the record that says that it did. */
export function pagesKey(flush: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key[0] = KeyType.Page;
  key.writeUIntBE(flush, 1, 6);
  return key;
}

/** The two numbers of a key. */
export function numbersOf(key: Buffer): [id: number, number: number] {
  return [key.readUInt32BE(1), key.length < 13 ? 0 : key.readUInt32BE(5) * HALF + key.readUInt32BE(9)];
}
