import { type Case, QUIET, script, single, VERBOSE } from '../case.ts';

const pubs = (n: number): string => Array.from({ length: n }, (_, i) => `PUB foo 1\r\n${i + 1}\r\n`).join('');

const lines: [string, string][] = [
  ['known sid', `SUB foo 1\r\nUNSUB 1\r\n${pubs(1)}`],
  ['unknown sid', 'UNSUB 99\r\n'],
  ['unknown sid with max', 'UNSUB 99 5\r\n'],
  ['twice', 'SUB foo 1\r\nUNSUB 1\r\nUNSUB 1\r\n'],
  ['three arguments', `SUB foo 1\r\nUNSUB 1 2 3\r\n${pubs(3)}`],
  ['max 0', `SUB foo 1\r\nUNSUB 1 0\r\n${pubs(2)}`],
  ['max 1', `SUB foo 1\r\nUNSUB 1 1\r\n${pubs(3)}`],
  ['max 3', `SUB foo 1\r\nUNSUB 1 3\r\n${pubs(5)}`],
  ['max negative', `SUB foo 1\r\nUNSUB 1 -1\r\n${pubs(2)}`],
  ['max not a number', `SUB foo 1\r\nUNSUB 1 x\r\n${pubs(2)}`],
  ['max of 30 digits', `SUB foo 1\r\nUNSUB 1 ${'9'.repeat(30)}\r\n${pubs(2)}`],
  ['max already exceeded', `SUB foo 1\r\n${pubs(3)}UNSUB 1 2\r\n${pubs(2)}`],
  ['max exactly reached already', `SUB foo 1\r\n${pubs(2)}UNSUB 1 2\r\n${pubs(2)}`],
  ['max counts from the subscription, not from UNSUB', `SUB foo 1\r\n${pubs(2)}UNSUB 1 3\r\n${pubs(3)}`],
  ['max raised', `SUB foo 1\r\nUNSUB 1 2\r\nUNSUB 1 4\r\n${pubs(5)}`],
  ['max lowered', `SUB foo 1\r\nUNSUB 1 4\r\nUNSUB 1 1\r\n${pubs(3)}`],
  ['max, then plain UNSUB', `SUB foo 1\r\nUNSUB 1 4\r\n${pubs(1)}UNSUB 1\r\n${pubs(1)}`],
  [
    'max, then SUB with the same sid after it was reached',
    `SUB foo 1\r\nUNSUB 1 1\r\n${pubs(2)}SUB foo 1\r\n${pubs(2)}`,
  ],
  ['max 0 after messages', `SUB foo 1\r\n${pubs(2)}UNSUB 1 0\r\n${pubs(2)}`],
  ['max, SUB again before it is reached', `SUB foo 1\r\nUNSUB 1 2\r\n${pubs(1)}SUB foo 1\r\n${pubs(3)}`],
  ['max on a wildcard', 'SUB * 1\r\nUNSUB 1 2\r\nPUB a 1\r\nx\r\nPUB b 1\r\nx\r\nPUB c 1\r\nx\r\n'],
  ['sid with leading zero is another sid', `SUB foo 1\r\nUNSUB 01\r\n${pubs(1)}`],
  ['max with tabs', `SUB foo 1\r\nUNSUB\t1\t1\r\n${pubs(2)}`],
];

export const unsubCases: Case[] = [
  ...lines.map(([name, bytes]) => single('plain', `UNSUB: ${name}`, QUIET + bytes)),
  single('plain', 'UNSUB: max reached, verbose', `${VERBOSE}SUB foo 1\r\nUNSUB 1 1\r\n${pubs(2)}UNSUB 1\r\n`),
  script('plain', 'UNSUB: of one subscriber leaves the other', [
    ['a', `${QUIET}SUB shared 1\r\n`],
    ['b', `${QUIET}SUB shared 1\r\n`],
    ['a', 'UNSUB 1\r\n'],
    ['c', `${QUIET}PUB shared 1\r\nx\r\n`],
  ]),
  script('plain', 'UNSUB: max of a queue member counts its own messages', [
    ['a', `${QUIET}SUB work q 1\r\nUNSUB 1 2\r\n`],
    ['c', `${QUIET}${'PUB work 1\r\nx\r\n'.repeat(4)}`],
  ]),
  script('plain', 'UNSUB: after max is reached the request has no responders', [
    ['a', `${QUIET}SUB once 1\r\nUNSUB 1 1\r\n`],
    ['b', 'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB in 1\r\nPUB once in 0\r\n\r\n'],
    ['b', 'PUB once in 0\r\n\r\n'],
  ]),
];
