import { newDefinition } from '@skein/accounts';
import type { AuthRequest } from '@skein/bus';
import { encodeSeed, signingKeyFromSeed } from '@skein/nkeys';
import { describe, expect, it } from 'vitest';
import { Authenticator } from './authenticator.ts';
import { compileDirectory, DirectoryError } from './directory.ts';
import observed from './observed.json' with { type: 'json' };
import type { DirectoryConfiguration } from './options.ts';
import { compareBcrypt } from './passwords/bcrypt.ts';
import { Passwords } from './passwords/passwords.ts';

interface Login {
  connect: Record<string, unknown>;
  kind?: string;
  sign?: { key: keyof typeof keys; encoding: keyof typeof encodings; nonce?: string };
  /** As monitoring shows it; absent when refused. */
  user?: string;
  refused?: string;
}

const key = (kind: 'user' | 'account', number: number) =>
  signingKeyFromSeed(encodeSeed(kind, new Uint8Array(32).fill(number)));
const keys = { one: key('user', 1), two: key('user', 2), account: key('account', 3) };

const standard = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const encodings = {
  url: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url'),
  std: standard,
  urlPadded: (bytes: Uint8Array) => standard(bytes).replaceAll('+', '-').replaceAll('/', '_'),
  stdUnpadded: (bytes: Uint8Array) => standard(bytes).replace(/=+$/, ''),
  newline: (bytes: Uint8Array) => `${Buffer.from(bytes).toString('base64url')}\n`,
};

/** One whose signature tells the two alphabets of base64 apart. */
const nonce = Array.from({ length: 1000 }, (_, i) => `nonce${i}`).find((it) => {
  const text = standard(keys.one.sign(Buffer.from(it)));
  return text.includes('+') && text.includes('/');
})!;

function request({ connect, kind, sign }: Pick<Login, 'connect' | 'kind' | 'sign'>): AuthRequest {
  const signature = sign && encodings[sign.encoding](keys[sign.key].sign(Buffer.from(sign.nonce ?? nonce)));
  return {
    connection: 1,
    connectJson: JSON.stringify(sign ? { ...connect, sig: signature } : connect),
    nonce,
    host: '127.0.0.1',
    kind: kind ?? 'STANDARD',
    tls: false,
    certificateSubject: '',
    certificateNames: [],
  };
}

const passwords = () => new Passwords(async (password, hash) => compareBcrypt(password, hash));
const authenticator = (configuration: DirectoryConfiguration) =>
  new Authenticator(compileDirectory(configuration), passwords());
const users = (...entries: DirectoryConfiguration['authorization']['users']): DirectoryConfiguration => ({
  authorization: { users: entries },
  accounts: [],
  authTimeoutMs: 2000,
});
const nobodyAsked = users();

describe.each(
  observed.groups as { name: string; configuration: Omit<DirectoryConfiguration, 'accounts'>; logins: Login[] }[],
)('with $name', ({ configuration, logins }) => {
  it('lets in whom nats-server lets in', async () => {
    const subject = authenticator({ accounts: [], ...configuration });
    for (const login of logins) {
      const response = await subject.check(request(login));
      const outcome = response.allowed ? { user: response.user } : { refused: true };
      const expected = login.refused === undefined ? { user: login.user } : { refused: true };
      expect({ login, outcome }).toEqual({ login, outcome: expected });
    }
  });
});

describe('a client that is let in', () => {
  it('belongs to the global account, without limits of its own', () => {
    expect(authenticator(nobodyAsked).check(request({ connect: { user: 'a' } }))).toEqual({
      allowed: true,
      account: '$G',
      user: 'a',
      permissions: undefined,
      expiresUnixMs: 0,
      subscriptionsMax: 0,
      payloadBytesMax: 0,
    });
  });

  it.each([
    [
      'its own permissions, which replace the default ones as a whole',
      { subscribe: { deny: ['x'] } },
      { subscribe: { deny: ['x'] } },
    ],
    ['the default ones where it has none', undefined, { publish: { allow: ['d.>'] } }],
    ['everything where its own say nothing', {}, {}],
    ['everything where its own lists are empty', { publish: { allow: [], deny: [] } }, {}],
    [
      'nothing but answers where only these are allowed',
      { responses: { max: 1, expiresMs: 5 } },
      { publish: { allow: [] }, responses: { max: 1, expiresMs: 5 } },
    ],
    [
      'answers beside what it may publish',
      { publish: { allow: ['a'] }, responses: { max: 1, expiresMs: 5 } },
      { publish: { allow: ['a'] }, responses: { max: 1, expiresMs: 5 } },
    ],
    [
      'nothing but answers where only a deny list stands beside',
      { publish: { deny: ['a'] }, responses: { max: 1, expiresMs: 5 } },
      { publish: { allow: [], deny: ['a'] }, responses: { max: 1, expiresMs: 5 } },
    ],
  ])('has %s', (_, own, expected) => {
    const subject = authenticator({
      authorization: {
        users: [{ user: 'a', pass: 'b', permissions: own }],
        defaultPermissions: { publish: { allow: ['d.>'] } },
      },
      accounts: [],
      authTimeoutMs: 2000,
    });
    expect(subject.check(request({ connect: { user: 'a', pass: 'b' } }))).toMatchObject({ permissions: expected });
  });
});

describe('users of accounts', () => {
  const withAccounts = (name: string): DirectoryConfiguration => ({
    ...users({ user: 'g', pass: 'x' }),
    accounts: [
      {
        definition: newDefinition(name),
        users: [{ user: 'a', pass: 'b', permissions: { publish: { allow: ['p'] } } }, { nkey: keys.one.publicKey }],
      },
    ],
    noAuthUser: 'a',
  });

  it('come in to their own, those of the authorization block to the global one', () => {
    const subject = authenticator(withAccounts('A'));
    const of = (connect: Record<string, unknown>) => subject.check(request({ connect }));
    expect(of({ user: 'a', pass: 'b' })).toMatchObject({ account: 'A', permissions: { publish: { allow: ['p'] } } });
    expect(of({ user: 'g', pass: 'x' })).toMatchObject({ account: '$G' });
    expect(of({})).toMatchObject({ account: 'A', user: 'a' });
    expect(of({ user: 'a', pass: 'x' })).toMatchObject({ allowed: false });
  });

  it('go with their user where a reload puts it', async () => {
    const subject = authenticator(withAccounts('A'));
    subject.use(compileDirectory(withAccounts('B')));
    const live = request({ connect: { user: 'a', pass: 'b' } });
    expect(await subject.recheck(live)).toMatchObject({ outcome: 'stays', account: 'B' });
  });

  it('have one name each over all accounts', () => {
    expect(() =>
      compileDirectory({ ...withAccounts('A'), authorization: { users: [{ user: 'a', pass: '' }] } }),
    ).toThrow('Duplicate user "a" detected');
  });
});

describe('a refusal', () => {
  it.each([
    [{}, '', 'nothing_shown'],
    [{ user: 'x', pass: 'secret' }, 'User "x"', 'unknown_user'],
    [{ user: 'a', pass: 'secret' }, 'User "a"', 'wrong_password'],
    [{ auth_token: 'secret' }, 'Token "[REDACTED]"', 'unknown_user'],
    [{ nkey: 'UX', sig: 'y', user: 'x' }, 'Nkey "UX"', 'unknown_user'],
    [{ user: 'a', pass: 'b', account: 'A' }, 'User "a"', 'account_asked'],
  ])('of %o is told to the log without secrets, and counted', (connect, reason, cause) => {
    const subject = authenticator(users({ user: 'a', pass: 'b' }));
    expect(subject.check(request({ connect }))).toEqual({ allowed: false, error: '', reason, cause });
    const counted = Object.entries(subject.figures.refused).filter(([, count]) => count > 0);
    expect([subject.figures.allowed, counted]).toEqual([0, [[cause, 1]]]);
  });

  it.each(['', '[]', 'null', '1', '{"user":'])('is the answer to a CONNECT of %j', (connectJson) => {
    const subject = authenticator(nobodyAsked);
    expect(subject.check({ ...request({ connect: {} }), connectJson })).toMatchObject({ allowed: false });
  });

  it('is the answer to an nkey where no nonce was sent', () => {
    const subject = authenticator(users({ nkey: keys.one.publicKey }));
    const signed = request({ connect: { nkey: keys.one.publicKey }, sign: { key: 'one', encoding: 'url', nonce: '' } });
    expect(subject.check({ ...signed, nonce: '' })).toMatchObject({ allowed: false });
  });
});

describe('a configuration is refused', () => {
  it.each([
    ['nkey garbage', users({ nkey: 'UGARBAGE' }), 'Not a valid public nkey for a user'],
    ["another kind's nkey", users({ nkey: keys.account.publicKey }), 'Not a valid public nkey for a user'],
    ['a user twice', users({ user: 'a', pass: 'b' }, { user: 'a', pass: 'c' }), 'Duplicate user "a" detected'],
    [
      'no_auth_user without users',
      { ...nobodyAsked, noAuthUser: 'a' },
      'no_auth_user: "a" present, but users/nkeys are not defined',
    ],
    [
      "websocket's no_auth_user without users",
      { ...nobodyAsked, websocket: { noAuthUser: 'a' } },
      'no_auth_user: "a" present, but users/nkeys are not defined',
    ],
    [
      'no_auth_user that is nobody',
      { ...users({ user: 'a', pass: 'b' }), noAuthUser: 'x' },
      'no_auth_user: "x" not present as user or nkey in authorization block or account configuration',
    ],
  ])('for %s', (_, configuration, reason) => {
    expect(() => compileDirectory(configuration)).toThrow(new DirectoryError(reason));
  });
});

describe('after a reload', () => {
  const a = request({ connect: { user: 'a', pass: 'b' } });
  const before = users({ user: 'a', pass: 'b' }, { nkey: keys.one.publicKey });
  const byKey = request({ connect: { nkey: keys.one.publicKey }, sign: { key: 'one', encoding: 'url' } });

  async function recheck(after: DirectoryConfiguration, live: AuthRequest): Promise<unknown> {
    const subject = authenticator(before);
    expect(await subject.check(live)).toMatchObject({ allowed: true });
    subject.use(compileDirectory(after));
    return subject.recheck(live);
  }

  it.each([
    ['an untouched user stays', before, a, { outcome: 'stays', user: 'a' }],
    [
      'a user stays with its new permissions',
      users({ user: 'a', pass: 'b', permissions: { publish: { allow: ['x'] } } }),
      a,
      { outcome: 'stays', permissions: { publish: { allow: ['x'] } } },
    ],
    [
      'a user whose password is now hashed stays',
      users({ user: 'a', pass: '$2a$04$abcdefghijklmnopqrstuu12f.Pu8ic0A965BfTwGcW6x7Xin9Xgu' }),
      a,
      { outcome: 'stays' },
    ],
    ['a user with another password is refused', users({ user: 'a', pass: 'c' }), a, { outcome: 'refused' }],
    [
      'a user who may not connect here any more is refused',
      users({ user: 'a', pass: 'b', allowedConnectionTypes: ['MQTT'] }),
      a,
      { outcome: 'refused' },
    ],
    ['a removed user is gone', users({ user: 'z', pass: 'b' }), a, { outcome: 'gone' }],
    ['a removed nkey is gone', users({ user: 'a', pass: 'b' }), byKey, { outcome: 'gone' }],
    ['a nkey that is still there stays', before, byKey, { outcome: 'stays', user: keys.one.publicKey }],
    ['whoever showed a user stays when nobody is asked', nobodyAsked, a, { outcome: 'stays' }],
    [
      'a user whose name is that of the only user now stays',
      { ...nobodyAsked, authorization: { user: 'a', pass: 'b', users: [] } },
      a,
      { outcome: 'stays' },
    ],
  ])('%s', async (_, after, live, expected) => {
    expect(await recheck(after, live)).toMatchObject(expected);
  });

  it('a check that was under way counts by the new configuration', async () => {
    let answer: (matches: boolean) => void = () => {};
    const hash = '$2b$04$abcdefghijklmnopqrstuu12f.Pu8ic0A965BfTwGcW6x7Xin9Xgu';
    const slow = new Passwords(() => new Promise((resolve) => (answer = resolve)));
    const subject = new Authenticator(compileDirectory(users({ user: 'a', pass: hash })), slow);
    const response = subject.check(a);
    subject.use(compileDirectory(users({ user: 'z', pass: 'b' })));
    answer(true);
    expect(await response).toMatchObject({ allowed: false });
  });

  it('who cannot be checked now is to be asked for again, and a new client is refused', async () => {
    const hash = '$2b$04$abcdefghijklmnopqrstuu12f.Pu8ic0A965BfTwGcW6x7Xin9Xgu';
    const busy = new Passwords(() => Promise.reject(new Error('too many passwords to check')));
    const subject = new Authenticator(compileDirectory(users({ user: 'a', pass: hash })), busy);
    const reason = 'User "a", too many passwords to check';
    expect(await subject.recheck(a)).toEqual({ outcome: 'unchecked', reason });
    expect(await subject.check(a)).toEqual({ allowed: false, error: '', reason, cause: 'not_checked' });
  });
});

describe('where certificates say who a client is', () => {
  const subject = authenticator({
    ...users(
      { user: 'CN=carol', pass: '' },
      { user: 'CN=dora', pass: 'pw' },
      { user: 'CN=eve', pass: '', allowedConnectionTypes: ['WEBSOCKET'] },
      { user: 'other', pass: '' },
      { nkey: keys.one.publicKey },
    ),
    noAuthUser: 'other',
    tls: { verifyAndMap: true },
  });
  const shown = (certificateSubject: string, connect = {}, more = {}) => ({
    ...request({ connect, ...more }),
    certificateSubject,
  });

  it.each([
    ['CN=carol', {}, 'CN=carol'],
    ['CN=carol', { user: 'other' }, 'CN=carol'],
    ['CN=carol', { auth_token: 'other' }, 'CN=carol'],
    ['CN=carol', { nkey: keys.one.publicKey }, 'CN=carol'],
    ['CN=carol', { pass: 'x' }, undefined],
    ['CN=dora', {}, undefined],
    ['CN=dora', { pass: 'pw' }, 'CN=dora'],
    ['CN=eve', {}, undefined],
    ['CN=nobody', {}, undefined],
    ['CN=nobody', { user: 'other' }, undefined],
    ['', {}, undefined],
  ])('%s with %j is %s', async (certificateSubject, connect, user) => {
    const response = await subject.check(shown(certificateSubject, connect));
    expect(response.allowed ? response.user : undefined).toBe(user);
  });

  it('says which one it did not find', async () => {
    expect(await subject.check(shown('CN=nobody'))).toMatchObject({ detail: 'User in cert ["CN=nobody"], not found' });
  });

  it('another listener may do without', async () => {
    const response = await subject.check(shown('CN=carol', { user: 'other' }, { kind: 'WEBSOCKET' }));
    expect(response).toMatchObject({ allowed: true, user: 'other' });
  });

  it('who is gone from the configuration is to go', async () => {
    expect(await subject.recheck(shown('CN=carol'))).toMatchObject({ outcome: 'stays', user: 'CN=carol' });
    expect(await subject.recheck(shown('CN=nobody'))).toMatchObject({ outcome: 'gone' });
  });
});
