import { type Case, script, single } from '../case.ts';

const as = (user: string, more = ''): string =>
  `CONNECT {"verbose":false,"pedantic":false,"user":"${user}","pass":"p"${more}}\r\n`;
const MODERN = ',"headers":true,"no_responders":true';

const attempts: [user: string, name: string, bytes: string][] = [
  ['limited', 'publish allowed', 'SUB ok.x 1\r\nPUB ok.x 1\r\nx\r\n'],
  ['limited', 'publish outside allow', 'PUB bad.x 1\r\nx\r\n'],
  ['limited', 'publish denied within allow', 'PUB ok.secret 1\r\nx\r\n'],
  ['limited', 'publish denied by a wildcard within allow', 'PUB ok.deep.er.still 1\r\nx\r\n'],
  ['limited', 'publish denied, with a reply', 'PUB bad.x in 1\r\nx\r\n'],
  ['limited', 'publish denied twice', 'PUB bad.x 1\r\nx\r\nPUB bad.x 1\r\nx\r\n'],
  ['limited', 'publish to a subject of another case', 'PUB OK.x 1\r\nx\r\n'],
  ['limited', 'publish to $SYS', 'PUB $SYS.REQ.SERVER.PING _INBOX.x 0\r\n\r\n'],
  ['limited', 'publish to a wildcard subject', 'SUB ok.> 1\r\nPUB ok.* 1\r\nx\r\n'],
  ['limited', 'publish, reply not allowed to publish to', 'SUB ok.x 1\r\nPUB ok.x bad.reply 1\r\nx\r\n'],
  ['limited', 'subscribe outside allow', 'SUB bad.x 1\r\n'],
  ['limited', 'subscribe outside allow, queue', 'SUB bad.x q 1\r\n'],
  ['limited', 'subscribe denied within allow', 'SUB ok.secret 1\r\n'],
  ['limited', 'subscribe wider than allow', 'SUB > 1\r\n'],
  ['limited', 'subscribe *, wider than allow', 'SUB * 1\r\n'],
  ['limited', 'subscribe ok.*', 'SUB ok.* 1\r\nPUB ok.x 1\r\nx\r\n'],
  ['limited', 'subscribe within a denied wildcard', 'SUB ok.deep.> 1\r\n'],
  ['limited', 'subscribe wildcard wider than the denied one', 'SUB ok.*.x 1\r\n'],
  ['limited', 'subscribe with the denied sid, then UNSUB it', 'SUB bad 1\r\nUNSUB 1\r\n'],
  ['limited', 'subscribe to a bad subject', 'SUB ok..x 1\r\n'],
  ['lists', 'publish in the list', 'PUB one 1\r\nx\r\nPUB two.x 1\r\nx\r\n'],
  ['lists', 'publish outside the list', 'PUB two 1\r\nx\r\nPUB two.x.y 1\r\nx\r\n'],
  ['lists', 'subscribe', 'SUB three.x 1\r\nSUB three 2\r\nSUB three.> 3\r\nSUB four 4\r\n'],
  ['denied', 'publish denied', 'PUB no.x 1\r\nx\r\nPUB no 1\r\nx\r\nPUB yes 1\r\nx\r\n'],
  ['denied', 'subscribe denied', 'SUB no.x 1\r\nSUB no 2\r\nSUB x.never 3\r\nSUB yes 4\r\n'],
  [
    'denied',
    'subscribe to wildcards around denied subjects',
    'SUB > 1\r\nSUB *.* 2\r\nSUB no.* 3\r\nSUB *.never 4\r\n',
  ],
  ['queues', 'plain subscription', 'SUB plain 1\r\nSUB work 2\r\nSUB jobs 3\r\n'],
  ['queues', 'queue on a subject allowed without one', 'SUB plain q 1\r\n'],
  ['queues', 'right queue', 'SUB work v1 1\r\n'],
  ['queues', 'wrong queue', 'SUB work v2 1\r\n'],
  ['queues', 'queue wildcards', 'SUB jobs v1.a 1\r\nSUB jobs x.dev 2\r\nSUB jobs v1 3\r\nSUB jobs dev 4\r\n'],
  ['queues', 'denied queue', 'SUB plain prod 1\r\nSUB jobs prod 2\r\n'],
  ['queuedeny', 'plain', 'SUB work 1\r\n'],
  ['queuedeny', 'other queue', 'SUB work good 1\r\n'],
  ['queuedeny', 'denied queues', 'SUB work bad 1\r\nSUB work x.bad 2\r\n'],
  ['mute', 'publish', 'PUB a 1\r\nx\r\n'],
  ['mute', 'subscribe', 'SUB a 1\r\n'],
  ['emptyallow', 'publish', 'PUB a 1\r\nx\r\n'],
  ['emptyallow', 'subscribe', 'SUB a 1\r\n'],
  ['responder', 'publish unasked', 'PUB a 1\r\nx\r\n'],
  ['responder', 'subscribe', 'SUB svc.a 1\r\nSUB other 2\r\n'],
  ['responder2', 'publish unasked', 'PUB own 1\r\nx\r\nPUB other 1\r\nx\r\n'],
];

const defaults: [user: string, name: string, bytes: string][] = [
  ['plain', 'publish', 'PUB open.x 1\r\nx\r\nPUB mine 1\r\nx\r\n'],
  ['plain', 'subscribe', 'SUB open.x 1\r\nSUB mine 2\r\n'],
  ['own', 'publish', 'PUB open.x 1\r\nx\r\nPUB mine 1\r\nx\r\n'],
  ['own', 'subscribe', 'SUB open.x 1\r\nSUB mine 2\r\n'],
];

export const permissionCases: Case[] = [
  ...attempts.map(([user, name, bytes]) => single('permissions', `permissions, ${user}: ${name}`, as(user) + bytes)),
  ...defaults.map(([user, name, bytes]) =>
    single('default-permissions', `permissions, default, ${user}: ${name}`, as(user) + bytes),
  ),
  single(
    'permissions',
    'permissions: violations, verbose',
    `${as('limited').replace('"verbose":false', '"verbose":true')}SUB bad 1\r\nPUB bad 1\r\nx\r\nSUB ok.x 2\r\n`,
  ),
  single(
    'permissions',
    'permissions: violations, pedantic',
    `${as('limited').replace('"pedantic":false', '"pedantic":true')}SUB bad..x 1\r\nPUB bad..x 1\r\nx\r\n`,
  ),
  single('permissions', 'permissions: HPUB', `${as('limited', MODERN)}HPUB bad.x 12 13\r\nNATS/1.0\r\n\r\nx\r\n`),
  single(
    'permissions',
    'permissions: request on a denied subject has no 503',
    `${as('limited', MODERN)}SUB _INBOX.x 1\r\nPUB bad.x _INBOX.x 1\r\nx\r\n`,
  ),
  single(
    'permissions',
    'permissions: request without responders',
    `${as('limited', MODERN)}SUB _INBOX.x 1\r\nPUB ok.nobody _INBOX.x 1\r\nx\r\n`,
  ),
  single(
    'permissions',
    'permissions: reply that may not be published to, without responders',
    `${as('limited', MODERN)}PUB ok.nobody bad.reply 1\r\nx\r\n`,
  ),
  script('permissions', 'permissions: wildcard subscription leaves out denied subjects', [
    ['a', `${as('limited')}SUB ok.> 1\r\n`],
    [
      'b',
      `${as('admin')}PUB ok.x 1\r\n1\r\nPUB ok.secret 1\r\n2\r\nPUB ok.deep.x 1\r\n3\r\nPUB ok.deep 1\r\n4\r\nPUB ok.y.z 1\r\n5\r\n`,
    ],
  ]),
  script('permissions', 'permissions: > leaves out denied subjects', [
    ['a', `${as('denied')}SUB > 1\r\nSUB *.never 2\r\nSUB *.* 3\r\n`],
    ['b', `${as('admin')}PUB no.x 1\r\n1\r\nPUB a.never 1\r\n2\r\nPUB yes 1\r\n3\r\n`],
  ]),
  script('permissions', 'permissions: request whose only taker may not have it', [
    ['a', `${as('limited')}SUB ok.> 1\r\n`],
    ['b', `${as('admin', MODERN)}SUB in 1\r\nPUB ok.secret in 1\r\n2\r\n`],
  ]),
  script('permissions', 'permissions: queue subscription leaves out denied subjects', [
    ['a', `${as('limited')}SUB ok.> q 1\r\n`],
    ['b', `${as('admin')}PUB ok.x 1\r\n1\r\nPUB ok.secret 1\r\n2\r\n`],
  ]),
  script('permissions', 'allow_responses: one answer', [
    ['r', `${as('responder')}SUB svc.one 1\r\n`],
    ['a', `${as('admin')}SUB in.a 1\r\nPUB svc.one in.a 1\r\n?\r\n`],
    ['r', 'PUB in.a 1\r\n1\r\n'],
    ['r', 'PUB in.a 1\r\n2\r\n'],
  ]),
  script('permissions', 'allow_responses: another subject than the reply', [
    ['r', `${as('responder')}SUB svc.two 1\r\n`],
    ['a', `${as('admin')}SUB in.> 1\r\nPUB svc.two in.b 1\r\n?\r\n`],
    ['r', 'PUB in.c 1\r\n1\r\nPUB in.b.c 1\r\n2\r\n'],
  ]),
  script('permissions', 'allow_responses: max 2', [
    ['r', `${as('responder2')}SUB svc.three 1\r\n`],
    ['a', `${as('admin')}SUB in.d 1\r\nPUB svc.three in.d 1\r\n?\r\n`],
    ['r', 'PUB in.d 1\r\n1\r\nPUB in.d 1\r\n2\r\nPUB in.d 1\r\n3\r\n'],
  ]),
  script('permissions', 'allow_responses: belongs to the connection that got the request', [
    ['r', `${as('responder')}SUB svc.four 1\r\n`],
    ['s', as('responder')],
    ['a', `${as('admin')}SUB in.e 1\r\nPUB svc.four in.e 1\r\n?\r\n`],
    ['s', 'PUB in.e 1\r\n1\r\n'],
  ]),
  script('permissions', 'allow_responses: two requests, one answer each', [
    ['r', `${as('responder')}SUB svc.five 1\r\n`],
    ['a', `${as('admin')}SUB in.> 1\r\nPUB svc.five in.f 1\r\n?\r\nPUB svc.five in.g 1\r\n?\r\n`],
    ['r', 'PUB in.g 1\r\n1\r\nPUB in.f 1\r\n2\r\nPUB in.f 1\r\n3\r\n'],
  ]),
  script('permissions', 'allow_responses: a second request with the same reply uses up the answer', [
    ['r', `${as('responder')}SUB svc.six 1\r\n`],
    ['a', `${as('admin')}SUB in.h 1\r\nPUB svc.six in.h 1\r\n?\r\n`],
    ['a', 'PUB svc.six in.h 1\r\n?\r\n'],
    ['r', 'PUB in.h 1\r\n1\r\nPUB in.h 1\r\n2\r\nPUB in.h 1\r\n3\r\n'],
  ]),
  script('permissions', 'allow_responses: max 2, a second request with the same reply uses up one', [
    ['r', `${as('responder2')}SUB svc.eight 1\r\n`],
    ['a', `${as('admin')}SUB in.j 1\r\nPUB svc.eight in.j 1\r\n?\r\nPUB svc.eight in.j 1\r\n?\r\n`],
    ['r', 'PUB in.j 1\r\n1\r\nPUB in.j 1\r\n2\r\n'],
  ]),
  script('permissions', 'allow_responses: answered, then requested again with the same reply', [
    ['r', `${as('responder')}SUB svc.nine 1\r\n`],
    ['a', `${as('admin')}SUB in.k 1\r\nPUB svc.nine in.k 1\r\n?\r\n`],
    ['r', 'PUB in.k 1\r\n1\r\n'],
    ['a', 'PUB svc.nine in.k 1\r\n?\r\n'],
    ['r', 'PUB in.k 1\r\n2\r\nPUB in.k 1\r\n3\r\n'],
  ]),
  script('permissions', 'allow_responses: refused first, then requested', [
    ['r', `${as('responder')}SUB svc.ten 1\r\nPUB in.l 1\r\n0\r\n`],
    ['a', `${as('admin')}SUB in.l 1\r\nPUB svc.ten in.l 1\r\n?\r\n`],
    ['r', 'PUB in.l 1\r\n1\r\n'],
  ]),
  script('permissions', 'allow_responses: reply under a denied wildcard', [
    ['r', `${as('responder3')}SUB svc.eleven 1\r\n`],
    ['a', `${as('admin')}SUB in.m 1\r\nPUB svc.eleven in.m 1\r\n?\r\n`],
    ['r', 'PUB in.m 1\r\n1\r\nPUB other 1\r\n2\r\n'],
  ]),
  {
    ...script('permissions', 'allow_responses: two subscriptions that get one request use up the answer', [
      ['r', `${as('responder')}SUB svc.twelve 1\r\nSUB svc.twelve 2\r\n`],
      ['a', `${as('admin')}SUB in.n 1\r\nPUB svc.twelve in.n 1\r\n?\r\n`],
      ['r', 'PUB in.n 1\r\n1\r\n'],
    ]),
    isUnordered: true,
  },
  script('permissions', 'allow_responses: reply with headers', [
    ['r', `${as('responder', MODERN)}SUB svc.seven 1\r\n`],
    ['a', `${as('admin', MODERN)}SUB in.i 1\r\nPUB svc.seven in.i 1\r\n?\r\n`],
    ['r', 'HPUB in.i 12 13\r\nNATS/1.0\r\n\r\nx\r\n'],
  ]),
];
