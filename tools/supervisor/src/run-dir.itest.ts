import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CONTROL_SOCKET, listenForControl } from './control.ts';
import { createRunDir, type RunDir, removeStaleRunDirs, runningRunDirs } from './run-dir.ts';

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

it('a socket that nobody listens on is proof enough', async () => {
  const { spawnSync } = await import('node:child_process');
  const dir = createRunDir(5);
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, join(dir.path, CONTROL_SOCKET)]);
  expect(existsSync(join(dir.path, CONTROL_SOCKET))).toBe(true);
  await removeStaleRunDirs(() => false);
  expect(existsSync(dir.path)).toBe(false);
});

it('finds the nodes that run', () => {
  const running = createRunDir(7);
  createRunDir(6);
  expect(runningRunDirs((pid) => pid === 7).filter(({ path }) => path.startsWith(base))).toEqual([
    { pid: 7, path: running.path },
  ]);
});
