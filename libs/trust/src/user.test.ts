import { readFileSync } from 'node:fs';
import { createSigningKey } from '@skein/nkeys';
import { expect, it } from 'vitest';
import {
  type Admitted,
  checkProof,
  checkUser,
  isDelegated,
  isRefused,
  judgeUser,
  noTrust,
  type Refused,
  readAccount,
  readUser,
  Trust,
} from './index.ts';

interface Login {
  name: string;
  /** Its account's token. */
  account: string;
  jwt: string;
  signature: string;
  nonce: string;
  atMs: number;
  /** What the client was told. */
  refused?: string;
  /** What the debug log said. */
  detail?: string;
  maxPayload?: number;
  /** Whether `$SYS.REQ.USER.INFO` answered, and what. */
  asked: boolean;
  permissions?: { publish: Rule; subscribe: Rule; responses?: { max: number; ttl: number } };
  /** Nanoseconds. */
  expires?: number;
}

interface Rule {
  allow?: string[];
  deny?: string[];
}

/** Logins recorded with nats-server 2.15.2, each in an account of its own. */
const recorded: { operator: string; logins: Login[] } = JSON.parse(
  readFileSync(new URL('testdata/logins.json', import.meta.url), 'utf8'),
);

/** Of nats-server's configuration. */
const maxPayload = 1024 * 1024;

const trust = new Trust({ ...noTrust(), operators: [recorded.operator] });

const subjectOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).sub;

function judge(login: Login): Admitted | Refused {
  const user = readUser(login.jwt);
  if (isRefused(user)) return user;
  const untimely = checkUser(user, login.atMs);
  if (untimely !== undefined) return untimely;
  const key = subjectOf(login.account);
  const reading = readAccount(login.account, key, trust, Math.floor(login.atMs / 1000));
  if ('reason' in reading) return { detail: `Account JWT lookup error: ${reading.reason}`, cause: 'issuer' };
  if (user.account !== reading.account.sub) return { detail: 'User JWT issuer is not known', cause: 'issuer' };
  const presented = { ...login, host: '127.0.0.1', kind: 'STANDARD' };
  const verdict = judgeUser(user, reading.account, trust, presented, login.atMs);
  if (isRefused(verdict)) return verdict;
  return checkProof(user, reading.account, presented) ?? verdict;
}

const sorted = (rule: Rule = {}): Rule => ({
  ...(rule.allow?.length ? { allow: [...new Set(rule.allow)].sort() } : {}),
  ...(rule.deny?.length ? { deny: [...rule.deny].sort() } : {}),
});

it.each(recorded.logins)('judges as nats-server did: $name', (login) => {
  const verdict = judge(login);
  if (login.refused !== undefined) {
    expect(verdict).toMatchObject({ detail: login.detail });
    return;
  }
  expect(verdict).not.toHaveProperty('detail');
  const { payloadBytesMax, permissions, expiresUnixMs } = verdict as Admitted;
  if (login.maxPayload !== undefined) {
    expect(payloadBytesMax < 0 ? maxPayload : Math.min(payloadBytesMax, maxPayload)).toBe(login.maxPayload);
  }
  if (login.asked) {
    const mine = permissions && { publish: sorted(permissions.pub), subscribe: sorted(permissions.sub) };
    const theirs = login.permissions;
    expect(mine).toEqual(theirs && { publish: sorted(theirs.publish), subscribe: sorted(theirs.subscribe) });
    expect(permissions?.resp).toEqual(theirs?.responses);
  }
  if (login.expires !== undefined) {
    expect(Math.abs(expiresUnixMs - (login.atMs + login.expires / 1e6))).toBeLessThan(2000);
  }
});

it('an account that has an authorization service lets nobody in but that by a token alone', () => {
  const [login] = recorded.logins;
  const user = readUser(login.jwt);
  const reading = readAccount(login.account, subjectOf(login.account), trust, login.atMs / 1000);
  if (isRefused(user) || 'reason' in reading) throw new Error('a plain login');
  const { account } = reading;
  const outcome = (...authUsers: string[]): boolean => {
    account.nats.authorization.auth_users = authUsers;
    return isDelegated(user, account);
  };
  expect([outcome(), outcome(user.claims.sub), outcome('U')]).toEqual([false, false, true]);
});

it('takes no token of an account that nobody trusted has signed', () => {
  const other = new Trust({ ...noTrust(), keys: [createSigningKey('operator').publicKey] });
  const [login] = recorded.logins;
  const key = subjectOf(login.account);
  expect(readAccount(login.account, key, other, login.atMs / 1000)).toEqual({ reason: 'account validation failed' });
});
