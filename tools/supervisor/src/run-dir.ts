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

function baseFolder(): string {
  const preferred = process.env.XDG_RUNTIME_DIR;
  for (const folder of [preferred, tmpdir()]) {
    if (folder === undefined || folder === '' || folder.length > BASE_CHARS_MAX) continue;
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
      return folder;
    } catch {
      // not ours to write to
    }
  }
  return '/tmp';
}

function removeStale(base: string, isAlive: (pid: number) => boolean): void {
  for (const name of readdirSync(base)) {
    const pid = /^skein-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(base, name), { recursive: true, force: true });
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
