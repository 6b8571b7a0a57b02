import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskedCrc32c } from '@skein/s2/crc32c';

// LevelDB's manifest (its documentation: log_format.md, impl.md): a log of what was added to the tables in use, and removed.

const BLOCK_BYTES = 32_768;
/** Masked CRC-32C of what follows the length (u32), length (u16), which part of a record it is (u8). */
const HEADER_BYTES = 7;
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/**
 * Numbers of the tables that are in use, as far as LevelDB's manifest can be read. Others that lie there are of compactions that never ended,
 * or are to be removed.
 */
export async function tablesInUse(directory: string): Promise<ReadonlySet<number>> {
  const used = new Set<number>();
  const log = await readManifest(directory);
  try {
    for (const edit of recordsIn(log)) apply(edit, used);
  } catch (error) {
    // What follows is not to be relied on; LevelDB says so itself.
    if (!(error instanceof RangeError)) throw error;
  }
  return used;
}

async function readManifest(directory: string): Promise<Buffer> {
  try {
    const name = (await readFile(join(directory, 'CURRENT'), 'utf8')).trimEnd();
    return /^MANIFEST-\d+$/.test(name) ? await readFile(join(directory, name)) : Buffer.alloc(0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** As far as checksums are right. */
function* recordsIn(log: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES);
    if (left < HEADER_BYTES) {
      at += left;
      continue;
    }
    const end = at + HEADER_BYTES + log.readUInt16LE(at + 4);
    if (end > log.length || log.readUInt32LE(at) !== maskedCrc32c(log.subarray(at + 6, end))) return;
    const part = log[at + 6];
    if (part === FULL || part === FIRST) parts = [];
    parts.push(log.subarray(at + HEADER_BYTES, end));
    if (part === FULL || part === LAST) yield Buffer.concat(parts);
    at = end;
  }
}

/** @throws RangeError for one that is not understood */
function apply(edit: Buffer, used: Set<number>): void {
  let at = 0;
  /** Seven bits a byte, lowest first. */
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = edit.readUInt8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const skipText = (): void => {
    const bytes = number();
    at += bytes;
  };
  while (at < edit.length) {
    const field = number();
    // Comparator; log, next file, last sequence, log before; where compaction goes on; a table removed; one added.
    if (field === 1) skipText();
    else if (field === 2 || field === 3 || field === 4 || field === 9) number();
    else if (field === 5) {
      number();
      skipText();
    } else if (field === 6) {
      number();
      used.delete(number());
    } else if (field === 7) {
      number();
      used.add(number());
      number();
      skipText();
      skipText();
    } else throw new RangeError(`field ${field}`);
  }
}
