import { type Case, type Payload, single } from '../case.ts';
import { STRANGER_NKEY, signNonce, USER_NKEY } from '../nkey.ts';
import { BUILDER_BCRYPT } from '../servers.ts';

const connect = (fields: Record<string, unknown>): string =>
  `CONNECT ${JSON.stringify({ verbose: false, ...fields })}\r\n`;
const then = 'SUB foo 1\r\nPUB foo 1\r\nx\r\n';

const attempts: [server: string, name: string, fields: Record<string, unknown>][] = [
  ['user', 'right', { user: 'u', pass: 'p' }],
  ['user', 'wrong password', { user: 'u', pass: 'x' }],
  ['user', 'unknown user', { user: 'x', pass: 'p' }],
  ['user', 'no password', { user: 'u' }],
  ['user', 'empty user and password', { user: '', pass: '' }],
  ['user', 'no credentials', {}],
  ['user', 'token instead', { auth_token: 'p' }],
  ['user', 'password in another case', { user: 'u', pass: 'P' }],
  ['users', 'right', { user: 'alice', pass: 'wonder' }],
  ['users', 'another one’s password', { user: 'alice', pass: 'builder' }],
  ['users', 'bcrypt, right', { user: 'bob', pass: 'builder' }],
  ['users', 'bcrypt, wrong', { user: 'bob', pass: 'x' }],
  ['users', 'bcrypt, the hash itself', { user: 'bob', pass: BUILDER_BCRYPT }],
  ['users', 'no credentials', {}],
  ['token', 'right', { auth_token: 's3cret' }],
  ['token', 'wrong', { auth_token: 'x' }],
  ['token', 'none', {}],
  ['token', 'as the password', { pass: 's3cret' }],
  ['token', 'as the user', { user: 's3cret' }],
  ['no-auth-user', 'no credentials', {}],
  ['no-auth-user', 'right', { user: 'alice', pass: 'wonder' }],
  ['no-auth-user', 'wrong password', { user: 'alice', pass: 'x' }],
  ['nkey', 'no credentials', {}],
  ['nkey', 'nkey without signature', { nkey: USER_NKEY }],
  ['nkey', 'bad signature', { nkey: USER_NKEY, sig: 'AAAA' }],
  ['nkey', 'signature of nothing', { nkey: USER_NKEY, sig: '' }],
  ['connection-types', 'user allowed for WebSocket only', { user: 'web', pass: 'p' }],
  ['connection-types', 'user allowed for standard connections', { user: 'std', pass: 'p' }],
];

const signed =
  (nkey: string): Payload =>
  (info) =>
    connect({ nkey, sig: signNonce(String(info.nonce)) }) + then;
const padded: Payload = (info) =>
  connect({ nkey: USER_NKEY, sig: Buffer.from(signNonce(String(info.nonce)), 'base64url').toString('base64') }) + then;

const early: [string, string, number?][] = [
  ['SUB', 'SUB foo 1\r\n'],
  ['PUB', 'PUB foo 2\r\nhi\r\n'],
  ['HPUB', 'HPUB foo 12 12\r\nNATS/1.0\r\n\r\n\r\n'],
  ['UNSUB', 'UNSUB 1\r\n'],
  ['PING', 'PING\r\n'],
  ['PONG', 'PONG\r\n'],
  ['garbage', 'FOO\r\n'],
  ['an empty line', '\r\n'],
  ['bad JSON', 'CONNECT {\r\n'],
  ['SUB, then a right CONNECT', `SUB foo 1\r\n${connect({ user: 'u', pass: 'p' })}`],
  ['PING, then a right CONNECT', `PING\r\n${connect({ user: 'u', pass: 'p' })}`],
];

export const authCases: Case[] = [
  ...attempts.map(([server, name, fields]) => single(server, `auth, ${server}: ${name}`, connect(fields) + then)),
  single('user', 'auth, user: right, verbose', connect({ user: 'u', pass: 'p', verbose: true }) + then),
  single('user', 'auth, user: wrong, verbose', connect({ user: 'u', pass: 'x', verbose: true }) + then),
  single('user', 'auth, user: wrong, protocol 1', connect({ user: 'u', pass: 'x', protocol: 1 }) + then),
  single(
    'user',
    'auth, user: right, then wrong',
    connect({ user: 'u', pass: 'p' }) + connect({ user: 'u', pass: 'x' }) + then,
  ),
  single(
    'user',
    'auth, user: right twice',
    connect({ user: 'u', pass: 'p' }) + connect({ user: 'u', pass: 'p' }) + then,
  ),
  single(
    'user',
    'auth, user: right, second CONNECT without credentials',
    connect({ user: 'u', pass: 'p' }) + connect({}) + then,
  ),
  single(
    'users',
    'auth, users: second CONNECT changes the user',
    connect({ user: 'alice', pass: 'wonder' }) + connect({ user: 'bob', pass: 'builder' }) + then,
  ),
  single('no-auth-user', 'auth, no-auth-user: no CONNECT at all', then),
  single('nkey', 'auth, nkey: signed', signed(USER_NKEY)),
  single('nkey', 'auth, nkey: signature in padded standard base64', padded),
  single('nkey', 'auth, nkey: signed, key unknown to the server', signed(STRANGER_NKEY)),
  single('nkey', 'auth, nkey: not an nkey', signed('foo')),
  ...early.map(([name, bytes, pongs]) => single('user', `auth, before CONNECT: ${name}`, bytes, pongs)),
];
