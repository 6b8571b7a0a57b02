import { type Case, QUIET, script } from '../case.ts';

/** `servers.ping` pings every 300 ms and allows one unanswered PING. */
export const livenessCases: Case[] = [
  {
    ...script('ping', 'stale: client that never answers', [
      { on: 'a', send: QUIET, sync: false },
      { on: 'a', closed: true },
    ]),
    keepPings: true,
  },
  {
    ...script('ping', 'stale: client that never sends anything', [
      { on: 'a', send: '', sync: false },
      { on: 'a', closed: true },
    ]),
    keepPings: true,
  },
  script('ping', 'stale: client that answers stays', [
    { on: 'a', send: QUIET, sync: false },
    { on: 'a', expect: 'PING\r\n' },
    { on: 'a', send: 'PONG\r\n', sync: false },
    { on: 'a', expect: 'PING\r\n' },
    { on: 'a', send: 'PONG\r\n', sync: false },
    { on: 'a', expect: 'PING\r\n' },
    ['a', 'PONG\r\n'],
  ]),
  { ...script('auth-timeout', 'auth timeout: nothing sent', [{ on: 'a', closed: true }]), keepPings: true },
  {
    ...script('auth-timeout', 'auth timeout: half a CONNECT', [
      { on: 'a', send: 'CONNECT {"user":"u",', sync: false },
      { on: 'a', closed: true },
    ]),
    keepPings: true,
  },
  script('auth-timeout', 'auth timeout: authenticated in time', [
    ['a', 'CONNECT {"verbose":false,"user":"u","pass":"p"}\r\n'],
  ]),
];
