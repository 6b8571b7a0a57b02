import { type Case, QUIET, script, single } from '../case.ts';

export const tlsCases: Case[] = [
  single('tls', 'tls: client sends CONNECT in the clear', `${QUIET}PING\r\n`),
  single('tls', 'tls: client sends PING in the clear', 'PING\r\n'),
  single('tls', 'tls: client sends one byte in the clear', 'P'),
  script('tls', 'tls: handshake, then exchange', [
    { on: 'a', tls: 'anonymous' },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  script('tls', 'tls: handshake, protocol 1', [
    { on: 'a', tls: 'anonymous' },
    ['a', 'CONNECT {"verbose":false,"protocol":1}\r\n'],
  ]),
  script('tls', 'tls: handshake with a certificate that is not asked for', [
    { on: 'a', tls: 'certificate' },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  script('tls-verify', 'tls, verify: certificate', [
    { on: 'a', tls: 'certificate' },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  script('tls-verify', 'tls, verify: no certificate', [
    { on: 'a', tls: 'anonymous' },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  single('tls-optional', 'tls, allow_non_tls: in the clear', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`),
  script('tls-optional', 'tls, allow_non_tls: handshake', [
    { on: 'a', tls: 'anonymous' },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  script('tls-first', 'tls, handshake first: client handshakes at once', [
    { on: 'a', tlsFirst: true },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  single('tls-first', 'tls, handshake first: client waits for INFO', QUIET),
  script('tls-first-auto', 'tls, handshake first auto: client handshakes at once', [
    { on: 'a', tlsFirst: true },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  script('tls-first-auto', 'tls, handshake first auto: client waits for INFO', [
    { on: 'a', tls: 'anonymous' },
    ['a', `${QUIET}SUB foo 1\r\nPUB foo 2\r\nhi\r\n`],
  ]),
  script('tls-timeout', 'tls: handshake not begun before its timeout', [{ on: 'a', closed: true }]),
];
