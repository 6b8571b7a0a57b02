import { type Case, script } from '../case.ts';

const as = (user: string): string =>
  `CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"user":"${user}","pass":"p"}\r\n`;

/** Of a request that a service gets: not its lengths, its reply subject, and how far away the requester is. */
const REQUEST: [RegExp, string] = [
  /^(HMSG \S+ \S+ )(_R_\.\S+ )?\d+ \d+(\r\n[\s\S]*?Nats-Request-Info: \{"acc":"\w+"(?:,"svc":"\w+")?)[^}]*/,
  '$1$3',
];

const accounts = (name: string, steps: [on: string, send: string][]): Case => ({
  ...script('accounts', `accounts: ${name}`, steps),
  mask: REQUEST,
});

const SPOOFED = 'NATS/1.0\r\nA: b\r\nNats-Request-Info: {"acc":"A"}\r\n\r\n';

const exporter: [string, string] = ['a', as('a')];

export const accountCases: Case[] = [
  accounts('one does not hear another', [
    ['b', `${as('b')}SUB > 1\r\nSUB other.x 2\r\n`],
    ['a', `${as('a')}PUB other.x 2\r\nhi\r\n`],
  ]),
  accounts('an imported stream, renamed', [
    ['b', `${as('b')}SUB bs.> 1\r\nSUB bs.y.x q 2\r\nSUB s.> 3\r\n`],
    ['a', `${as('a')}PUB s.x.y 2\r\nhi\r\nPUB s.x 2\r\nno\r\nPUB s.x.y in 2\r\nhi\r\n`],
  ]),
  accounts('an imported stream under a prefix, with headers', [
    ['c', `${as('c')}SUB > 1\r\n`],
    ['a', `${as('a')}HPUB pre.x 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi\r\n`],
  ]),
  accounts('a stream goes one step', [
    ['c', `${as('c')}SUB bs.> 1\r\n`],
    ['a', `${as('a')}PUB s.x.y 2\r\nhi\r\n`],
    ['b', `${as('b')}PUB bs.x.y 2\r\nhi\r\n`],
  ]),
  accounts('a stream that has ended its subscription', [
    ['b', `${as('b')}SUB bs.> 2\r\nUNSUB 2 1\r\n`],
    ['a', `${as('a')}PUB s.x.y 2\r\nhi\r\nPUB s.x.y 2\r\nhi\r\n`],
  ]),
  accounts('an imported stream under permissions', [
    ['limited', `${as('limited')}SUB bs.> 1\r\nSUB bs.a.> 2\r\n`],
    ['a', `${as('a')}PUB s.x.a 1\r\n1\r\nPUB s.x.b 1\r\n2\r\n`],
  ]),
  accounts('an imported service is told who asks', [
    ['a', `${as('a')}SUB q.> 1\r\n`],
    ['b', `${as('b')}SUB inbox 1\r\nSUB bq.> 2\r\nPUB bq.1 inbox 2\r\nhi\r\nPUB bq.1 2\r\nhi\r\n`],
  ]),
  accounts('an imported service, what the client says in the header', [
    ['a', `${as('a')}SUB q.> 1\r\n`],
    ['b', `${as('b')}HPUB bq.1 inbox ${SPOOFED.length} ${SPOOFED.length + 2}\r\n${SPOOFED}hi\r\n`],
  ]),
  accounts('a service over two accounts', [
    ['a', `${as('a')}SUB q.> 1\r\n`],
    ['b', `${as('b')}SUB > 1\r\n`],
    ['c', `${as('c')}SUB inbox 1\r\nPUB cq.1 inbox 2\r\nhi\r\n`],
  ]),
  accounts('a service that is not there', [
    ['b', `${as('b')}SUB inbox 1\r\nPUB bq.1 inbox 2\r\nhi\r\n`],
    ['c', `${as('c')}SUB inbox 1\r\nPUB cq.1 inbox 2\r\nhi\r\n`],
  ]),
  accounts('a request is no part of a stream', [
    ['c', `${as('c')}SUB both 1\r\n`],
    ['b', `${as('b')}SUB inbox 1\r\nPUB both inbox 2\r\nhi\r\n`],
    ['a', `${as('a')}PUB both 2\r\nhi\r\n`],
  ]),
  accounts('a service named by the importer', [
    ['a', `${as('a')}SUB tok.* 1\r\n`],
    ['b', `${as('b')}PUB tok inbox 2\r\nhi\r\n`],
  ]),
  accounts('wildcards of a service in another order', [
    ['a', `${as('a')}SUB long.> 1\r\n`],
    ['b', `${as('b')}PUB l.x.y inbox 2\r\nhi\r\n`],
  ]),
  accounts('mappings', [
    ['a', `${as('a')}SUB > 1\r\nPUB m1 2\r\nhi\r\nPUB chain1 2\r\nhi\r\nPUB part.a.b 2\r\nhi\r\nPUB gone 2\r\nhi\r\n`],
  ]),
  accounts('a mapping of the account of a service', [
    ['a', `${as('a')}SUB > 1\r\n`],
    ['b', `${as('b')}PUB mapped inbox 2\r\nhi\r\nPUB bm inbox 2\r\nhi\r\n`],
  ]),
  accounts('permissions are for the mapped subject', [
    ['onlym2', `${as('onlym2')}SUB m2 1\r\nPUB m1 2\r\nhi\r\nPUB gm 2\r\nhi\r\n`],
  ]),
  accounts('a mapped subject without a receiver', [['b', `${as('b')}SUB inbox 1\r\nPUB nowhere inbox 2\r\nhi\r\n`]]),
  accounts('subscriptions of each client', [
    ['few', `${as('few')}SUB a 1\r\nSUB b 2\r\nSUB c 3\r\n`],
    ['few2', `${as('few')}SUB a 1\r\nSUB b 2\r\n`],
  ]),
  accounts('the payload of an account', [
    ['few', `${as('few')}PUB a 20\r\n01234567890123456789\r\nPUB a 21\r\n012345678901234567890\r\n`],
  ]),
  accounts('more connections than an account may have', [
    ['one', as('one')],
    ['two', as('one')],
  ]),
  accounts('a service of the system account for what everybody may ask', [
    ['sys', `${as('sys')}SUB $SYS.REQ.ACCOUNT.A.CONNZ 1\r\n`],
    ['a', `${as('a')}SUB in 1\r\nPUB $SYS.REQ.SERVER.PING.VARZ in 0\r\n\r\nPUB $SYS.REQ.ACCOUNT.A.CONNZ in 0\r\n\r\n`],
    ['a', 'PUB $SYS.REQ.ACCOUNT.PING.CONNZ 0\r\n\r\n'],
  ]),
  accounts('users of the global account beside others', [
    ['g', `${as('g')}SUB > 1\r\n`],
    exporter,
    ['a', 'PUB x 2\r\nhi\r\n'],
    ['g', 'PUB gmap 2\r\nhi\r\n'],
  ]),
];
