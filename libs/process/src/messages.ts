import type { ProcessStacks } from '@skein/diagnostics';

/**
 * What a process and the supervisor say to each other over the pipe at descriptor 3, one JSON object a line. The end of
 * the pipe is the end of the other side.
 */

export const SUPERVISOR_FD = 3;

/** How often a supervised process says that its event loop turns. */
export const HEARTBEAT_MS = 500;

export type FromProcess =
  | { type: 'beat' }
  /** It does its work now; `ports` are those that it listens on, by their names in the ports file. */
  | { type: 'ready'; ports: Record<string, number> }
  /** Router: these options are in force now (a reload). */
  | { type: 'options'; options: unknown }
  /** What it was asked for. */
  | { type: 'stacks'; stacks: ProcessStacks };

/** The reason of a stop that ends this process alone, since it is started anew. */
export const RESTART = 'restart';

export type ToProcess =
  /** Orderly: finish, flush, exit with 0. */
  | { type: 'stop'; reason: string }
  /** Router: read the configuration again. */
  | { type: 'reload' }
  /** What are you doing? */
  | { type: 'stacks' }

  /** Gateway: let nobody new in, let go of those who are there, exit with 0. Monitor: the node does so. */
  | { type: 'lameDuck' };

/** Longest line: the options of a node with thousands of users. Whoever sends more is out of order and is cut off. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;

export const encodeMessage = (message: FromProcess | ToProcess): string => `${JSON.stringify(message)}\n`;

/** Splits what arrives into messages. Throws on what is not one. */
export class MessageReader<Message extends FromProcess | ToProcess> {
  private rest = '';

  push(text: string, receive: (message: Message) => void): void {
    this.rest += text;
    for (let end = this.rest.indexOf('\n'); end !== -1; end = this.rest.indexOf('\n')) {
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + 1);
      receive(JSON.parse(line));
    }
    if (this.rest.length > LINE_CHARS_MAX) throw new Error('line too long');
  }
}
