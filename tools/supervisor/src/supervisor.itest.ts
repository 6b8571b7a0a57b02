import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestFolder, isAlive, removeFolder, SpawnedNode, until } from './fixtures/spawned-node.ts';

let folder: string;
let nodes: SpawnedNode[];

beforeEach(() => {
  folder = createTestFolder();
  nodes = [];
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.destroy()));
  removeFolder(folder);
});

function spawnNode(options: object = {}, stderr: 'pipe' | number = 'pipe'): SpawnedNode {
  const node = new SpawnedNode(folder, options, stderr);
  nodes.push(node);
  return node;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

describe('a killed node', () => {
  it('leaves no process behind, not even a stopped one, and its port is free at once', async () => {
    const first = await spawnNode().ready();
    const pids = first.processes().map((one) => one.pid);
    expect(pids).toHaveLength(4);
    process.kill(pids[0], 'SIGSTOP');
    const client = await open(first.port);
    client.on('error', () => {});
    // A reset is as good an end as any: `once` would reject for it.
    const closed = new Promise((resolve) => client.once('close', resolve));
    first.child.kill('SIGKILL');
    await first.exited;
    const second = await spawnNode({ port: first.port }).ready();
    expect(second.port).toBe(first.port);
    await closed;
    await until('inner processes are gone', 1000, () => !pids.some(isAlive));
    expect(await ask(await open(second.port), 'hello')).toBe('hello');
  });

  it('has its run directory removed by the next', async () => {
    const first = await spawnNode().ready();
    first.child.kill('SIGKILL');
    await first.exited;
    expect(first.runDir).toBeDefined();
    await spawnNode().ready();
    await until('it is gone', 2000, () => first.runDir === undefined);
  });
});

describe('a stopped node', () => {
  it.each([
    ['SIGTERM', 'terminated'],
    ['SIGINT', 'interrupt'],
  ] as const)('exits with 0 after %s and leaves nothing', async (signal, name) => {
    const node = await spawnNode({ portsFileDir: folder }).ready();
    const pids = node.processes().map((one) => one.pid);
    const portsFile = join(folder, `nats-server_${node.pid}.ports`);
    await until('the ports file is there', 1000, () => existsSync(portsFile));
    const begun = performance.now();
    node.child.kill(signal);
    const log = await node.end();
    expect(await node.exited).toEqual([0, null]);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(log).toContain(`[INF] Trapped "${name}" signal`);
    expect(log.indexOf('Initiating Shutdown...')).toBeGreaterThan(0);
    expect(log.trimEnd().endsWith('[INF] Server Exiting..')).toBe(true);
    expect(pids.some(isAlive)).toBe(false);
    expect(existsSync(portsFile)).toBe(false);
    expect(node.runDir).toBeUndefined();
  });

  it('stops in its order when a service manager signals every process of it', async () => {
    const node = await spawnNode().ready();
    for (const { pid } of node.processes()) process.kill(pid, 'SIGTERM');
    node.child.kill('SIGTERM');
    const log = await node.end();
    expect(await node.exited).toEqual([0, null]);
    expect(log).not.toContain('restarting');
    expect(log).toMatch(/monitor stops.*router stops/s);
  });

  it('ends in time with a frozen process', async () => {
    const node = await spawnNode().ready();
    const frozen = node.processes().find((one) => one.component === 'gateway');
    process.kill(frozen?.pid as number, 'SIGSTOP');
    const begun = performance.now();
    node.child.kill('SIGTERM');
    await node.end();
    expect(await node.exited).toEqual([0, null]);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe('files', () => {
  it('are written when clients are served: ports and pid', async () => {
    const pidFile = join(folder, 'server.pid');
    const node = await spawnNode({ portsFileDir: folder, pidFile }).ready();
    const portsFile = join(folder, `nats-server_${node.pid}.ports`);
    await until('the ports file is there', 1000, () => existsSync(portsFile));
    expect(JSON.parse(readFileSync(portsFile, 'utf8'))).toEqual({ nats: [`nats://127.0.0.1:${node.port}`] });
    expect(readFileSync(pidFile, 'utf8')).toBe(String(node.pid));
  });

  it('are for the user alone in the run directory', async () => {
    const node = await spawnNode().ready();
    const runDir = node.runDir as string;
    expect(statSync(runDir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(runDir, { recursive: true }) as string[]) {
      expect(statSync(join(runDir, name)).mode & 0o077).toBe(0);
    }
  });
});

it('refuses a port that another node has, with nats-server’s words', async () => {
  const first = await spawnNode({ skein: { gateways: 2 } }).ready();
  const second = spawnNode({ port: first.port, skein: { gateways: 2 } });
  const log = await second.end();
  expect(await second.exited).toEqual([1, null]);
  const address = `127.0.0.1:${first.port}`;
  expect(log).toContain(
    `[FTL] Error listening on port: ${address}, "listen tcp ${address}: bind: address already in use"`,
  );
});

it('replaces a process that was killed, and counts it', async () => {
  const node = await spawnNode().ready();
  const before = node.processes().find((one) => one.component === 'auth-resolver');
  process.kill(before?.pid as number, 'SIGKILL');
  const after = () => node.processes().find((one) => one.component === 'auth-resolver');
  await until('it is back', 3000, () => after()?.pid !== before?.pid && after()?.up === true);
  expect(after()?.restarts).toBe(1);
});

it('replaces a frozen gateway of two within 3.5 s', async () => {
  const node = await spawnNode({ skein: { gateways: 2 } }).ready();
  const frozen = node.processes().find((one) => one.component === 'gateway');
  process.kill(frozen?.pid as number, 'SIGSTOP');
  const now = () => node.processes().find((one) => one.component === 'gateway');
  await until('another is up', 3500, () => now()?.pid !== frozen?.pid && now()?.up === true);
});

describe('a log that nobody reads', () => {
  const ROUNDS = 80;
  const GROWTH_MAX_MIB = 100;

  /** 80 × 20,000 lines are 160 MB: far more than pipes hold; garbage not yet collected is up to 70 MiB. */
  async function floodAndAsk(node: SpawnedNode, port: number): Promise<void> {
    const pids = [node.pid, ...node.processes().map((one) => one.pid)];
    const before = pids.map(residentMib);
    const socket = await open(port);
    for (let i = 0; i < ROUNDS; i++) expect(await ask(socket, 'chatter')).toBe('chatter');
    expect(await ask(socket, 'still there')).toBe('still there');
    for (const [i, pid] of pids.entries()) expect(residentMib(pid) - before[i]).toBeLessThan(GROWTH_MAX_MIB);
    expect(node.processes().every((one) => one.up && one.restarts === 0)).toBe(true);
  }

  const residentMib = (pid: number): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

  it('does not stop the server: socket', async () => {
    const node = await spawnNode().ready();
    node.child.stderr?.pause();
    await floodAndAsk(node, node.port);
  });

  it('does not stop the server, nor its end: pipe', async () => {
    const fifo = join(folder, 'stderr');
    execFileSync('/usr/bin/mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, constants.O_WRONLY);
    const node = spawnNode({ portsFileDir: folder }, writer);
    closeSync(writer);
    const portsFile = join(folder, `nats-server_${node.pid}.ports`);
    const url = (): string => JSON.parse(readFileSync(portsFile, 'utf8')).nats[0];
    await until('the node is ready', 10_000, () => existsSync(portsFile));
    await floodAndAsk(node, Number(new URL(url()).port));
    node.child.kill('SIGTERM');
    expect(await node.exited).toEqual([0, null]);
    closeSync(reader);
  });
});

it('is one process to those who look for nats-server', async () => {
  const node = await spawnNode().ready();
  const comm = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  expect(comm(node.pid)).toBe('nats-server');
  for (const { pid } of node.processes()) {
    // The monitor may still be loading: nobody waits for it where it serves nothing.
    await until('it has its name', 5000, () => comm(pid).startsWith('skein-'));
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('nats-server');
  }
});
