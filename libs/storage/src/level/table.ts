import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c, masked } from '@skein/s2/crc32c';
import { PAGES_FOLDER } from './database.ts';
import { tablesInUse } from './manifest.ts';

// A table of LevelDB (its documentation: table_format.md): blocks, each followed by its type (1 byte) and the masked CRC-32C of both; at the
// end a footer that leads to two of them, which lead to the others.

export const FOOTER_BYTES = 48;
export const TRAILER_BYTES = 5;
export const MAGIC = Buffer.from('57fb808b247547db', 'hex');
/** Read at once. */
const PIECE_BYTES = 1 << 20;

/** Where a block's content is. */
export interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** Something in a table is not as it was written. */
export class HarmedError extends Error {}

/**
 * What is not as it was written in the tables that a shard's databases use: LevelDB does not look when it reads them, and ends the process with some of it.
 * Reads all of them.
 *
 * @param directory of the one; the other is in a folder in it
 * @returns a line for each table that is harmed, which begins with its path in the folder
 */
export async function harmedTables(directory: string): Promise<string[]> {
  const pages = await harmedTablesOf(join(directory, PAGES_FOLDER));
  return [...(await harmedTablesOf(directory)), ...pages.map((harmed) => join(PAGES_FOLDER, harmed))];
}

async function harmedTablesOf(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const used = await tablesInUse(directory);
  const isUsed = (name: string): boolean => used.has(Number(/^(\d+)\.(?:ldb|sst)$/.exec(name)?.[1]));
  const harmed: string[] = [];
  for (const name of names.filter(isUsed).sort()) {
    const harm = await harmOfTable(join(directory, name));
    if (harm !== undefined) harmed.push(`${name}: ${harm}`);
  }
  return harmed;
}

/** @returns undefined: every bit of it is as it was written */
export async function harmOfTable(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    await checkTable(new Pieces(file), (await file.stat()).size);
    return undefined;
  } catch (error) {
    if (error instanceof HarmedError) return error.message;
    throw error;
  } finally {
    await file.close();
  }
}

async function checkTable(pieces: Pieces, bytes: number): Promise<void> {
  if (bytes < FOOTER_BYTES) throw new HarmedError('cut off');
  const blocksEnd = bytes - FOOTER_BYTES;
  const footer = await pieces.read(blocksEnd, FOOTER_BYTES);
  const cursor = { at: 0 };
  const meta = readHandle(footer, cursor);
  const index = readHandle(footer, cursor);
  const rest = Buffer.concat([Buffer.alloc(FOOTER_BYTES - MAGIC.length - cursor.at), MAGIC]);
  if (!footer.subarray(cursor.at).equals(rest)) throw new HarmedError('footer is harmed');
  const handles: Handle[] = [];
  for (const lead of [index, meta]) {
    await checkBlock(pieces, lead, blocksEnd);
    handles.push(...handlesIn(await pieces.read(lead.offset, lead.size)));
  }
  // In this order, and nothing between them.
  let end = 0;
  for (const handle of [...handles, meta, index]) {
    if (handle.offset !== end) throw new HarmedError(`no block at ${end}`);
    await checkBlock(pieces, handle, blocksEnd);
    end += handle.size + TRAILER_BYTES;
  }
  if (end !== blocksEnd) throw new HarmedError(`no block at ${end}`);
}

async function checkBlock(pieces: Pieces, { offset, size }: Handle, blocksEnd: number): Promise<void> {
  const end = offset + size + 1;
  if (end + TRAILER_BYTES - 1 > blocksEnd) throw new HarmedError(`block at ${offset} ends behind the file`);
  let crc = 0;
  for (let at = offset; at < end; ) {
    const piece = await pieces.read(at, Math.min(PIECE_BYTES, end - at));
    crc = crc32c(piece, crc);
    at += piece.length;
  }
  const written = (await pieces.read(end, 4)).readUInt32LE();
  if (written !== masked(crc)) throw new HarmedError(`block at ${offset} is harmed`);
}

/** The values of a block's records: for each, bytes of the key shared with the one before, others, bytes of the value; key, value. */
export function handlesIn(block: Buffer): Handle[] {
  const end = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  const handles: Handle[] = [];
  const cursor = { at: 0 };
  while (cursor.at < end) {
    readNumber(block, cursor);
    const keyBytes = readNumber(block, cursor);
    readNumber(block, cursor);
    cursor.at += keyBytes;
    handles.push(readHandle(block, cursor));
  }
  return handles;
}

export function readHandle(bytes: Buffer, cursor: { at: number }): Handle {
  return { offset: readNumber(bytes, cursor), size: readNumber(bytes, cursor) };
}

/** Seven bits a byte, lowest first. */
export function readNumber(bytes: Buffer, cursor: { at: number }): number {
  let number = 0;
  for (let factor = 1; factor < Number.MAX_SAFE_INTEGER && cursor.at < bytes.length; factor *= 128) {
    const byte = bytes[cursor.at++] as number;
    number += (byte & 127) * factor;
    if (byte < 128) {
      // A shorter one would say the same.
      if (byte === 0 && factor > 1) break;
      return number;
    }
  }
  throw new HarmedError('footer or index is harmed');
}

/** Reads a file a piece at a time: most blocks are much smaller. */
class Pieces {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(PIECE_BYTES);
  #from = 0;
  #to = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Valid until the next read. */
  async read(offset: number, bytes: number): Promise<Buffer> {
    if (bytes > PIECE_BYTES) return this.#readInto(Buffer.allocUnsafe(bytes), offset);
    if (offset < this.#from || offset + bytes > this.#to) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, PIECE_BYTES, offset);
      this.#from = offset;
      this.#to = offset + bytesRead;
      if (bytesRead < bytes) throw new HarmedError(`cannot be read at ${offset}`);
    }
    return this.#buffer.subarray(offset - this.#from, offset - this.#from + bytes);
  }

  async #readInto(buffer: Buffer, offset: number): Promise<Buffer> {
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, offset);
    if (bytesRead < buffer.length) throw new HarmedError(`cannot be read at ${offset}`);
    return buffer;
  }
}
