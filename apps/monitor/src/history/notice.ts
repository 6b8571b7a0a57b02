import type { ProcessInfo } from '../node-processes.ts';
import type { NodeEvent } from './events.ts';

/** What two looks at the node are compared by. */
export interface Look {
  routerUp: boolean;
  lameDuck: boolean;
  /** Unix ms */
  configuredUnixMs: number;
  staleConnections: number;
  authFailures: number;
  processes: readonly ProcessInfo[];
}

type Notice = Pick<NodeEvent, 'level' | 'text'>;

/** A process that has said nothing for this long is reported. */
const SILENT_MS = 2000;

/** What an operator should hear of, from one look to the next. */
export function noticesBetween(before: Look, now: Look): Notice[] {
  return [
    ...now.processes.flatMap((process) => processNotices(before.processes.find(same(process)), process)),
    ...before.processes.filter((process) => !now.processes.some(same(process))).map(left),
    ...routerNotices(before, now),
    ...counted(
      now.staleConnections - before.staleConnections,
      'stale connection was closed',
      'stale connections were closed',
    ),
    ...counted(now.authFailures - before.authFailures, 'login was refused', 'logins were refused'),
    ...(now.lameDuck && !before.lameDuck ? [warning('lame duck mode: clients are told to leave')] : []),
    ...(now.configuredUnixMs === before.configuredUnixMs ? [] : [info('the configuration was reloaded')]),
  ];
}

export const processName = ({ component, instance }: Pick<ProcessInfo, 'component' | 'instance'>): string =>
  `${component} ${instance}`;

function processNotices(before: ProcessInfo | undefined, now: ProcessInfo): Notice[] {
  const name = processName(now);
  if (before === undefined) return [info(`${name} is new`)];
  const notices: Notice[] = [];
  if (now.restarts > before.restarts) {
    notices.push({ level: 'error', text: `${name} ended and was started again (restart ${now.restarts})` });
  }
  // One that has just been started has not answered yet: that is told as a restart.
  if (!isStale(before) && isStale(now)) notices.push({ level: 'error', text: `${name} does not answer` });
  if (isStale(before) && before.pid === now.pid && !isSilent(now)) notices.push(info(`${name} answers again`));
  return notices;
}

function routerNotices(before: Look, now: Look): Notice[] {
  if (before.routerUp === now.routerUp) return [];
  return [
    now.routerUp ? info('the router is back') : { level: 'error', text: 'the router is away: new subscriptions wait' },
  ];
}

function counted(more: number, one: string, several: string): Notice[] {
  if (!(more > 0)) return [];
  return [warning(more === 1 ? `1 ${one}` : `${more} ${several}`)];
}

const warning = (text: string): Notice => ({ level: 'warning', text });
const info = (text: string): Notice => ({ level: 'info', text });
const left = (process: ProcessInfo): Notice => info(`${processName(process)} is no longer part of the node`);
const same = (one: ProcessInfo) => (other: ProcessInfo) =>
  one.component === other.component && one.instance === other.instance;
const isStale = ({ stale_ms }: ProcessInfo): boolean => (stale_ms ?? 0) >= SILENT_MS;
export const isSilent = (process: ProcessInfo): boolean => process.silent === true || isStale(process);
