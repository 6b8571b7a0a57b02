import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestFolder, isAlive, removeFolder, until } from './fixtures/spawned-node.ts';

/** The real processes, as a command line starts them. */
const main = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
let child: ChildProcess | undefined;
let log: string[];

beforeEach(() => {
  folder = createTestFolder();
  log = [];
});

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  removeFolder(folder);
});

interface Ports {
  nats: string[];
  monitoring: string[];
}

async function start(...flags: string[]): Promise<ChildProcess> {
  const common = ['-a', '127.0.0.1', '-p', '-1', '-m', '-1', '--ports_file_dir', folder];
  // Node warns on stderr where both are set, as some test runners have them.
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...env } = process.env;
  const spawned = spawn(process.execPath, [main, ...common, ...flags], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  child = spawned;
  const lines = createInterface({ input: spawned.stderr });
  lines.on('line', (line) => log.push(line));
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line.endsWith('Server is ready') && resolve());
    spawned.once('exit', () => reject(new Error(log.join('\n'))));
  });
  return spawned;
}

const portsFile = (): string => join(folder, `nats-server_${child?.pid}.ports`);

async function ports(): Promise<Ports> {
  await until('the ports file is there', 1000, () => existsSync(portsFile()));
  return JSON.parse(readFileSync(portsFile(), 'utf8'));
}

async function page(path: string): Promise<{ status: number; body: Record<string, never> }> {
  const response = await fetch(`${(await ports()).monitoring[0]}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

async function infoOf(url: string): Promise<Record<string, unknown>> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const [data] = await once(socket, 'data');
  socket.destroy();
  return JSON.parse(/^INFO (.*?)\r\n/.exec(String(data))?.[1] ?? '');
}

it('serves clients and monitoring under the identity that it logs', async () => {
  await start('-n', 'here');
  const texts = log.map((line) => line.replace(/^\[\d+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} /, ''));
  expect(texts.slice(0, 4)).toEqual([
    '[INF] Starting nats-server',
    '[INF]   Version:  2.15.2',
    '[INF]   Git:      [not set]',
    '[INF]   Name:     here',
  ]);
  const id = /ID: {7}(N\w+)$/m.exec(log.join('\n'))?.[1];
  const info = await infoOf((await ports()).nats[0]);
  expect(info).toMatchObject({ server_id: id, server_name: 'here', version: '2.15.2' });
  const varz = await page('/varz');
  expect([varz.status, varz.body.server_id]).toEqual([200, id]);
  expect((await page('/healthz')).body).toEqual({ status: 'ok' });
  expect(log.filter((line) => !line.startsWith(`[${child?.pid}] `))).toEqual([]);
});

it('counts the restart of each process', async () => {
  await start();
  type Listed = { component: string; pid: number; restarts: number; silent?: boolean };
  const processes = async (): Promise<Listed[]> => (await page('/varz')).body.processes;
  const before = (await processes()).filter((one) => one.component !== 'monitor');
  expect(before.map((one) => one.component)).toEqual(['router', 'gateway', 'auth-resolver']);
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  const back = async (): Promise<boolean> => {
    const now = (await processes()).filter((one) => one.component !== 'monitor');
    return now.every((one, i) => one.restarts >= 1 && one.pid !== before[i].pid && !one.silent);
  };
  for (const deadline = performance.now() + 10_000; !(await back()); ) {
    if (performance.now() > deadline) throw new Error(`not back: ${JSON.stringify(await processes())}`);
  }
  // A gateway answers the monitor some milliseconds before it may listen.
  const url = (await ports()).nats[0];
  let info: Record<string, unknown> | undefined;
  for (const deadline = performance.now() + 10_000; info === undefined; ) {
    if (performance.now() > deadline) throw new Error('nobody listens');
    info = await infoOf(url).catch(() => undefined);
  }
  expect(info).toMatchObject({ version: '2.15.2' });
});

it('obeys --signal: reload, term', async () => {
  const config = join(folder, 'server.conf');
  const file = join(folder, 'server.log');
  writeFileSync(config, 'max_payload: 1000\n');
  const node = await start('-c', config);
  const signal = (what: string): string =>
    execFileSync(process.execPath, [main, '--signal', `${what}=${node.pid}`], { encoding: 'utf8' });
  const pidFile = join(folder, 'server.pid');
  const lines = ['max_payload: 2000', `log_file: ${JSON.stringify(file)}`, `pid_file: ${JSON.stringify(pidFile)}`];
  writeFileSync(config, `${lines.join('\n')}\n`);
  signal('reload');
  const reloaded = async (): Promise<boolean> => (await infoOf((await ports()).nats[0])).max_payload === 2000;
  for (const deadline = performance.now() + 5000; !(await reloaded()); ) {
    if (performance.now() > deadline) throw new Error(`not reloaded:\n${log.join('\n')}`);
  }
  await until('the pid file is there', 1000, () => existsSync(pidFile));
  expect(readFileSync(pidFile, 'utf8')).toBe(String(node.pid));
  signal('term');
  expect(await once(node, 'exit')).toEqual([0, null]);
  expect(isAlive(node.pid as number)).toBe(false);
});

it('SIGQUIT: says what every process does, and ends with 2 at once', async () => {
  const node = await start();
  process.kill(node.pid as number, 'SIGQUIT');
  expect(await once(node, 'exit')).toEqual([2, null]);
  const text = log.join('\n');
  expect(text).toContain('SIGQUIT: quit');
  for (const name of ['supervisor', 'router 0', 'gateway 0', 'auth-resolver 0', 'monitor 0']) {
    expect(text).toContain(`${name} pid `);
  }
});

it('--plan says what a reload would do, and changes nothing', async () => {
  const config = join(folder, 'server.conf');
  writeFileSync(config, 'max_payload: 1000\n');
  const node = await start('-c', config);
  const plan = (text: string) => {
    const file = join(folder, 'next.conf');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, `--plan=${node.pid}`, '-c', file], {
      encoding: 'utf8',
    });
    return [status, stdout, stderr];
  };
  expect(plan('max_payload: 1000')).toEqual([0, 'nothing changes\n', '']);
  expect(plan('max_payload: 2000')).toEqual([0, 'hot      max_payload: max_payload = 2000\n', '']);
  const restart = 'restart  max_subscriptions: config reload not supported for MaxSubs: old=0, new=3\n';
  expect(plan('max_payload: 1000, max_subs: 3')).toEqual([2, restart, '']);
  expect(plan('nonsense: 1')).toEqual([3, expect.stringMatching(/^refused {2}.*unknown field "nonsense"\n$/), '']);
  expect(spawnSync(process.execPath, [main, '--plan=1'], { encoding: 'utf8' })).toMatchObject({
    ...{ status: 1, stdout: '', stderr: 'nats-server: no server of yours runs as 1\n' },
  });
  expect((await infoOf((await ports()).nats[0])).max_payload).toBe(1000);
});

it('says why it cannot start, with exit code 1', async () => {
  const config = join(folder, 'server.conf');
  writeFileSync(config, 'no_such_key: 1\n');
  await expect(start('-c', config)).rejects.toThrow(/^nats-server: .*no_such_key/);
  expect(child?.exitCode).toBe(1);
});
