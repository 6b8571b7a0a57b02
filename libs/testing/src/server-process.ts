import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export interface ServerOptions {
  /** text of a configuration file */
  conf?: string;
  flags?: string[];
  /** what relative file names of the configuration are relative to; the test's own without it */
  cwd?: string;
}

/** A running server, and where it listens. */
export interface ServerProcess {
  pid: number;
  port: number;
  websocketPort?: number;
  /** of the monitoring pages, when they are on */
  monitoringPort?: number;
  /** the configuration's file, to be rewritten before a reload; '' without a configuration */
  confFile: string;
  /** what it wrote on stderr so far, at most the last 500 lines */
  log: string[];
  /** Resolves with the first matching line that comes after the call; rejects after `deadlineMs` (default 5000). */
  nextLine(pattern: RegExp, deadlineMs?: number): Promise<string>;
  /** SIGKILL; resolves when it is gone */
  kill(): Promise<void>;
  /** SIGTERM, SIGKILL after 5 s; resolves when it is gone */
  stop(): Promise<void>;
}

const LOG_LINES_MAX = 500;
/** Only tells one that hangs: on a machine that does much else a start may take ten times as long as on one that does not. */
const START_MS_MAX = 30_000;

/**
 * Starts a NATS server (anything with nats-server's flags and log lines) on a loopback port of its own choice and waits
 * for 'Server is ready'. Rejects, with its log, when it exits before or is not ready within 30 s.
 */
export async function startServer(binary: string, options: ServerOptions = {}): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-test-'));
  const flags = ['-a', '127.0.0.1', '-p', '-1', ...(options.flags ?? [])];
  const confFile = options.conf === undefined ? '' : join(folder, 'server.conf');
  if (options.conf !== undefined) {
    await writeFile(confFile, options.conf);
    flags.push('-c', confFile);
  }
  const child = spawn(binary, flags, { cwd: options.cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit').catch(() => {});
  const log: string[] = [];
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    log.push(line);
    if (log.length > LOG_LINES_MAX) log.shift();
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async (): Promise<void> => {
    await stopChild(child, exited);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ports = await ready(child, lines, log);
    const nextLine = (pattern: RegExp, deadlineMs = 5000) => awaitLine(lines, pattern, deadlineMs);
    return { pid: child.pid as number, ...ports, confFile, log, nextLine, kill, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Ports {
  port: number;
  websocketPort?: number;
  monitoringPort?: number;
}

function ready(child: ChildProcess, lines: Interface, log: string[]): Promise<Ports> {
  return new Promise((resolve, reject) => {
    const ports: Ports = { port: 0 };
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnfile} ${why}:\n${log.join('\n')}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${START_MS_MAX} ms`), START_MS_MAX);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`exited with ${code}`));
    lines.on('line', function look(line: string) {
      const listening = /(client|websocket|monitor) .*:(\d+)$/.exec(line);
      if (listening?.[1] === 'client') ports.port = Number(listening[2]);
      if (listening?.[1] === 'websocket') ports.websocketPort = Number(listening[2]);
      if (listening?.[1] === 'monitor') ports.monitoringPort = Number(listening[2]);
      if (!line.endsWith('Server is ready')) return;
      clearTimeout(timer);
      lines.off('line', look);
      resolve(ports);
    });
  });
}

function awaitLine(lines: Interface, pattern: RegExp, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer);
      lines.off('line', look);
    };
    const look = (line: string): void => {
      if (!pattern.test(line)) return;
      finish();
      resolve(line);
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`no line like ${pattern} within ${deadlineMs} ms`));
    }, deadlineMs);
    lines.on('line', look);
  });
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(timer);
}
