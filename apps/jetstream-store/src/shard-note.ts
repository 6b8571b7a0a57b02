import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const VERSION = 1;
const NAME = 'shards.json';

/** Where a store directory says how many shards it has. */
export const notePath = (directory: string): string => join(directory, NAME);

export const noteText = (shards: number): string => JSON.stringify({ version: VERSION, shards });

/**
 * How many shards a store directory has, as its note says; whatever that says, none that is there is left out.
 *
 * @returns undefined: it was not used yet; `isSaid` false: what the note says cannot be read, or is gone
 * @throws Error for a directory of another version
 */
export async function readShards(directory: string): Promise<{ shards: number; isSaid: boolean } | undefined> {
  const path = notePath(directory);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const there = await shardsThere(directory);
  if (text === undefined) return there === 0 ? undefined : { shards: there, isSaid: false };
  const { version, shards } = parse(text) ?? { version: VERSION, shards: 0 };
  if (version !== VERSION) throw new Error(`${path}: written by another version (format ${version}, not ${VERSION})`);
  return { shards: Math.max(shards, there), isSaid: shards >= Math.max(1, there) };
}

function parse(text: string): { version: number; shards: number } | undefined {
  try {
    const { version, shards } = JSON.parse(text);
    return Number.isInteger(version) && Number.isInteger(shards) ? { version, shards } : undefined;
  } catch {
    return undefined;
  }
}

async function shardsThere(directory: string): Promise<number> {
  const names = await readdir(directory);
  return Math.max(0, ...names.map((name) => Number(/^shard-(\d{1,4})$/.exec(name)?.[1] ?? -1) + 1));
}
