import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const NAME = 'nats-server';

const signals: Record<string, NodeJS.Signals> = {
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
  readFile(path: string): string;
  /** Throws an Error with a code. */
  kill(pid: number, signal: NodeJS.Signals): void;
}

/** `--signal COMMAND[=TARGET]`. Returns the error for stderr, undefined when the signal was sent. */
export function sendSignal(system: SignalSystem, command: string, target: string): string | undefined {
  const pids = target === '' || target.endsWith('*') ? found(system, target) : [pidOf(system, target)];
  if (typeof pids === 'string') return pids;
  const signal = signals[command];
  const errors: string[] = [];
  for (const pid of pids) {
    if (pid === undefined) return `invalid pid: ${target}`;
    if (signal === undefined) return `unknown signal ${JSON.stringify(command)}`;
    try {
      system.kill(pid, signal);
    } catch (error) {
      errors.push(`signal ${JSON.stringify(command)} ${pid}: ${reasonOf(error)}`);
    }
  }
  return errors.length === 0 ? undefined : `\n${errors.join('\n')}`;
}

function found(system: SignalSystem, target: string): number[] | string {
  const prefix = target.slice(0, -1);
  const pids = system.running().filter((pid) => String(pid).startsWith(prefix));
  if (pids.length === 0) return `no ${NAME} processes running`;
  if (pids.length > 1 && target === '') return `multiple ${NAME} processes running:\n${pids.join('\n')}`;
  return pids;
}

/** A number, or a file that holds one. */
function pidOf(system: SignalSystem, target: string): number | undefined {
  const number = /^\s*(\d+)\s*$/;
  const direct = number.exec(target)?.[1];
  if (direct !== undefined) return Number(direct);
  try {
    const inFile = number.exec(system.readFile(target))?.[1];
    return inFile === undefined ? undefined : Number(inFile);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ESRCH') return 'no such process';
  if (code === 'EPERM') return 'operation not permitted';
  return message;
}

export const signalSystem: SignalSystem = {
  running: () => (process.platform === 'linux' ? fromProc() : fromPgrep()).filter((pid) => pid !== process.pid),
  readFile: (path) => readFileSync(path, 'utf8'),
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
