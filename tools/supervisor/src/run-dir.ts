import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignalTarget } from '@skein/config';
import type { ComponentName } from './components.ts';
import { componentNames } from './components.ts';
import { CONTROL_SOCKET } from './control.ts';

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

/** Makes one for this process (0700), with a secret a component (0600). */
export function createRunDir(pid: number): RunDir {
  const base = baseFolder();
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

/** Those of this user's servers, root's being all; wherever their supervisors may have put them, by pid. */
export async function runningRunDirs(isAlive: (pid: number) => boolean = processIsAlive): Promise<RunningRunDir[]> {
  const found = baseFolders()
    .flatMap(runDirsIn)
    .filter(({ pid, path }) => isAlive(pid) && isOurs(path));
  // A number is soon another process's.
  const deserted = await Promise.all(found.map((one) => isDeserted(one, isAlive)));
  return found.filter((_, i) => !deserted[i]).sort((a, b) => a.pid - b.pid);
}

/** The path of the one that is meant. Throws when that is none, or more than one. */
export function chooseRunDir(running: readonly RunningRunDir[], target: SignalTarget): string {
  if (target.kind === 'pid') {
    const found = running.filter((one) => one.pid === target.pid);
    if (found.length === 0) throw new Error(`no server of yours runs as ${target.pid}`);
    if (found.length > 1) throw new Error(`several claim to be ${target.pid}:\n${found.map(pathOf).join('\n')}`);
    return found[0].path;
  }
  if (running.length === 0) throw new Error('no nats-server processes running');
  if (running.length > 1) {
    throw new Error(`multiple nats-server processes running:\n${running.map((one) => one.pid).join('\n')}`);
  }
  return running[0].path;
}

const pathOf = ({ path }: RunningRunDir): string => path;

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

/** In a folder that everybody may write to, anybody can make one that looks like a server's. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const user = process.getuid?.();
  return found?.isDirectory() === true && (found.mode & 0o077) === 0 && (user === 0 || found.uid === user);
}

function runDirsIn(base: string): RunningRunDir[] {
  return readdirSync(base).flatMap((name) => {
    const pid = /^skein-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1];
    return pid === undefined ? [] : [{ pid: Number(pid), path: join(base, name) }];
  });
}

/**
 * Removes those that dead supervisors left. A number proves nothing: containers may share the folder but not the numbers of
 * processes, and it may be another process's by now. Only a control socket that nobody listens on does.
 */
export async function removeStaleRunDirs(isAlive: (pid: number) => boolean = processIsAlive): Promise<void> {
  for (const one of runDirsIn(baseFolder())) {
    if (!isOurs(one.path) || !(await isDeserted(one, isAlive))) continue;
    try {
      rmSync(one.path, { recursive: true, force: true });
    } catch {
      // another node does so, too
    }
  }
}

/** Time enough for a supervisor to get from the folder to the socket in it. */
const WITHOUT_SOCKET_MS_MAX = 60_000;

function isDeserted({ pid, path }: RunningRunDir, isAlive: (pid: number) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(path, CONTROL_SOCKET), () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'ECONNREFUSED' || (code === 'ENOENT' && isOld(path) && !isAlive(pid)));
    });
  });
}

function isOld(path: string): boolean {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > WITHOUT_SOCKET_MS_MAX;
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
