import { expect, it } from 'vitest';
import type { ProcessInfo } from '../node-processes.ts';
import { type Look, noticesBetween } from './notice.ts';

const gateway = (more: Partial<ProcessInfo> = {}): ProcessInfo => ({
  ...{ component: 'gateway', instance: 0, pid: 7, uptime: '1s', restarts: 0, mem: 1, cpu: 0 },
  ...more,
});
const look = (more: Partial<Look> = {}): Look => ({
  ...{
    routerUp: true,
    lameDuck: false,
    configuredUnixMs: 1,
    staleConnections: 0,
    authFailures: 0,
    processes: [gateway()],
  },
  ...more,
});

it.each<[string, Partial<Look>, Partial<Look>, string[]]>([
  ['nothing', {}, {}, []],
  [
    'a restart',
    {},
    { processes: [gateway({ restarts: 1, pid: 8 })] },
    ['error: gateway 0 ended and was started again (restart 1)'],
  ],
  ['a late answer', {}, { processes: [gateway({ stale_ms: 1999 })] }, []],
  ['silence', {}, { processes: [gateway({ stale_ms: 2000 })] }, ['error: gateway 0 does not answer']],
  ['more silence', { processes: [gateway({ stale_ms: 2000 })] }, { processes: [gateway({ stale_ms: 3000 })] }, []],
  ['an answer', { processes: [gateway({ stale_ms: 4000 })] }, {}, ['info: gateway 0 answers again']],
  ['the first answer', { processes: [gateway({ silent: true })] }, {}, []],
  [
    'a frozen one that was replaced',
    { processes: [gateway({ stale_ms: 4000 })] },
    { processes: [gateway({ restarts: 1, pid: 8 })] },
    ['error: gateway 0 ended and was started again (restart 1)'],
  ],
  [
    'one more and one less',
    {},
    { processes: [gateway({ instance: 1 })] },
    ['info: gateway 1 is new', 'info: gateway 0 is no longer part of the node'],
  ],
  ['no router', {}, { routerUp: false }, ['error: the router is away: new subscriptions wait']],
  ['a router', { routerUp: false }, {}, ['info: the router is back']],
  ['lame duck mode, once', {}, { lameDuck: true }, ['warning: lame duck mode: clients are told to leave']],
  ['lame duck mode that goes on', { lameDuck: true }, { lameDuck: true }, []],
  ['a reload', {}, { configuredUnixMs: 2 }, ['info: the configuration was reloaded']],
  ['one stale', {}, { staleConnections: 1 }, ['warning: 1 stale connection was closed']],
  ['refused logins', { authFailures: 2 }, { authFailures: 5 }, ['warning: 3 logins were refused']],
  ['a counter that starts anew', { authFailures: 2 }, { authFailures: 0 }, []],
])('tells of %s', (_what, before, now, expected) => {
  const notices = noticesBetween(look(before), look(now));
  expect(notices.map(({ level, text }) => `${level}: ${text}`)).toEqual(expected);
});
