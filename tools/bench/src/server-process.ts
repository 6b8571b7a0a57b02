import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nowSeconds } from './clock.ts';
import type { Address, ServerInfo } from './connection.ts';

const START_SECONDS_MAX = 15;
const STOP_SECONDS_MAX = 10;
const RETRY_MS = 2;
const CONFIGURATION_FILE = 'server.conf';

/** A server under test: a program with nats-server's command line. */
export type Program = { label: string; path: string };

/** A running server, on a port of its own on the loopback address. */
export class ServerProcess {
  readonly program: Program;
  readonly address: Address;
  /** From spawn to the first byte of INFO. */
  readonly startSeconds: number;
  readonly info: ServerInfo;
  #process: ChildProcess;
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
    if (configuration !== '') writeFileSync(join(directory, CONFIGURATION_FILE), configuration);
    const startedAt = nowSeconds();
    const started: Started = { program, address, process: spawned(program, address, directory), directory };
    const info = await greeting(started, startedAt + START_SECONDS_MAX);
    return new ServerProcess({ ...started, info, startSeconds: nowSeconds() - startedAt });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Ends it by the signal and starts it anew with what it left. Resolves with when it was started, once it greets. */
  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    if (!(await ended(this.#process, signal))) throw new Error(`${this.program.label} did not stop`);
    const startedAt = nowSeconds();
    this.#process = spawned(this.program, this.address, this.#directory);
    const started = { program: this.program, address: this.address, directory: this.#directory };
    await greeting({ ...started, process: this.#process }, startedAt + START_SECONDS_MAX);
    return startedAt;
  }

  /** SIGTERM, and SIGKILL after 10 s, which is an error: a server has to stop when it is told to. */
  async stop(): Promise<void> {
    const exited = await ended(this.#process);
    rmSync(this.#directory, { recursive: true, force: true });
    if (!exited) throw new Error(`${this.program.label} did not stop within ${STOP_SECONDS_MAX} s of SIGTERM`);
  }
}

type Started = { program: Program; address: Address; process: ChildProcess; directory: string };

function spawned(program: Program, { host, port }: Address, directory: string): ChildProcess {
  const log = openSync(join(directory, 'server.log'), 'a');
  const configurationFile = join(directory, CONFIGURATION_FILE);
  const configuration = existsSync(configurationFile) ? ['-c', configurationFile] : [];
  const child = spawn(program.path, ['-a', host, '-p', String(port), ...configuration], {
    ...{ cwd: directory, stdio: ['ignore', log, log] },
  });
  closeSync(log);
  const orphaned = (): boolean => child.kill('SIGTERM');
  process.once('exit', orphaned);
  child.once('exit', () => process.removeListener('exit', orphaned));
  return child;
}

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

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<boolean> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return true;
  const exit = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
  child.kill(signal);
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
