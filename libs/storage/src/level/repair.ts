import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PAGES_FOLDER } from './database.ts';
import { mendTables } from './mend.ts';

/** A file in a shard's folder: behind the first record that is lost its journal may be cut off when it is opened next. */
export const CUT_JOURNAL = 'cut-journal';

/**
 * A copy of a shard's folder in which LevelDB's manifests are made anew from its tables and logs, and each table's index where it is harmed.
 * The shard itself is only read. What tables do not have is not found again: a hole is seen when the copy is opened.
 *
 * @param from a folder with `level` in it, which no process has open
 * @param to is not there yet
 * @param cutJournal the store may cut the copy's journal before the first record that is lost: it knows what the database has
 * @throws HarmedError when records of a table are harmed so that LevelDB cannot read it
 */
export async function repairShard(from: string, to: string, cutJournal = false): Promise<void> {
  await cp(from, to, {
    recursive: true,
    errorOnExist: true,
    force: false,
    preserveTimestamps: true,
    // To open one's lock and close it again would let go of it.
    filter: (path) => basename(path) !== 'LOCK',
  });
  const level = join(to, 'level');
  await mendTables(level);
  const { ClassicLevel } = await import('classic-level');
  for (const directory of [level, join(level, PAGES_FOLDER)]) await ClassicLevel.repair(directory);
  if (cutJournal) await writeFile(join(to, CUT_JOURNAL), '', { mode: 0o600 });
}
