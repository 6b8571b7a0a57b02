import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nowSeconds } from './clock.ts';
import type { Address, ServerInfo } from './connection.ts';

const START_SECONDS_MAX = 15;
const STOP_SECONDS_MAX = 10;
const RETRY_MS = 2;

/** A server under test: a program with nats-server's command line. */
export type Program = { label: string; path: string };

/** A running server, on a port of its own on the loopback address. */
export class ServerProcess {
  readonly program: Program;
  readonly address: Address;
  /** From spawn to the first byte of INFO. */
  readonly startSeconds: number;
  readonly info: ServerInfo;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(started: Started & { startSeconds: number; info: ServerInfo }) {
    this.program = started.program;
    this.address = started.address;
    this.startSeconds = started.startSeconds;
    this.info = started.info;
    this.#process = started.process;
    this.#directory = started.directory;
  }

  /**
   * Starts the program and waits until it greets. `configuration` is the text of its configuration file. Throws with the end
   * of the server's log where it exits or is silent for 15 s.
   */
  static async start(program: Program, configuration = ''): Promise<ServerProcess> {
    const address = { host: '127.0.0.1', port: await freePort() };
    const directory = mkdtempSync(join(tmpdir(), 'skein-bench-'));
    const configurationFile = join(directory, 'server.conf');
    writeFileSync(configurationFile, configuration);
    const log = openSync(join(directory, 'server.log'), 'w');
    const startedAt = nowSeconds();
    const process_ = spawn(
      program.path,
      [...['-a', address.host, '-p', String(address.port)], ...(configuration === '' ? [] : ['-c', configurationFile])],
      { cwd: directory, stdio: ['ignore', log, log] },
    );
    closeSync(log);
    const started: Started = { program, address, process: process_, directory };
    const orphaned = (): boolean => process_.kill('SIGTERM');
    process.once('exit', orphaned);
    process_.once('exit', () => process.removeListener('exit', orphaned));
    const info = await greeting(started, startedAt + START_SECONDS_MAX);
    return new ServerProcess({ ...started, info, startSeconds: nowSeconds() - startedAt });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** SIGTERM, and SIGKILL after 10 s, which is an error: a server has to stop when it is told to. */
  async stop(): Promise<void> {
    const exited = await ended(this.#process);
    rmSync(this.#directory, { recursive: true, force: true });
    if (!exited) throw new Error(`${this.program.label} did not stop within ${STOP_SECONDS_MAX} s of SIGTERM`);
  }
}

type Started = { program: Program; address: Address; process: ChildProcess; directory: string };

/** What the program says of itself. */
export function versionOf(program: Program): string {
  return execFileSync(program.path, ['--version'], { encoding: 'utf8' }).trim();
}

async function greeting(started: Started, deadline: number): Promise<ServerInfo> {
  let failure = '';
  started.process.on('error', (error) => {
    failure = error.message;
  });
  while (nowSeconds() < deadline && failure === '' && started.process.exitCode === null) {
    const line = await firstLine(started.address);
    if (line?.startsWith('INFO ')) return JSON.parse(line.slice(5)) as ServerInfo;
    await delay(RETRY_MS);
  }
  await ended(started.process);
  const log = readFileSync(join(started.directory, 'server.log'), 'utf8').slice(-500);
  rmSync(started.directory, { recursive: true, force: true });
  throw new Error(`${started.program.path} did not start: ${failure} ${log}`);
}

function firstLine(address: Address): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    const end = (line: string | null): void => {
      socket.destroy();
      resolve(line);
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n')) end(text.slice(0, text.indexOf('\r\n')));
    });
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
  });
}

async function ended(child: ChildProcess): Promise<boolean> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return true;
  const exit = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
  child.kill('SIGTERM');
  const stop = new AbortController();
  const late = delay(STOP_SECONDS_MAX * 1000, false, { signal: stop.signal }).catch(() => true);
  const inTime = await Promise.race([exit, late]);
  stop.abort();
  if (!inTime) {
    child.kill('SIGKILL');
    await exit;
  }
  return inTime;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
