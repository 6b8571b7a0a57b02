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

/** What the supervisor has written down; undefined where there is none (one service per process). */
export async function readProcessList(runDir: string): Promise<ListedProcess[] | undefined> {
  try {
    const text = await readFile(join(runDir, 'processes.json'), 'utf8');
    return (JSON.parse(text) as { processes: ListedProcess[] }).processes;
  } catch {
    return undefined;
  }
}
