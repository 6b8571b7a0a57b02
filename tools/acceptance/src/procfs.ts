import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** False where there is no /proc (macOS): nothing can be said of other processes there. */
export const hasProcfs = existsSync('/proc/self/stat');

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It is gone.
    return '';
  }
}

/** Fields of /proc/<pid>/stat behind the name, which may hold spaces: state, parent, … */
const fields = (pid: number): string[] =>
  read(pid, 'stat')
    .replace(/^.*\) /, '')
    .split(' ');

/** What `pgrep -x` compares, 15 characters at most; '' for a process that is gone. */
export const commOf = (pid: number): string => read(pid, 'comm').trim();

/** A dead one that nobody has waited for yet has let go of everything. */
export const isAlive = (pid: number): boolean => !['', 'Z'].includes(fields(pid)[0]);

/** A process and all that descend from it. */
export function familyOf(root: number): number[] {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => [Number(pid), Number(fields(Number(pid))[1])]);
  const family = [root];
  for (const member of family) family.push(...parents.filter(([, parent]) => parent === member).map(([pid]) => pid));
  return family;
}

/** The most resident memory that a process ever had. */
export function residentPeakBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(read(pid, 'status'))?.[1] ?? 0) * 1024;
}
