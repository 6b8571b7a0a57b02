/** One call of a stack, the innermost first. */
export interface Frame {
  function: string;
  /** As the engine names it: a path or URL, `node:…` for Node's own. */
  file: string;
  /** From 1. */
  line: number;
  column: number;
}

export interface ThreadStack {
  /** `main`, or `worker N`. */
  thread: string;
  /** What it does: `running`, or why there is no stack. */
  state: string;
  frames: Frame[];
}

/** What the threads of a process do at this moment. */
export interface ProcessStacks {
  threads: ThreadStack[];
  /** What the event loop waits for, by Node's names (`Timeout`, `TCPSocketWrap`), with their number. */
  waiting: Record<string, number>;
}

/**
 * In the shape of a Go program's dump, which is what readers of nats-server's `/stacksz` know.
 *
 * @param process its name, `gateway 0`
 */
export function stacksText(process: string, pid: number, { threads, waiting }: ProcessStacks): string {
  const parts = threads.map(({ thread, state, frames }) => {
    const lines = frames.map((frame) => `${frame.function}()\n\t${frame.file}:${frame.line}:${frame.column}\n`);
    return `${process} pid ${pid} thread ${thread} [${state}]:\n${lines.join('')}`;
  });
  const kinds = Object.entries(waiting).map(([kind, count]) => `${kind} ${count}`);
  if (kinds.length > 0) parts.push(`${process} pid ${pid} waits for: ${kinds.join(', ')}\n`);
  return parts.join('\n');
}

/** The innermost calls, in a line of the log. */
export function whereText(frames: readonly Frame[]): string {
  const calls = frames.slice(0, CALLS_SHOWN).map((frame) => `${frame.function} (${frame.file}:${frame.line})`);
  return calls.join(', called by ');
}

const CALLS_SHOWN = 5;

/** Reads the lines of a stack as V8 writes them; lines that name no place are left out. */
export function parseStack(lines: readonly string[]): Frame[] {
  return lines.flatMap((line) => {
    const match = CALL.exec(line.trim()) ?? BARE.exec(line.trim());
    if (match === null) return [];
    const [, name = '', file, row, column] = match;
    return [{ function: name.trim() || '(anonymous)', file, line: Number(row), column: Number(column) }];
  });
}

const CALL = /^at (.*?)\((.*):(\d+):(\d+)\)$/;
const BARE = /^at (?:async )?()(\S*):(\d+):(\d+)$/;
