import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c, masked, maskedCrc32c } from '@skein/s2/crc32c';
import {
  FOOTER_BYTES,
  type Handle,
  HarmedError,
  handlesIn,
  harmedTables,
  MAGIC,
  readHandle,
  readNumber,
  TRAILER_BYTES,
} from './table.ts';

/** What LevelDB adds to each key: it ends the process when there is less. */
const KEY_BYTES_MIN = 8;
const UNCOMPRESSED = Buffer.of(0);

/** A block of records. */
interface Records extends Handle {
  readonly lastKey: Buffer;
}

/**
 * Makes index and footer of the tables of a shard's databases anew, where a table is not as it was written and its records can be read. A record
 * that is another than was written stays: its own checksum tells.
 *
 * @throws HarmedError when the records of a table cannot be read
 */
export async function mendTables(directory: string): Promise<void> {
  for (const harmed of await harmedTables(directory)) {
    const name = harmed.slice(0, harmed.indexOf(':'));
    const path = join(directory, name);
    const table = await readFile(path);
    const blocks = indexedBlocks(table) ?? foundBlocks(table);
    if (blocks === undefined) throw new HarmedError(`${name}: records are harmed, and cannot be mended`);
    await writeFile(path, withIndex(table, blocks));
  }
}

/** As the index says; undefined: it is harmed, or a block is. */
function indexedBlocks(table: Buffer): Records[] | undefined {
  try {
    const cursor = { at: table.length - FOOTER_BYTES };
    readHandle(table, cursor);
    const index = readHandle(table, cursor);
    if (!isWhole(table, index)) return undefined;
    const blocks: Records[] = [];
    for (const handle of handlesIn(contentOf(table, index))) {
      const lastKey = lastKeyOf(contentOf(table, handle), blocks.at(-1)?.lastKey);
      if (lastKey === undefined) return undefined;
      blocks.push({ ...handle, lastKey });
    }
    return blocks;
  } catch (error) {
    if (error instanceof HarmedError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** One after the other, each to where its checksum is; undefined: one has none, so that what is behind it cannot be found. */
function foundBlocks(table: Buffer): Records[] | undefined {
  const blocks: Records[] = [];
  for (let offset = 0; ; ) {
    const size = sizeOfBlock(table, offset);
    if (size === undefined) return undefined;
    const lastKey = lastKeyOf(contentOf(table, { offset, size }), blocks.at(-1)?.lastKey);
    // The filter, or what leads to it: behind all records.
    if (lastKey === undefined) return blocks;
    blocks.push({ offset, size, lastKey });
    offset += size + TRAILER_BYTES;
  }
}

function sizeOfBlock(table: Buffer, offset: number): number | undefined {
  let crc = 0;
  for (let at = offset; at + TRAILER_BYTES <= table.length; at++) {
    if (table[at] === 0 && table.readUInt32LE(at + 1) === masked(crc32c(UNCOMPRESSED, crc))) return at - offset;
    crc = crc32c(table.subarray(at, at + 1), crc);
  }
  return undefined;
}

const contentOf = (table: Buffer, { offset, size }: Handle): Buffer => table.subarray(offset, offset + size);

function isWhole(table: Buffer, { offset, size }: Handle): boolean {
  return table.readUInt32LE(offset + size + 1) === maskedCrc32c(table.subarray(offset, offset + size + 1));
}

/**
 * @param before the last key of the block before
 * @returns undefined: these are not records that LevelDB can read, or none
 */
function lastKeyOf(block: Buffer, before: Buffer | undefined): Buffer | undefined {
  if (block.length < 8) return undefined;
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - 4 * restarts;
  const starts = new Set<number>();
  for (let at = Math.max(0, end); at < block.length - 4; at += 4) starts.add(block.readUInt32LE(at));
  let key: Buffer | undefined;
  const cursor = { at: 0 };
  try {
    while (cursor.at < end) {
      const isStart = starts.delete(cursor.at);
      const shared = readNumber(block, cursor);
      const others = readNumber(block, cursor);
      const valueBytes = readNumber(block, cursor);
      if (shared > (isStart ? 0 : (key?.length ?? 0))) return undefined;
      const rest = block.subarray(cursor.at, cursor.at + others);
      const next: Buffer = Buffer.concat([(key ?? rest).subarray(0, shared), rest]);
      if (next.length < KEY_BYTES_MIN || !isBehind(next, key ?? before)) return undefined;
      key = next;
      cursor.at += others + valueBytes;
    }
  } catch (error) {
    if (error instanceof HarmedError) return undefined;
    throw error;
  }
  return cursor.at === end && starts.size === 0 ? key : undefined;
}

/** In LevelDB's order: keys upwards, of one key its last version first (in the 8 bytes that LevelDB adds). */
function isBehind(key: Buffer, before: Buffer | undefined): boolean {
  if (before === undefined) return true;
  const [at, atBefore] = [key.length - KEY_BYTES_MIN, before.length - KEY_BYTES_MIN];
  const order = key.compare(before, 0, atBefore, 0, at);
  return order === 0 ? key.readBigUInt64LE(at) < before.readBigUInt64LE(atBefore) : order > 0;
}

/** The blocks as they are, each with its checksum; no filter. */
function withIndex(table: Buffer, blocks: readonly Records[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  const append = (content: Buffer): Handle => {
    const typed = Buffer.concat([content, UNCOMPRESSED]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(maskedCrc32c(typed));
    parts.push(typed, crc);
    const handle = { offset: at, size: content.length };
    at += content.length + TRAILER_BYTES;
    return handle;
  };
  const records = blocks.map((block): [Buffer, Buffer] => [
    block.lastKey,
    handleBytes(append(contentOf(table, block))),
  ]);
  const meta = append(blockOf([]));
  const index = append(blockOf(records));
  const footer = Buffer.alloc(FOOTER_BYTES);
  Buffer.concat([handleBytes(meta), handleBytes(index)]).copy(footer);
  MAGIC.copy(footer, FOOTER_BYTES - MAGIC.length);
  return Buffer.concat([...parts, footer]);
}

/** No key is shortened, so each record may be begun with. */
function blockOf(records: readonly (readonly [key: Buffer, value: Buffer])[]): Buffer {
  const parts: Buffer[] = [];
  const starts: number[] = [];
  let at = 0;
  for (const [key, value] of records) {
    starts.push(at);
    const record = Buffer.concat([numberBytes(0), numberBytes(key.length), numberBytes(value.length), key, value]);
    parts.push(record);
    at += record.length;
  }
  if (starts.length === 0) starts.push(0);
  const end = Buffer.alloc(4 * (starts.length + 1));
  for (const [i, start] of [...starts, starts.length].entries()) end.writeUInt32LE(start, 4 * i);
  return Buffer.concat([...parts, end]);
}

const handleBytes = ({ offset, size }: Handle): Buffer => Buffer.concat([numberBytes(offset), numberBytes(size)]);

function numberBytes(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
