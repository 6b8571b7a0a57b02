import type { AuthRequest } from '@skein/bus';
import { createSigningKey } from '@skein/nkeys';
import { readUser } from '@skein/trust';
import { nowSeconds, userOf } from '@skein/trust/testing';
import { beforeEach, expect, it } from 'vitest';
import { Authenticator } from '../authenticator.ts';
import { compileDirectory } from '../directory.ts';
import type { DirectoryConfiguration } from '../options.ts';
import { Passwords } from '../passwords/passwords.ts';
import { DelegatedLogins } from './delegated-logins.ts';
import { Delegation } from './delegation.ts';
import type { Ask } from './service.ts';

const [issuer, stranger] = [createSigningKey('account'), createSigningKey('account')];
let asked: { user: string; pass: string }[];
let answer: Awaited<ReturnType<Ask>> | Error;

type Change = NonNullable<Parameters<typeof userOf>[1]>;
function grant(change: Change = () => {}, signer = issuer): { token: string; user: never } {
  const named: Change = (claims) => {
    claims.name = 'Bob';
    claims.aud = 'APP';
    change(claims);
  };
  const token = userOf(signer, named, nowSeconds()).jwt;
  return { token, user: readUser(token) as never };
}

function logins(allowedAccounts: string[] = [], more: Partial<DirectoryConfiguration> = {}): DelegatedLogins {
  const callout = { issuer: issuer.publicKey, authUsers: ['auth'], account: 'AUTH', allowedAccounts };
  const account = (name: string, user: string) => ({ definition: { name }, users: [{ user, pass: 'pwd' }] }) as never;
  const directory = compileDirectory({
    authorization: { users: [], callout },
    accounts: [account('AUTH', 'auth'), account('APP', 'app'), account('B', 'b')],
    authTimeoutMs: 1000,
    ...more,
  });
  const authenticator = new Authenticator(directory, new Passwords(() => Promise.reject(new Error('no bcrypt here'))));
  const ask: Ask = async ({ credentials: { user, pass } }) => {
    asked.push({ user, pass });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const { accounts } = directory;
  return new DelegatedLogins({
    ...{ callout, authenticator },
    delegation: new Delegation({ callout, accounts, ask, wallMs: () => Date.now() }),
  });
}

const request = (connect: object, grant = ''): AuthRequest => ({
  ...{ connectJson: JSON.stringify(connect), connection: 1, nonce: '', host: '10.1.1.1', kind: 'STANDARD' },
  ...{ tls: false, certificateSubject: '', certificateNames: [], grant },
});
const check = (subject: DelegatedLogins, connect: object) => subject.check(request(connect), undefined);

beforeEach(() => {
  asked = [];
  answer = grant();
});

it('lets in whom the service lets in, as it says', async () => {
  answer = grant(({ nats }) => {
    nats.pub.allow = ['a'];
    Object.assign(nats, { subs: 1, payload: 1 });
  });
  expect(await check(logins(), { user: 'bob', pass: 'x' })).toEqual({
    ...{ allowed: true, account: 'APP', user: 'Bob', permissions: { publish: { allow: ['a'] }, subscribe: {} } },
    // Limits do not hold here (nats-server 2.15).
    ...{ expiresUnixMs: 0, endsWithAccount: false, subscriptionsMax: 0, payloadBytesMax: 0, grant: answer.token },
  });
});

it.each<[string, object, boolean, boolean]>([
  ['the service itself is known by the configuration', { user: 'auth', pass: 'pwd' }, true, false],
  ['and by nothing else', { user: 'auth', pass: 'x' }, false, false],
  ['a user of the configuration is asked about', { user: 'app', pass: 'pwd' }, true, true],
  ['nobody is asked about', {}, true, true],
  ['whoever asks for an account is not', { user: 'app', account: 'B' }, false, false],
])('%s', async (_, connect, allowed, asks) => {
  expect((await check(logins(), connect)).allowed).toBe(allowed);
  expect(asked.length > 0).toBe(asks);
});

it('where nobody has a password, the name of the service lets nobody in', async () => {
  const open = logins([], { accounts: [] });
  expect(await check(open, { user: 'auth' })).toMatchObject({ allowed: false });
  expect(asked).toEqual([]);
});

it('of other accounts than the allowed ones, users of the configuration are known by it', async () => {
  const subject = logins(['APP']);
  answer = { detail: 'no', cause: 'callout' };
  expect(await check(subject, { user: 'b', pass: 'pwd' })).toMatchObject({ allowed: true, account: 'B' });
  expect(asked).toEqual([]);
  expect(await check(subject, { user: 'b', pass: 'x' })).toMatchObject({ allowed: false });
  expect(await check(subject, { user: 'app', pass: 'pwd' })).toMatchObject({ allowed: false });
  expect(asked.map(({ user }) => user)).toEqual(['b', 'app']);
});

it('so is who shows nothing, as the user that such have; but nobody without any', async () => {
  expect(await check(logins(['APP'], { noAuthUser: 'b' }), {})).toMatchObject({ allowed: true, account: 'B' });
  expect(asked).toEqual([]);
  answer = { detail: 'no', cause: 'callout' };
  expect(await check(logins(['APP'], { accounts: [] }), {})).toMatchObject({ allowed: false });
  expect(asked).toEqual([{ user: '', pass: '' }]);
});

it('who shows nothing is asked about as the user that such have', async () => {
  await check(logins([], { noAuthUser: 'app' }), {});
  expect(asked).toEqual([{ user: 'app', pass: 'pwd' }]);
});

it.each<[string, () => typeof answer, string]>([
  ['refuses', () => ({ detail: 'no', cause: 'callout' }), 'no'],
  ['fails', () => new Error('away'), 'away'],
  [
    'gives a user of another issuer',
    () => grant(undefined, stranger),
    'Wrong issuer for auth callout response on account "AUTH"',
  ],
  ['names no account', () => grant((user) => (user.aud = '')), 'No valid account "" for auth callout response'],
  ['names an account that is not there', () => grant((user) => (user.aud = 'X')), 'No valid account "X"'],
  ['gives a user that has expired', () => grant((user) => (user.exp = 1)), 'claim is expired'],
  ['gives a user of another place', () => grant(({ nats }) => nats.src.push('192.168.0.0/16')), 'Bad src Ip'],
  [
    'gives a user of WebSocket',
    () => grant(({ nats }) => nats.allowed_connection_types.push('WEBSOCKET')),
    'Connection type',
  ],
])('lets nobody in where the service %s', async (_, given, detail) => {
  answer = given();
  const response = await check(logins(), { user: 'bob', pass: 'x' });
  expect(response).toMatchObject({ allowed: false, error: '', reason: 'User "bob"' });
  expect(response.allowed ? '' : response.detail).toContain(detail);
});

it('looks at live connections by the token that they came in by, and asks nobody', async () => {
  const recheck = (token: string, connect: object = { user: 'bob' }) => logins().recheck(request(connect, token));
  expect(await recheck(grant().token)).toMatchObject({ outcome: 'stays', account: 'APP', user: 'Bob' });
  expect(await recheck(grant((user) => (user.exp = 1)).token)).toMatchObject({ outcome: 'expired' });
  expect(await recheck(grant(undefined, stranger).token)).toMatchObject({ outcome: 'gone' });
  expect(await recheck(grant((user) => (user.aud = 'X')).token)).toMatchObject({ outcome: 'gone' });
  expect(await recheck('', { user: 'auth', pass: 'pwd' })).toMatchObject({ outcome: 'stays', account: 'AUTH' });
  expect(await recheck('', { user: 'app', pass: 'pwd' })).toMatchObject({ outcome: 'gone' });
  expect(asked).toEqual([]);
});
