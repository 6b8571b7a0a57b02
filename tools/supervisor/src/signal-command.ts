import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { SignalName, SignalTarget } from '@skein/config';

const NAME = 'nats-server';

const signals: Record<SignalName, NodeJS.Signals> = {
  stop: 'SIGKILL',
  quit: 'SIGINT',
  term: 'SIGTERM',
  reopen: 'SIGUSR1',
  reload: 'SIGHUP',
  ldm: 'SIGUSR2',
};

/** The system as the command sees it. */
export interface SignalSystem {
  /** Processes called nats-server, this one excluded, ascending. */
  running(): number[];
  /** Throws an Error with a code. */
  kill(pid: number, signal: NodeJS.Signals): void;
}

/** `--signal NAME[=PID]`. Returns the error for stderr; undefined when nothing went wrong. */
export function sendSignal(system: SignalSystem, signal: SignalName, target: SignalTarget): string | undefined {
  if (target.kind === 'pid') return send(system, signal, [target.pid]);
  const running = system.running();
  if (running.length === 0) return `no ${NAME} processes running`;
  if (target.kind === 'prefix') {
    // That none of those running is meant is no error.
    return send(
      system,
      signal,
      running.filter((pid) => String(pid).startsWith(target.prefix)),
    );
  }
  if (running.length > 1) return `multiple ${NAME} processes running:\n${running.join('\n')}`;
  return send(system, signal, running);
}

function send(system: SignalSystem, signal: SignalName, pids: readonly number[]): string | undefined {
  let failed = '';
  for (const pid of pids) {
    try {
      system.kill(pid, signals[signal]);
    } catch (error) {
      failed += `\nsignal ${JSON.stringify(signal)} ${pid}: ${reasonOf(error as NodeJS.ErrnoException)}`;
    }
  }
  return failed === '' ? undefined : failed;
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ESRCH') return 'no such process';
  if (code === 'EPERM') return 'operation not permitted';
  return message;
}

export const signalSystem: SignalSystem = {
  running: () => (process.platform === 'linux' ? fromProc() : fromPgrep()).filter((pid) => pid !== process.pid),
  kill: (pid, signal) => {
    process.kill(pid, signal);
  },
};

function fromProc(): number[] {
  const pids: number[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/comm`, 'utf8').trim() === NAME) pids.push(Number(entry));
    } catch {
      // it has ended meanwhile
    }
  }
  return pids.sort((a, b) => a - b);
}

function fromPgrep(): number[] {
  try {
    return execFileSync('pgrep', ['-x', NAME], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
