import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One process as its supervisor knows it. */
export interface ListedProcess {
  component: string;
  instance: number;
  pid: number;
  up: boolean;
  restarts: number;
  startedUnixMs: number;
}

/** What a supervisor says of the node. */
export interface ProcessList {
  processes: ListedProcess[];
  /** Of all processes, since the supervisor started: whoever reads the node's log did not. */
  logLinesDropped: number;
}

/** What the supervisor has written down; undefined where there is none (one service per process). */
export async function readProcessList(runDir: string): Promise<ProcessList | undefined> {
  try {
    return JSON.parse(await readFile(join(runDir, 'processes.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
