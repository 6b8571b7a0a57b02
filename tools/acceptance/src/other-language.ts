import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_MS_MAX = 90_000;
const cache = fileURLToPath(new URL('../../../node_modules/.cache/skein', import.meta.url));
const fixtures = join(import.meta.dirname, 'fixtures');

const NATS_PY = 'nats-py==2.12.0';

export interface OtherClient {
  name: string;
  /** Runs the script against a server; resolves with what it printed, rejects with why it failed. */
  talk(url: string): Promise<string>;
}

/** Installs the Python client into the cache unless it is there. Rejects when there is no Python, no pip or no network. */
async function python(): Promise<OtherClient> {
  const folder = join(cache, 'python', NATS_PY);
  if (!existsSync(folder)) {
    const half = `${folder}.${process.pid}`;
    await mkdir(half, { recursive: true });
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', half, NATS_PY];
    await run('python3', args, { timeout: INSTALL_MS_MAX });
    // In one step: an installation that was cut off is never taken for a whole one.
    await rename(half, folder).catch(() => rm(half, { recursive: true }));
  }
  const env = { ...process.env, PYTHONPATH: folder };
  return {
    name: NATS_PY,
    talk: async (url) => (await run('python3', [join(fixtures, 'client.py'), url], { env, timeout: 30_000 })).stdout,
  };
}

/** Builds the Go client's script in the cache; Go keeps what it has downloaded. */
async function go(): Promise<OtherClient> {
  const folder = join(cache, 'go');
  await cp(join(fixtures, 'go'), folder, { recursive: true });
  const env = { ...process.env, GOFLAGS: '-mod=mod' };
  const program = join(folder, 'client');
  await run('go', ['build', '-o', program, '.'], { cwd: folder, env, timeout: INSTALL_MS_MAX });
  return { name: 'nats.go', talk: async (url) => (await run(program, [url], { timeout: 30_000 })).stdout };
}

/** The first client in another language that this machine can run, or why there is none. */
export async function otherClient(): Promise<OtherClient | string> {
  const reasons: string[] = [];
  for (const prepare of [python, go]) {
    try {
      return await prepare();
    } catch (error) {
      reasons.push(`${prepare.name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  return reasons.join('; ');
}
