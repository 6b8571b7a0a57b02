import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { SignalName } from '@skein/config';

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

/** `--signal NAME[=PID]`. Returns the error for stderr; undefined when the signal was sent. */
export function sendSignal(system: SignalSystem, signal: SignalName, pid?: number): string | undefined {
  const pids = pid === undefined ? system.running() : [pid];
  if (pids.length === 0) return `no ${NAME} processes running`;
  if (pids.length > 1) return `multiple ${NAME} processes running:\n${pids.join('\n')}`;
  try {
    system.kill(pids[0], signals[signal]);
    return undefined;
  } catch (error) {
    return `\nsignal ${JSON.stringify(signal)} ${pids[0]}: ${reasonOf(error as NodeJS.ErrnoException)}`;
  }
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
