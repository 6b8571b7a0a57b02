import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { Duplex } from 'node:stream';
import { encodeMessage, type FromProcess, MessageReader, type ToProcess } from '@skein/process';
import { LineSplitter } from './line-splitter.ts';
import { InspectorNotice } from './stacks/inspector-notice.ts';

export interface ChildCommand {
  program: string;
  args: string[];
}

export interface ChildEvents {
  message(message: FromProcess): void;
  /** Complete log lines. */
  lines(text: string): void;
  /** It is gone, all it wrote has been handed on. */
  exited(code: number | null, signal: NodeJS.Signals | null): void;
}

/** One running inner process. */
export interface Child {
  readonly pid: number | undefined;
  send(message: ToProcess): void;
  kill(): void;
  /** Has its inspector listen, which works though its event loop stands still; calls back with the URL. */
  inspect(found: (url: string) => void): void;
}

export type StartChild = (command: ChildCommand, events: ChildEvents) => Child;

/** The pipe at descriptor 3: the child's life hangs on it, see `@skein/process`. */
export const startChild: StartChild = (command, events) => {
  const nodeArgs = [...INSPECTOR_FLAGS, command.program, ...command.args];
  // A stopped process cannot notice the end of its pipe; the kernel can end it all the same.
  const [file, args] =
    setpriv === undefined
      ? [process.execPath, nodeArgs]
      : [setpriv, ['--pdeathsig', 'KILL', process.execPath, ...nodeArgs]];
  const child: ChildProcess = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });

  const notice = new InspectorNotice();
  const splitter = new LineSplitter((text) => {
    const lines = notice.filter(text);
    if (lines !== '') events.lines(lines);
  });
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => splitter.push(text));

  const pipe = child.stdio[3] as Duplex;
  const reader = new MessageReader<FromProcess>();
  pipe.setEncoding('utf8');
  pipe.on('data', (text: string) => {
    try {
      reader.push(text, events.message);
    } catch {
      child.kill('SIGKILL');
    }
  });
  // Its end is seen as the child's exit.
  pipe.on('error', () => {});

  let over = false;
  const exited = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (over) return;
    over = true;
    splitter.end();
    events.exited(code, signal);
  };
  child.on('close', exited);
  // `close` waits for the pipes; whoever inherited one must not keep a dead child from being replaced.
  child.on('exit', (code, signal) => setTimeout(exited, CLOSE_MS_MAX, code, signal).unref());
  child.on('error', () => exited(null, null));

  return {
    pid: child.pid,
    send: (message) => {
      if (pipe.writable) pipe.write(encodeMessage(message));
    },
    kill: () => {
      child.kill('SIGKILL');
    },
    inspect: (found) => {
      notice.expect(found);
      child.kill('SIGUSR1');
    },
  };
};

/** It listens nowhere until SIGUSR1 says so; then on a port of its own, under a name that only its log tells. */
const INSPECTOR_FLAGS = ['--inspect-port=127.0.0.1:0', '--inspect-publish-uid=stderr'];

const CLOSE_MS_MAX = 50;

const setpriv = process.platform === 'linux' ? onPath('setpriv') : undefined;

function onPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(':')) {
    const file = `${folder}/${name}`;
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return undefined;
}
