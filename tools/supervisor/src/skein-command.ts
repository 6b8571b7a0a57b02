import type { SignalTarget } from '@skein/config';
import { type ComponentName, componentNames, type ProcessSpec } from './components.ts';

/** What a command line of `skein` asks for. */
export type SkeinCommand =
  | { kind: 'ps'; target: SignalTarget }
  | { kind: 'restart'; processes: ProcessSpec[]; target: SignalTarget }
  | { kind: 'repair'; from: string; to: string; cutJournal: boolean }
  | { kind: 'print'; text: string; exitCode: number };

export const USAGE = `Usage: skein ps [--pid <pid or pid file>]
       skein restart <process> ... [--pid <pid or pid file>]
       skein repair [--cut-journal] <shard> <copy>

  ps       lists the processes of a running server
  restart  ends a process in order and starts it again, from the programs that are on disk now; several,
           one after the other. Clients stay connected. A gateway lets go of its clients first, as in lame duck mode.
  repair   copies a shard's folder (<store_dir>/jetstream/shard-<i>) of a stopped server, and makes the manifest of the
           copy's database, and a harmed table's index, anew from what is there. The shard itself stays as it is.
           --cut-journal: where the copy's journal has lost a record, everything behind that is given up when it is served.

  <process> is router, auth-resolver, monitor, gateway/<number> or jetstream-store; of several stores, jetstream-store/<number>.
  Without --pid the only server that runs is meant.
`;

/** Reads the command line, without the program's name. Never throws. */
export function readSkeinCommand(argv: readonly string[], readFile: (path: string) => string): SkeinCommand {
  const words: string[] = [];
  let target: SignalTarget = { kind: 'only' };
  const given = [...argv];
  let cutJournal = false;
  for (let word = given.shift(); word !== undefined; word = given.shift()) {
    if (word === '--pid' || word.startsWith('--pid=')) {
      const text = word === '--pid' ? (given.shift() ?? '') : word.slice('--pid='.length);
      const pid = readPid(text, readFile);
      if (pid === undefined) return wrong(`invalid pid: ${text}`);
      target = { kind: 'pid', pid };
    } else if (word === '--cut-journal') cutJournal = true;
    else if (word === '--help' || word === '-h') return { kind: 'print', text: USAGE, exitCode: 0 };
    else if (word.startsWith('-')) return wrong(`unknown flag: ${word}`);
    else words.push(word);
  }
  const [command, ...names] = words;
  if (command === 'ps' && names.length === 0) return { kind: 'ps', target };
  if (command === 'repair') {
    const [from, to] = names;
    if (from === undefined || to === undefined || names.length > 2) return wrong('repair: which shard, and where to?');
    return { kind: 'repair', from, to, cutJournal };
  }
  if (cutJournal) return wrong('--cut-journal: of repair only');
  if (command !== 'restart') return wrong(command === undefined ? 'no command' : `unknown command: ${words.join(' ')}`);
  if (names.length === 0) return wrong('restart: which process?');
  const processes: ProcessSpec[] = [];
  for (const name of names) {
    const spec = readProcess(name);
    if (spec === undefined) return wrong(`no such process: ${name}`);
    processes.push(spec);
  }
  return { kind: 'restart', processes, target };
}

const wrong = (what: string): SkeinCommand => ({ kind: 'print', text: `skein: ${what}\n\n${USAGE}`, exitCode: 1 });

function readPid(text: string, readFile: (path: string) => string): number | undefined {
  let digits = text;
  try {
    if (!/^\d+$/.test(text)) digits = readFile(text).trim();
  } catch {
    return undefined;
  }
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

function readProcess(name: string): ProcessSpec | undefined {
  const [, component, number] = /^([a-z-]+)(?:\/(\d{1,6}))?$/.exec(name) ?? [];
  if (!componentNames.includes(component as ComponentName)) return undefined;
  // Which of the gateways is never guessed.
  if (component === 'gateway' && number === undefined) return undefined;
  return { component: component as ComponentName, instance: Number(number ?? 0) };
}

/** As `processes.json` has it. */
export interface ListedProcess extends ProcessSpec {
  pid: number;
  up: boolean;
  restarts: number;
  startedUnixMs: number;
}

/** The table of `skein ps`. */
export function processTable(processes: readonly ListedProcess[], nowUnixMs: number): string {
  const rows = processes.map(({ component, instance, pid, up, restarts, startedUnixMs }) => [
    nameOf({ component, instance }),
    pid === 0 ? '-' : String(pid),
    up ? 'up' : 'starting',
    String(restarts),
    pid === 0 ? '-' : formatAge(nowUnixMs - startedUnixMs),
  ]);
  const lines = [['PROCESS', 'PID', 'STATE', 'RESTARTS', 'UPTIME'], ...rows];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const line = (cells: string[]): string => cells.map((cell, column) => cell.padEnd(widths[column])).join('  ');
  return lines.map((cells) => `${line(cells).trimEnd()}\n`).join('');
}

/** As the command line takes it. */
export const nameOf = ({ component, instance }: ProcessSpec): string =>
  component === 'gateway' || instance > 0 ? `${component}/${instance}` : component;

function formatAge(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, minutes] = [Math.floor(s / 86_400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  if (days > 0) return `${days}d${hours}h`;
  if (hours > 0) return `${hours}h${minutes}m`;
  return minutes > 0 ? `${minutes}m${s % 60}s` : `${s}s`;
}
