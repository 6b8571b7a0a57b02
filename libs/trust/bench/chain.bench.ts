// What one login costs in operator mode: CPU time of the whole chain, for a user's first login and for later ones.
// node libs/trust/bench/chain.bench.ts

import { encodeJwt, newClaims } from '@skein/jwt';
import { createSigningKey } from '@skein/nkeys';
import { checkProof, checkUser, isRefused, judgeUser, noTrust, readAccount, readUser, Trust } from '../src/index.ts';

const users = 2000;
const now = Math.floor(Date.now() / 1000);
const operatorKey = createSigningKey('operator');
const accountKey = createSigningKey('account');
const trust = new Trust({
  ...noTrust(),
  operators: [encodeJwt(newClaims('operator', operatorKey.publicKey), operatorKey, now)],
});
const accountClaims = newClaims('account', accountKey.publicKey);
Object.assign(accountClaims.nats.limits, { imports: -1, exports: -1 });
const accountToken = encodeJwt(accountClaims, operatorKey, now);
const reading = readAccount(accountToken, accountKey.publicKey, trust, now);
if ('reason' in reading) throw new Error(reading.reason);
const { account } = reading;

const logins = Array.from({ length: users }, () => {
  const key = createSigningKey('user');
  const jwt = encodeJwt(newClaims('user', key.publicKey), accountKey, now);
  return { jwt, nonce: 'abc', signature: Buffer.from(key.sign(Buffer.from('abc'))).toString('base64url') };
});
const place = { host: '127.0.0.1', kind: 'STANDARD' };

function perLogin(what: string, run: (index: number) => void): void {
  for (let i = 0; i < 200; i++) run(i);
  const before = process.cpuUsage();
  for (let i = 0; i < users; i++) run(i);
  const { user, system } = process.cpuUsage(before);
  console.log(`${what}: ${((user + system) / users).toFixed(0)} µs`);
}

const read = (index: number) => {
  const user = readUser(logins[index].jwt);
  if (isRefused(user)) throw new Error(user.detail);
  return user;
};
const known = logins.map((_, i) => read(i));
const judge = (index: number, user = known[index]): void => {
  if (checkUser(user, now * 1000) !== undefined) throw new Error('untimely');
  const verdict = judgeUser(user, account, trust, place, now * 1000);
  if (isRefused(verdict)) throw new Error(verdict.detail);
  if (checkProof(user, account, { ...logins[index], ...place }) !== undefined) throw new Error('no proof');
};

perLogin('a user is read', (i) => void read(i));
perLogin('a known user is judged, with its proof', (i) => judge(i));
perLogin('both: a new user of a known account', (i) => judge(i, read(i)));
perLogin('an account is read', () => void readAccount(accountToken, accountKey.publicKey, trust, now));
