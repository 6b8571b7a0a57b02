import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComponentName } from './components.ts';
import { componentNames } from './components.ts';

const PREFIX = 'skein-';
const SECRET_BYTES = 32;
/** A socket's path must fit into 107 bytes, its name in the folder included. */
const BASE_CHARS_MAX = 64;

/** The folder that a node's processes share: sockets, secrets, the state that the router starts from. */
export interface RunDir {
  readonly path: string;
  readonly secretDir: string;
  secretFile(component: ComponentName): string;
  /** Replaces a JSON file in one step: a reader sees the old or the new one. */
  writeJson(name: string, content: unknown): void;
  remove(): void;
}

/** Makes one for this process (0700), with a secret a component (0600), and removes those that dead supervisors left. */
export function createRunDir(pid: number, isAlive: (pid: number) => boolean): RunDir {
  const base = baseFolder();
  removeStale(base, isAlive);
  const path = mkdtempSync(join(base, `${PREFIX}${pid}-`));
  const secretDir = join(path, 'secrets');
  mkdirSync(secretDir, { mode: 0o700 });
  for (const name of componentNames) {
    writeFileSync(join(secretDir, name), randomBytes(SECRET_BYTES).toString('hex'), { mode: 0o600 });
  }
  return {
    path,
    secretDir,
    secretFile: (component) => join(secretDir, component),
    writeJson(name, content) {
      const file = join(path, name);
      writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The folder of a node that runs. */
export interface RunningRunDir {
  /** The supervisor's. */
  pid: number;
  path: string;
}

/** Those that this user can enter, wherever their supervisors may have put them, by pid. */
export function runningRunDirs(isAlive: (pid: number) => boolean = processIsAlive): RunningRunDir[] {
  return baseFolders()
    .flatMap(runDirsIn)
    .filter(({ pid, path }) => isAlive(pid) && isAccessible(path))
    .sort((a, b) => a.pid - b.pid);
}

const baseFolder = (): string => baseFolders()[0];

/** Where run directories may be, best first. */
function baseFolders(): string[] {
  const wanted = [process.env.XDG_RUNTIME_DIR ?? '', tmpdir(), '/tmp'];
  const usable = wanted.filter((folder) => folder !== '' && folder.length <= BASE_CHARS_MAX && isAccessible(folder));
  return usable.length === 0 ? ['/tmp'] : [...new Set(usable)];
}

function isAccessible(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runDirsIn(base: string): RunningRunDir[] {
  return readdirSync(base).flatMap((name) => {
    const pid = /^skein-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1];
    return pid === undefined ? [] : [{ pid: Number(pid), path: join(base, name) }];
  });
}

function removeStale(base: string, isAlive: (pid: number) => boolean): void {
  for (const { pid, path } of runDirsIn(base)) {
    if (isAlive(pid)) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // another user's
    }
  }
}

/** True for a process of any user. */
export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
