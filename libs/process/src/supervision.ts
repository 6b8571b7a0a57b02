import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import {
  encodeMessage,
  type FromProcess,
  HEARTBEAT_MS,
  MessageReader,
  SUPERVISOR_FD,
  type ToProcess,
} from './messages.ts';

/** The process's end of the pipe to its supervisor. */
export interface Supervision {
  send(message: FromProcess): void;
}

/** Undefined when no supervisor started this process (one service per process, or by hand). */
export function connectSupervisor(receive: (message: ToProcess) => void): Supervision | undefined {
  if (!isPipe(SUPERVISOR_FD)) return undefined;
  const pipe = new Socket({ fd: SUPERVISOR_FD, readable: true, writable: true });
  const reader = new MessageReader<ToProcess>();
  pipe.setEncoding('utf8');
  pipe.on('data', (text: string) => reader.push(text, receive));
  pipe.on('error', die);
  pipe.on('close', die);
  const send = (message: FromProcess): void => {
    pipe.write(encodeMessage(message));
  };
  setInterval(() => send({ type: 'beat' }), HEARTBEAT_MS);
  return { send };
}

/**
 * Whoever takes the supervisor's place must find ports and locks free at once: no clean-up, no exit handlers, which could
 * wait for a thread that is stuck in a write.
 */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isSocket() || stat.isFIFO();
  } catch {
    return false;
  }
}
