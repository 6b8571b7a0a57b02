import { isPublicKey } from '@skein/nkeys';
import { hasWildcard } from '@skein/subjects';
import type { AccountClaims, WeightedMapping } from '../claims/account.ts';
import { unlimited } from '../claims/permissions.ts';
import { checkInfo, checkPermissions, checkSubject, checkTarget } from './common.ts';
import { checkExports } from './exports.ts';
import { checkImports } from './imports.ts';
import type { Issues } from './issues.ts';

const weightMax = 100;
const anyAccount = '*';

export function checkAccount({ sub, nats }: AccountClaims, issues: Issues): void {
  checkImports(sub, nats.imports, issues);
  checkExports(nats.exports, issues);
  checkLimits(nats, issues);
  checkPermissions(nats.default_permissions, issues);
  for (const [from, to] of nats.mappings) checkMapping(from, to, issues);
  checkAuthorization(nats.authorization, issues);
  checkTrace(nats.trace, issues);
  for (const [key, scope] of nats.signing_keys) {
    issues.check(
      isPublicKey(scope?.key ?? key, 'account'),
      `${JSON.stringify(key)} is not a valid account signing key`,
    );
  }
  checkInfo(nats, issues);
}

function checkLimits({ limits, imports, exports }: AccountClaims['nats'], issues: Issues): void {
  issues.check(!limits.tiered_limits.has(''), 'Tiered JetStream Limits can not contain a blank "" tier name');
  issues.check(
    limits.imports === unlimited || imports.length <= limits.imports,
    'the account contains more imports than allowed by the operator',
  );
  if (limits.exports === unlimited) return;
  issues.check(exports.length <= limits.exports, 'the account contains more exports than allowed by the operator');
  issues.check(
    limits.wildcards || !exports.some(({ subject }) => hasWildcard(subject)),
    'the account contains wildcard exports that are not allowed by the operator',
  );
}

function checkMapping(from: string, to: readonly WeightedMapping[], issues: Issues): void {
  checkSubject(from, issues);
  const totals = new Map<string, number>();
  for (const { subject, weight, cluster } of to) {
    checkSubject(subject, issues);
    issues.check(weight >= 0 && weight <= weightMax, `Mapping ${JSON.stringify(from)} has a weight that exceeds 100`);
    totals.set(cluster, (totals.get(cluster) ?? 0) + (weight || weightMax));
  }
  for (const total of totals.values()) {
    issues.check(
      total <= weightMax,
      `Mapping ${JSON.stringify(from)} exceeds 100% among all of it's weighted to mappings`,
    );
  }
}

function checkAuthorization(
  { auth_users, allowed_accounts, xkey }: AccountClaims['nats']['authorization'],
  issues: Issues,
): void {
  issues.check(
    allowed_accounts.length === 0 || auth_users.length > 0,
    'External authorization cannot have accounts without users specified',
  );
  for (const user of auth_users) {
    issues.check(isPublicKey(user, 'user'), `AuthUser ${JSON.stringify(user)} is not a valid user public key`);
  }
  for (const account of allowed_accounts) {
    const fine = account === anyAccount ? allowed_accounts.length === 1 : isPublicKey(account, 'account');
    issues.check(fine, `Account ${JSON.stringify(account)} is not a valid account public key`);
  }
  issues.check(xkey === '' || isPublicKey(xkey, 'curve'), `XKey ${JSON.stringify(xkey)} is not a valid public xkey`);
}

function checkTrace(trace: AccountClaims['nats']['trace'], issues: Issues): void {
  if (trace === undefined) return;
  checkTarget(trace.dest, 'the account Trace.Destination', issues);
  issues.check(
    trace.sampling >= 0 && trace.sampling <= 100,
    `the account Trace.Sampling value '${trace.sampling}' is not valid, should be in the range [1..100]`,
  );
}
