import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CONTROL_SOCKET, listenForControl } from './control.ts';
import { chooseRunDir, createRunDir, type RunDir, removeStaleRunDirs, runningRunDirs } from './run-dir.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'rd-'));
  vi.stubEnv('XDG_RUNTIME_DIR', base);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

const listen = ({ path }: RunDir): Promise<void> => listenForControl(join(path, CONTROL_SOCKET), async () => 0);
const there = (dirs: readonly RunDir[]): boolean[] => dirs.map(({ path }) => existsSync(path));

it('removes what dead supervisors left, and nothing of one that lives, though its number is unknown here', async () => {
  const [known, unknown, starting, forgotten] = [1, 2, 3, 4].map((pid) => createRunDir(pid));
  await listen(unknown);
  utimesSync(forgotten.path, 0, 0);
  await removeStaleRunDirs((pid) => pid === 1);
  expect(there([known, unknown, starting, forgotten])).toEqual([true, true, true, false]);
});

/** As a supervisor leaves it that is killed. */
function abandoned(pid: number): RunDir {
  const dir = createRunDir(pid);
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, join(dir.path, CONTROL_SOCKET)]);
  expect(existsSync(join(dir.path, CONTROL_SOCKET))).toBe(true);
  return dir;
}

it.each([true, false])('a socket that nobody listens on is proof enough: its number is taken, %s', async (taken) => {
  const dir = abandoned(5);
  await removeStaleRunDirs(() => taken);
  expect(existsSync(dir.path)).toBe(false);
});

const found = async (isAlive: (pid: number) => boolean) =>
  (await runningRunDirs(isAlive)).filter(({ path }) => path.startsWith(base));

it('finds the nodes that run, not those whose number another process has by now', async () => {
  const running = createRunDir(7);
  createRunDir(6);
  abandoned(8);
  expect(await found((pid) => pid !== 6)).toEqual([{ pid: 7, path: running.path }]);
});

it('takes no folder for a node that others may write to: anybody could have made it', async () => {
  const running = createRunDir(7);
  chmodSync(running.path, 0o777);
  expect(await found(() => true)).toEqual([]);
});

it('does not choose among folders of the same number', () => {
  const both = ['/a', '/b'].map((path) => ({ pid: 7, path }));
  expect(() => chooseRunDir(both, { kind: 'pid', pid: 7 })).toThrow('several claim to be 7:\n/a\n/b');
});
