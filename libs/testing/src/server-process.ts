import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ServerOptions {
  /** text of a configuration file */
  conf?: string;
  flags?: string[];
}

/** A running server, and where it listens. */
export interface ServerProcess {
  pid: number;
  port: number;
  websocketPort?: number;
  /** what it wrote on stderr so far, at most the last 500 lines */
  log: string[];
  /** SIGTERM, SIGKILL after 5 s; resolves when it is gone */
  stop(): Promise<void>;
}

const LOG_LINES_MAX = 500;
const START_MS_MAX = 10_000;

/**
 * Starts a NATS server (anything with nats-server's flags and log lines) on a loopback port of its own choice and waits
 * for 'Server is ready'. Rejects, with its log, when it exits before or is not ready within 10 s.
 */
export async function startServer(binary: string, options: ServerOptions = {}): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-test-'));
  const flags = ['-a', '127.0.0.1', '-p', '-1', ...(options.flags ?? [])];
  if (options.conf !== undefined) {
    const file = join(folder, 'server.conf');
    await writeFile(file, options.conf);
    flags.push('-c', file);
  }
  const child = spawn(binary, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit').catch(() => {});
  const log: string[] = [];
  const stop = async (): Promise<void> => {
    await stopChild(child, exited);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ports = await ready(child, log);
    return { pid: child.pid as number, ...ports, log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ready(child: ChildProcess, log: string[]): Promise<{ port: number; websocketPort?: number }> {
  return new Promise((resolve, reject) => {
    let port = 0;
    let websocketPort: number | undefined;
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnfile} ${why}:\n${log.join('\n')}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${START_MS_MAX} ms`), START_MS_MAX);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`exited with ${code}`));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      log.push(line);
      if (log.length > LOG_LINES_MAX) log.shift();
      const listening = /Listening for (client|websocket) .*:(\d+)$/.exec(line);
      if (listening?.[1] === 'client') port = Number(listening[2]);
      if (listening?.[1] === 'websocket') websocketPort = Number(listening[2]);
      if (!line.endsWith('Server is ready')) return;
      clearTimeout(timer);
      resolve({ port, websocketPort });
    });
  });
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(timer);
}
