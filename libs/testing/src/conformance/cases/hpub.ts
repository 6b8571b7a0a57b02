import { type Case, HEADERS, MODERN, PEDANTIC, QUIET, script, single } from '../case.ts';

const H = 'NATS/1.0\r\nA: b\r\n\r\n'; // 18 bytes

const lines: [string, string][] = [
  ['header and payload', `HPUB foo 18 20\r\n${H}hi\r\n`],
  ['header only', `HPUB foo 18 18\r\n${H}\r\n`],
  ['with reply', `HPUB foo bar 18 20\r\n${H}hi\r\n`],
  ['with wildcard reply', `HPUB foo bar.* 18 20\r\n${H}hi\r\n`],
  ['header longer than total', `HPUB foo 20 18\r\n${H}hi\r\n`],
  ['header size 0', 'HPUB foo 0 2\r\nhi\r\n'],
  ['header and total size 0', 'HPUB foo 0 0\r\n\r\n'],
  ['header size negative', `HPUB foo -1 20\r\n${H}hi\r\n`],
  ['total size negative', `HPUB foo 18 -1\r\n${H}hi\r\n`],
  ['header size not a number', `HPUB foo x 20\r\n${H}hi\r\n`],
  ['total size not a number', `HPUB foo 18 x\r\n${H}hi\r\n`],
  ['one size only', `HPUB foo 18\r\n${H}hi\r\n`],
  ['subject only', `HPUB foo\r\n${H}hi\r\n`],
  ['five arguments', `HPUB foo bar baz 18 20\r\n${H}hi\r\n`],
  ['header size 2^31', `HPUB foo 2147483648 2147483650\r\n${H}hi\r\n`],
  ['total size of 30 digits', `HPUB foo 18 ${'9'.repeat(30)}\r\n${H}hi\r\n`],
  ['header size cuts through the header', `HPUB foo 10 20\r\n${H}hi\r\n`],
  ['header size reaches into the payload', `HPUB foo 19 20\r\n${H}hi\r\n`],
  ['no version line', 'HPUB foo 8 10\r\nA: b\r\n\r\nhi\r\n'],
  ['version 2.0', `HPUB foo 18 20\r\n${H.replace('1.0', '2.0')}hi\r\n`],
  ['version in lower case', `HPUB foo 18 20\r\n${H.replace('NATS', 'nats')}hi\r\n`],
  ['version line only', 'HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi\r\n'],
  ['version line with a status', 'HPUB foo 16 18\r\nNATS/1.0 503\r\n\r\nhi\r\n'],
  ['version line cut short', 'HPUB foo 4 6\r\nNATShi\r\n'],
  ['line without a colon', 'HPUB foo 15 17\r\nNATS/1.0\r\nX\r\n\r\nhi\r\n'],
  ['header with UTF-8 value', 'HPUB foo 21 23\r\nNATS/1.0\r\nA: żó\r\n\r\nhi\r\n'],
  ['lines ended by bare LF', 'HPUB foo 15 17\r\nNATS/1.0\nA: b\n\nhi\r\n'],
  ['payload longer than announced', `HPUB foo 18 20\r\n${H}hello\r\n`],
  ['wildcard subject', `HPUB foo.* 18 20\r\n${H}hi\r\n`],
  ['several spaces and tabs', `HPUB  foo\t18   20 \r\n${H}hi\r\n`],
  ['bare LF after the line', `HPUB foo 18 20\n${H}hi\r\n`],
];

export const hpubCases: Case[] = [
  ...lines.map(([name, bytes]) => single('plain', `HPUB: ${name}`, `${HEADERS}SUB > 1\r\n${bytes}`)),
  single('plain', 'HPUB: client said nothing of headers', `${QUIET}SUB foo 1\r\nHPUB foo 18 20\r\n${H}hi\r\n`),
  single(
    'plain',
    'HPUB: client said headers false',
    `CONNECT {"verbose":false,"headers":false}\r\nSUB foo 1\r\nHPUB foo 18 20\r\n${H}hi\r\n`,
  ),
  single('plain', 'HPUB: no CONNECT at all', `SUB foo 1\r\nHPUB foo 18 20\r\n${H}hi\r\n`),
  single('plain', 'HPUB: verbose', `CONNECT {"headers":true}\r\nSUB foo 1\r\nHPUB foo 18 20\r\n${H}hi\r\n`),
  single(
    'plain',
    'HPUB: bad subject, pedantic',
    `${PEDANTIC.replace('}', ',"headers":true}')}SUB > 1\r\nHPUB a..b 18 20\r\n${H}hi\r\n`,
  ),
  single(
    'plain',
    'HPUB: wildcard subject, pedantic',
    `${PEDANTIC.replace('}', ',"headers":true}')}SUB > 1\r\nHPUB a.* 18 20\r\n${H}hi\r\n`,
  ),
  single('no-headers', 'HPUB: server has headers switched off', `${HEADERS}SUB foo 1\r\nHPUB foo 18 20\r\n${H}hi\r\n`),
  single(
    'no-headers',
    'no_responders: server has headers switched off',
    `${MODERN}SUB in 1\r\nPUB nobody in 0\r\n\r\n`,
  ),
  script('plain', 'HPUB: subscribers with and without headers', [
    ['old', `${QUIET}SUB mixed 1\r\n`],
    ['new', `${HEADERS}SUB mixed 1\r\n`],
    ['pub', `${HEADERS}HPUB mixed bar 18 20\r\n${H}hi\r\nHPUB mixed 18 18\r\n${H}\r\nPUB mixed 2\r\nhi\r\n`],
  ]),
  script('plain', 'HPUB: subscriber that never sent CONNECT', [
    ['old', 'SUB mixed2 1\r\n'],
    ['pub', `${HEADERS}HPUB mixed2 18 20\r\n${H}hi\r\n`],
  ]),
  script('plain', 'HPUB: queue of a subscriber without headers', [
    ['old', `${QUIET}SUB mixed3 q 1\r\n`],
    ['pub', `${HEADERS}HPUB mixed3 bar 18 20\r\n${H}hi\r\n`],
  ]),
];
