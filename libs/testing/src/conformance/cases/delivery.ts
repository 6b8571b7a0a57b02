import { type Case, HEADERS, MODERN, QUIET, script, single } from '../case.ts';

const NO_ECHO = 'CONNECT {"verbose":false,"pedantic":false,"echo":false}\r\n';
const HEADER_BLOCK = 'NATS/1.0\r\nA: b\r\n\r\n';

/** Which member of a queue group gets a message is chosen at random; the transcript keeps only that one did. */
const anySid: [RegExp, string] = [/^(H?MSG \S+) \d+ /, '$1 <sid> '];

export const deliveryCases: Case[] = [
  single('plain', 'echo: off, own subscription', `${NO_ECHO}SUB foo 1\r\nPUB foo 1\r\nx\r\n`),
  single('plain', 'echo: off, own queue subscription', `${NO_ECHO}SUB foo q 1\r\nPUB foo 1\r\nx\r\n`),
  script('plain', 'echo: off, others still receive', [
    ['a', `${NO_ECHO}SUB echoed 1\r\n`],
    ['b', `${QUIET}SUB echoed 1\r\n`],
    ['a', 'PUB echoed 1\r\nx\r\n'],
    ['b', 'PUB echoed 1\r\ny\r\n'],
  ]),
  script('plain', 'echo: off, queue shared with another member', [
    ['a', `${NO_ECHO}SUB echoq q 1\r\n`],
    ['b', `${QUIET}SUB echoq q 1\r\n`],
    ['a', 'PUB echoq 1\r\nx\r\n'.repeat(10)],
  ]),
  single(
    'plain',
    'echo: off, request that only the requester could answer',
    `CONNECT {"verbose":false,"echo":false,"headers":true,"no_responders":true}\r\nSUB in 1\r\nSUB self 2\r\nPUB self in 0\r\n\r\n`,
  ),
  single('plain', 'no_responders: request', `${MODERN}SUB in.* 1\r\nPUB nobody.home in.7 2\r\nhi\r\n`),
  single(
    'plain',
    'no_responders: request with headers',
    `${MODERN}SUB in.* 1\r\nHPUB nobody.home in.7 18 20\r\n${HEADER_BLOCK}hi\r\n`,
  ),
  single('plain', 'no_responders: publish without a reply', `${MODERN}SUB in.* 1\r\nPUB nobody.home 2\r\nhi\r\n`),
  single('plain', 'no_responders: nobody listens on the reply', `${MODERN}PUB nobody.home in.7 2\r\nhi\r\n`),
  single(
    'plain',
    'no_responders: verbose',
    `CONNECT {"headers":true,"no_responders":true}\r\nSUB in.* 1\r\nPUB nobody.home in.7 2\r\nhi\r\n`,
  ),
  single('plain', 'no_responders: not asked for', `${HEADERS}SUB in.* 1\r\nPUB nobody.home in.7 2\r\nhi\r\n`),
  single(
    'plain',
    'no_responders: two subscriptions on the reply',
    `${MODERN}SUB in.* 1\r\nSUB in.7 2\r\nPUB nobody.home in.7 2\r\nhi\r\n`,
  ),
  single(
    'plain',
    'no_responders: queue subscription on the reply',
    `${MODERN}SUB in.* q 1\r\nPUB nobody.home in.7 2\r\nhi\r\n`,
  ),
  single('plain', 'no_responders: reply is the subject itself', `${MODERN}PUB nobody.home nobody.home 2\r\nhi\r\n`),
  single('plain', 'no_responders: wildcard in the subject', `${MODERN}SUB in.* 1\r\nPUB nobody.* in.7 2\r\nhi\r\n`),
  single(
    'plain',
    'no_responders: inbox with UNSUB max 1',
    `${MODERN}SUB in.* 1\r\nUNSUB 1 1\r\nPUB nobody.home in.7 0\r\n\r\nPUB nobody.home in.8 0\r\n\r\n`,
  ),
  single(
    'plain',
    'no_responders: someone listens',
    `${MODERN}SUB in.* 1\r\nSUB somebody 2\r\nPUB somebody in.7 2\r\nhi\r\n`,
  ),
  script('plain', 'no_responders: inbox on another connection', [
    ['b', `${MODERN}SUB elsewhere.* 1\r\n`],
    ['a', `${MODERN}PUB nobody.home elsewhere.7 2\r\nhi\r\n`],
  ]),
  script('plain', 'no_responders: the responder has left', [
    ['b', `${QUIET}SUB service.left 1\r\n`],
    { on: 'b', end: true },
    ['a', `${MODERN}SUB in 1\r\nPUB service.left in 0\r\n\r\n`],
  ]),
  script('plain', 'request: answered', [
    ['b', `${QUIET}SUB service.x 9\r\n`],
    ['a', `${MODERN}SUB in.* 1\r\nPUB service.x in.7 4\r\nhelp\r\n`],
    ['b', 'PUB in.7 2\r\nok\r\n'],
  ]),
  {
    ...single(
      'plain',
      'queue: two members, one connection',
      `${QUIET}SUB foo q 1\r\nSUB foo q 2\r\n${'PUB foo 1\r\nx\r\n'.repeat(5)}`,
    ),
    mask: anySid,
  },
  {
    ...single('plain', 'queue: two groups get one each', `${QUIET}SUB foo q1 1\r\nSUB foo q2 2\r\nPUB foo 1\r\nx\r\n`),
    isUnordered: true,
  },
  {
    ...single('plain', 'queue: group and plain subscription', `${QUIET}SUB foo q 1\r\nSUB foo 2\r\nPUB foo 1\r\nx\r\n`),
    isUnordered: true,
  },
  {
    ...single(
      'plain',
      'queue: one group over a literal and wildcards',
      `${QUIET}SUB foo.bar q 1\r\nSUB foo.* q 2\r\nSUB foo.> q 3\r\nSUB > q 4\r\n${'PUB foo.bar 1\r\nx\r\n'.repeat(5)}`,
    ),
    mask: anySid,
  },
  {
    ...single('plain', 'queue: names differ by case', `${QUIET}SUB foo q 1\r\nSUB foo Q 2\r\nPUB foo 1\r\nx\r\n`),
    isUnordered: true,
  },
  {
    ...script('plain', 'queue: over two connections, each message once', [
      ['a', `${QUIET}SUB qq q 1\r\n`],
      ['b', `${QUIET}SUB qq q 1\r\n`],
      ['c', `${QUIET}${'PUB qq 1\r\nx\r\n'.repeat(20)}`],
    ]),
    isUnordered: true,
  },
  {
    ...script('plain', 'queue: one group over several subjects and connections', [
      ['a', `${QUIET}SUB qm.x q 1\r\n`],
      ['b', `${QUIET}SUB qm.* q 1\r\n`],
      ['d', `${QUIET}SUB qm.> q 1\r\n`],
      ['c', `${QUIET}${'PUB qm.x 1\r\nx\r\n'.repeat(20)}`],
    ]),
    isUnordered: true,
  },
  script('plain', 'queue: the member that leaves gets nothing more', [
    ['a', `${QUIET}SUB ql q 1\r\n`],
    ['b', `${QUIET}SUB ql q 1\r\n`],
    { on: 'a', end: true },
    ['c', `${QUIET}${'PUB ql 1\r\nx\r\n'.repeat(6)}`],
  ]),
  script('plain', 'order: two subjects, one subscriber, one publisher', [
    ['a', `${QUIET}SUB ord.* 1\r\n`],
    ['b', `${QUIET}${Array.from({ length: 10 }, (_, i) => `PUB ord.${i % 2} 1\r\n${i}\r\n`).join('')}`],
  ]),
  script('plain', 'inbox: a normal client may publish to and read any _INBOX', [
    ['a', `${QUIET}SUB _INBOX.> 1\r\n`],
    ['b', `${QUIET}PUB _INBOX.abc 2\r\nhi\r\n`],
  ]),
  script('plain', '$SYS: a normal client publishes to a normal client', [
    ['a', `${QUIET}SUB $SYS.x 1\r\n`],
    ['b', `${MODERN}PUB $SYS.x 2\r\nhi\r\n`],
  ]),
  single(
    'plain',
    '$SYS: a normal client asks for a server service',
    `${MODERN}SUB in 1\r\nPUB $SYS.REQ.SERVER.PING in 0\r\n\r\n`,
  ),
  single('plain', '$JS: no JetStream, API request', `${MODERN}SUB in 1\r\nPUB $JS.API.INFO in 0\r\n\r\n`),
];
