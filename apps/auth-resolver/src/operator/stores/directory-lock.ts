import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const name = '.lock';

/** Another server uses the directory. */
export class DirectoryLockError extends Error {}

/**
 * Takes a directory for this process: two servers must not write the same accounts. The file holds a process id; one whose process
 * has ended means nothing. (Processes of other machines or containers can't be seen from here.)
 *
 * @returns gives it back
 * @throws DirectoryLockError
 */
export function lockDirectory(
  dir: string,
  pid: number,
  isAlive: (pid: number) => boolean = processIsAlive,
): () => void {
  const path = join(dir, name);
  for (;;) {
    try {
      writeFileSync(path, `${pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => {
        if (ownerOf(path) === pid) rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(path);
    if (owner !== undefined && owner !== pid && isAlive(owner)) {
      throw new DirectoryLockError(`directory ${JSON.stringify(dir)} is used by another server (process ${owner})`);
    }
    takeAway(path, owner);
  }
}

/** Of several that find it abandoned, one moves it; what somebody has written since is put back. */
function takeAway(path: string, abandoned: number | undefined): void {
  const moved = `${path}.${process.pid}`;
  try {
    renameSync(path, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (ownerOf(moved) === abandoned) rmSync(moved);
  else renameSync(moved, path);
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
