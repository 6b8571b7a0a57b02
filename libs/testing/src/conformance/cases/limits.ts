import { type Case, QUIET, script, single, split, VERBOSE } from '../case.ts';

/** Short enough for `small-line`. */
const SHORT_HEADERS = 'CONNECT {"verbose":false,"headers":true}\r\n';

/** A PUB line of `length` bytes in all, CR LF not counted. */
function pubLine(length: number): string {
  const subject = 's'.repeat(length - 'PUB  0'.length);
  return `PUB ${subject} 0`;
}

function subLine(length: number): string {
  return `SUB ${'s'.repeat(length - 'SUB  1'.length)} 1`;
}

export const limitCases: Case[] = [
  ...[4090, 4094, 4095, 4096, 4097, 4098, 4099, 4100, 4101, 4102, 4103, 4104, 4200, 6000].map((n) =>
    single('plain', `max_control_line 4096: PUB line of ${n} bytes`, `${QUIET}${pubLine(n)}\r\n\r\n`),
  ),
  ...[4096, 4099, 4100, 4101, 4102].map((n) =>
    single('plain', `max_control_line 4096: SUB line of ${n} bytes`, `${QUIET}${subLine(n)}\r\n`),
  ),
  ...[4096, 4099, 4100, 4101, 4102].map((n) =>
    split('plain', `max_control_line 4096: SUB line of ${n} bytes in two reads`, [
      QUIET,
      subLine(n).slice(0, 100),
      `${subLine(n).slice(100)}\r\n`,
    ]),
  ),
  split('plain', 'max_control_line 4096: endless line without LF', [QUIET, `PUB ${'s'.repeat(5000)}`]),
  split('plain', 'max_control_line 4096: line without LF, just below', [QUIET, `PUB ${'s'.repeat(4000)}`]),
  ...[46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58].map((n) =>
    single('small-line', `max_control_line 50: PUB line of ${n} bytes`, `${QUIET}${pubLine(n)}\r\n\r\n`),
  ),
  ...[49, 50, 51, 52, 54, 55, 56].map((n) =>
    split('small-line', `max_control_line 50: PUB line of ${n} bytes, in two reads`, [
      QUIET,
      pubLine(n).slice(0, 20),
      `${pubLine(n).slice(20)}\r\n\r\n`,
    ]),
  ),
  ...[49, 50, 51, 52, 54, 55, 56, 57].map((n) =>
    single('small-line', `max_control_line 50: SUB line of ${n} bytes`, `${QUIET}${subLine(n)}\r\n`),
  ),
  ...[54, 55, 56, 57, 58].map((n) =>
    single(
      'small-line',
      `max_control_line 50: HPUB line of ${n} bytes`,
      `${SHORT_HEADERS}HPUB ${'s'.repeat(n - 'HPUB  12 12'.length)} 12 12\r\nNATS/1.0\r\n\r\n\r\n`,
    ),
  ),
  ...[54, 55, 56, 57, 58].map((n) =>
    single(
      'small-line',
      `max_control_line 50: UNSUB line of ${n} bytes`,
      `${QUIET}UNSUB ${'9'.repeat(n - 'UNSUB '.length)}\r\n`,
    ),
  ),
  ...[57, 58, 59, 60].map((n) =>
    single(
      'small-line',
      `max_control_line 50: CONNECT line of ${n} bytes`,
      `CONNECT {"verbose":false}${' '.repeat(n - 'CONNECT {"verbose":false}'.length)}\r\n`,
    ),
  ),
  ...[53, 54].map((n) =>
    split('small-line', `max_control_line 50: SUB line of ${n} bytes, cut between CR and LF`, [
      QUIET,
      `${subLine(n)}\r`,
      '\n',
    ]),
  ),
  ...[53, 54, 55].map((n) =>
    split('small-line', `max_control_line 50: SUB line of ${n} bytes, cut before CR`, [QUIET, subLine(n), '\r\n']),
  ),
  single('small-line', 'max_control_line 50: bare LF, line of 55 bytes', `${QUIET}${subLine(55)}\n`),
  single('small-line', 'max_control_line 50: bare LF, line of 54 bytes', `${QUIET}${subLine(54)}\n`),
  single(
    'small-line',
    'max_control_line 50: CONNECT of 60 bytes',
    'CONNECT {"verbose":false,"name":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}\r\n',
  ),
  single(
    'small-line',
    'max_control_line 50: CONNECT of 3000 bytes',
    `CONNECT {"verbose":false,"name":"${'a'.repeat(3000)}"}\r\n`,
  ),
  single(
    'small-line',
    'max_control_line 50: half of a long CONNECT',
    `CONNECT {"verbose":false,"name":"${'a'.repeat(100)}`,
  ),
  single('small-line', 'max_control_line 50: UNSUB with a long sid', `${QUIET}UNSUB ${'9'.repeat(60)}\r\n`),
  single('small-line', 'max_control_line 50: PING with a long argument', `${QUIET}PING ${'9'.repeat(60)}\r\n`, 1),
  single('small-line', 'max_control_line 50: spaces count', `${QUIET}SUB foo${' '.repeat(60)}1\r\n`),
  single(
    'small-line',
    'max_control_line 50: HPUB line too long',
    `${SHORT_HEADERS}HPUB ${'s'.repeat(60)} 12 12\r\nNATS/1.0\r\n\r\n\r\n`,
  ),

  single(
    'max-subs',
    'max_subscriptions 2: the third, other sid',
    `${QUIET}SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nPUB a 1\r\nx\r\nPUB c 1\r\nx\r\n`,
  ),
  single('max-subs', 'max_subscriptions 2: verbose', `${VERBOSE}SUB a 1\r\nSUB b 2\r\nSUB c 3\r\n`),
  single(
    'max-subs',
    'max_subscriptions 2: room again after UNSUB',
    `${QUIET}SUB a 1\r\nSUB b 2\r\nUNSUB 1\r\nSUB c 3\r\nPUB c 1\r\nx\r\n`,
  ),
  single(
    'max-subs',
    'max_subscriptions 2: the same sid again at the limit',
    `${QUIET}SUB a 1\r\nSUB b 2\r\nSUB a 1\r\nPUB a 1\r\nx\r\n`,
  ),
  single(
    'max-subs',
    'max_subscriptions 2: queue subscriptions count',
    `${QUIET}SUB a q 1\r\nSUB b q 2\r\nSUB c q 3\r\n`,
  ),
  single(
    'max-subs',
    'max_subscriptions 2: UNSUB with max does not make room',
    `${QUIET}SUB a 1\r\nSUB b 2\r\nUNSUB 1 5\r\nSUB c 3\r\n`,
  ),
  script('max-subs', 'max_subscriptions 2: is per connection', [
    ['a', `${QUIET}SUB a 1\r\nSUB b 2\r\n`],
    ['b', `${QUIET}SUB a 1\r\nSUB b 2\r\n`],
  ]),
  single(
    'max-tokens',
    'max_subscription_tokens 3: three and four tokens',
    `${QUIET}SUB a.b.c 1\r\nSUB a.b.c.d 2\r\nPING\r\n`,
    1,
  ),
  script('max-conn', 'max_connections 2: the third', [
    ['a', QUIET],
    ['b', QUIET],
    ['c', QUIET],
    ['a', 'SUB foo 1\r\nPUB foo 1\r\nx\r\n'],
  ]),
  script('max-conn-leave', 'max_connections 1: room again after one left', [
    ['a', QUIET],
    { on: 'a', end: true },
    ['b', QUIET],
  ]),
];
