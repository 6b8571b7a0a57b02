import {
  type AccountLimits,
  checkAccounts,
  GLOBAL_ACCOUNT,
  newDefinition,
  type TraceDestination,
} from '@skein/accounts';
import { isLiteral, subjectFromText } from '@skein/subjects';
import type { Value } from '../lang/value.ts';
import { isPublicNkey } from '../nkey.ts';
import type { AccountOptions, AuthorizationOptions, Permissions } from '../options.ts';
import { readUsers, refuseBoth, refuseDuplicates } from './authorization.ts';
import { readExports } from './exports.ts';
import { readImports } from './imports.ts';
import { readAccountJetStream } from './jetstream.ts';
import { readMappings } from './mappings.ts';
import { percentage } from './percentage.ts';
import { readPermissions } from './permissions.ts';
import { asInteger, asMap, asString, failAt, keys, type Problems, readBlock } from './reader.ts';
import { showValue } from './show.ts';

/** The `accounts` block: a map, or an array of bare names. `named` collects their users. */
export function readAccounts(
  value: Value,
  authorization: AuthorizationOptions,
  problems: Problems,
  named: Set<string>,
): AccountOptions[] {
  const accounts = new Map<string, AccountOptions>();
  const faults = problems.errors.length;
  const add = (name: string, at: Value): AccountOptions => {
    if (name === GLOBAL_ACCOUNT) failAt(at.at, `"${name}" is a Reserved Account`);
    const account: AccountOptions = { definition: newDefinition(name), users: [] };
    accounts.set(name, account);
    return account;
  };
  if (value.type === '[]interface {}') {
    for (const item of value.value) add(asString(item), item);
  } else if (value.type === 'map[string]interface {}') {
    for (const [name, block] of value.value) {
      problems.collect(() => readAccount(block, add(name, block), problems, named));
    }
    refuseBoth(value, authorization, named);
  }
  if (problems.errors.length > faults) return [];
  for (const text of checkAccounts([...accounts.values()].map(({ definition }) => definition))) {
    problems.add(value.at, text);
  }
  return [...accounts.values()];
}

interface AccountBlock {
  account: AccountOptions;
  defaultPermissions?: Permissions;
  named: Set<string>;
}

function readAccount(value: Value, account: AccountOptions, problems: Problems, named: Set<string>): void {
  if (value.type !== 'map[string]interface {}') failAt(value.at, 'Expected map entries for accounts');
  const block: AccountBlock = { account, named };
  readBlock(asMap(value), ACCOUNT_KEYS, block, problems);
  for (const user of account.users) user.permissions ??= block.defaultPermissions;
}

const ACCOUNT_KEYS = keys<AccountBlock>({
  nkey: (value) => {
    const nkey = asString(value);
    if (!isPublicNkey(nkey, 'A')) failAt(value.at, `Not a valid public nkey for an account: ${JSON.stringify(nkey)}`);
  },
  users: (value, { account, named }, _key, problems) => {
    account.users = readUsers(value, problems);
    refuseDuplicates(value, account.users, named);
  },
  'default_permissions default_permission permissions': (value, block, _key, problems) => {
    block.defaultPermissions = readPermissions(value, problems);
  },
  limits: (value, { account }, _key, problems) => {
    if (value.type !== 'map[string]interface {}') {
      failAt(value.at, `Expected account limits to be a map/struct, got ${showValue(value)}`);
    } else readBlock(value, LIMIT_KEYS, account.definition.limits, problems, unknownLimit);
  },
  jetstream: (value, { account }, _key, problems) => {
    account.definition.jetstream = readAccountJetStream(value, problems);
  },
  'exports export': (value, { account }, _key, problems) => {
    account.definition.exports = problems.collect(() => readExports(value, problems)) ?? [];
  },
  'imports import': (value, { account }, _key, problems) => {
    account.definition.imports = problems.collect(() => readImports(value, problems)) ?? [];
  },
  'mappings maps': (value, { account }, _key, problems) => {
    account.definition.mappings = readMappings(value, problems);
  },
  'msg_trace trace_dest': (value, { account }, key, problems) => {
    account.definition.traceDestination = readTraceDestination(value, key, problems);
  },
});

const unknownLimit = (key: string): string => `Unknown field "${key}" parsing account limits`;

const limit =
  (field: keyof AccountLimits) =>
  (value: Value, limits: AccountLimits): void => {
    limits[field] = asInteger(value);
  };

const LIMIT_KEYS = keys<AccountLimits>({
  'max_connections max_conn': limit('connectionsMax'),
  'max_subscriptions max_subs': limit('subscriptionsMax'),
  'max_payload max_pay': limit('payloadBytesMax'),
  'max_leafnodes max_leafs': limit('leafnodesMax'),
});

function readTraceDestination(value: Value, key: string, problems: Problems): TraceDestination | undefined {
  const trace: TraceDestination = { subject: '', sampling: 0 };
  if (value.type === 'string') readTraceSubject(value, trace);
  else if (value.type === 'map[string]interface {}') {
    readBlock(
      value,
      TRACE_KEYS,
      trace,
      problems,
      (name) => `Unknown field "${name}" parsing account message trace map/struct ${JSON.stringify(key)}`,
    );
    if (trace.subject === '') {
      if (trace.sampling > 0)
        problems.addStrict(value.at, 'Trace destination sampling ignored since no destination was set');
      return undefined;
    }
  } else {
    return failAt(
      value.at,
      `Expected account message trace ${JSON.stringify(key)} to be a string or a map/struct, got ${value.type}`,
    );
  }
  return { ...trace, sampling: trace.sampling || 100 };
}

function readTraceSubject(value: Value, trace: TraceDestination): void {
  const subject = asString(value);
  if (!isLiteral(subjectFromText(subject))) {
    failAt(value.at, `Trace destination ${JSON.stringify(subject)} is not valid`);
  }
  trace.subject = subject;
}

const TRACE_KEYS = keys<TraceDestination>({
  dest: readTraceSubject,
  sampling: (value, trace) => {
    const sampling = percentage(value);
    if (sampling === undefined || sampling < 1 || sampling > 100) {
      failAt(value.at, `Ttrace destination sampling value ${showValue(value)} is invalid, needs to be [1..100]`);
    } else trace.sampling = sampling;
  },
});
