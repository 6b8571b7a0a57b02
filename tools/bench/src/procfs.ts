import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** USER_HZ: the unit of times in /proc, 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

export type ProcessStat = { pid: number; name: string; parent: number; cpuSeconds: number };

/** Reads the text of /proc/<pid>/stat; the name may hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    parent: Number(fields[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

/** The value in KiB of a line such as `Pss:   123 kB`; 0 where there is none. */
export function parseKib(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}

/** The processes of `all` that are `root` or descend from it, root first. */
export function descendants(all: readonly ProcessStat[], root: number): ProcessStat[] {
  const family = all.filter((each) => each.pid === root);
  for (const member of family) family.push(...all.filter((each) => each.parent === member.pid));
  return family;
}

/** A node's processes: the one that was started, and all that it started. */
export function processTree(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => read(pid, 'stat'))
    .filter((text) => text !== '')
    .map(parseStat);
  return descendants(all, root);
}

/** Seconds of processor time that a process has used; 0 for one that is gone. */
export function cpuSeconds(pid: number): number {
  const text = read(pid, 'stat');
  return text === '' ? 0 : parseStat(text).cpuSeconds;
}

/** Resident memory of a process tree, added up, in KiB; pages that processes share count once for each. */
export function residentKib(root: number): number {
  return sum(processTree(root).map(({ pid }) => parseKib(read(pid, 'status'), 'VmRSS')));
}

/** Proportional set size of a process tree, added up, in KiB. */
export function proportionalKib(root: number): number {
  return sum(processTree(root).map(({ pid }) => parseKib(read(pid, 'smaps_rollup'), 'Pss')));
}

/** A short name for a process: the title it gave itself, else the program's name. */
export function processLabel(pid: number): string {
  const [command] = read(pid, 'cmdline').split('\0');
  return basename(command.split(' ')[0]) || read(pid, 'comm').trim();
}

/**
 * Waits until a process tree has used at most `share` of one processor over half a second, at most `secondsMax` long: after a
 * burst, servers still collect garbage and close sockets.
 */
export async function untilIdle(root: number, share: number, secondsMax: number): Promise<void> {
  for (let waited = 0; waited < secondsMax; waited += 0.5) {
    const before = treeCpuSeconds(root);
    await delay(500);
    if (treeCpuSeconds(root) - before <= share * 0.5) return;
  }
}

/** Seconds of processor time that the living processes of a tree have used. */
export function treeCpuSeconds(root: number): number {
  return sum(processTree(root).map((each) => each.cpuSeconds));
}

function read(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended in the meantime.
    return '';
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
