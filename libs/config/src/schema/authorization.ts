import { GLOBAL_ACCOUNT } from '@skein/accounts';
import { ConfigError } from '../error.ts';
import type { MapValue, Value } from '../lang/value.ts';
import { isPublicNkey } from '../nkey.ts';
import {
  type AuthorizationOptions,
  type CalloutOptions,
  CONNECTION_TYPES,
  type ConnectionType,
  isNkeyUser,
  type NkeyUser,
  type PasswordUser,
  type User,
} from '../options.ts';
import { readPermissions } from './permissions.ts';
import {
  asBoolean,
  asMap,
  asString,
  asStrings,
  asTimeout,
  failAt,
  type KeyReader,
  keys,
  type Problems,
  readBlock,
} from './reader.ts';
import { showValue } from './show.ts';

interface AuthorizationBlock extends AuthorizationOptions {
  /** 0 when not given. */
  timeoutMs: number;
}

/** The `authorization` block. `named` are the users of accounts so far, and then its own too. */
export function readAuthorization(value: Value, problems: Problems, named: Set<string>): AuthorizationBlock {
  const block: AuthorizationBlock = { users: [], timeoutMs: 0 };
  readBlock(asMap(value), AUTHORIZATION_KEYS, block, problems);
  const hasUser = block.user !== undefined || block.pass !== undefined;
  if (hasUser && block.token !== undefined) failAt(value.at, 'Cannot have a user/pass and token');
  refuseDuplicates(value, block.users, named);
  refuseBoth(value, block, named);
  return block;
}

const AUTHORIZATION_KEYS = keys<AuthorizationBlock>({
  'user username': (value, block) => {
    block.user = asString(value) || undefined;
  },
  'pass password': (value, block) => {
    block.pass = asString(value) || undefined;
  },
  token: (value, block) => {
    block.token = asString(value) || undefined;
  },
  timeout: (value, block) => {
    block.timeoutMs = asTimeout(value, "error parsing authorization config, 'timeout'");
  },
  users: (value, block, _key, problems) => {
    block.users = readUsers(value, problems);
  },
  'default_permissions default_permission permissions': (value, block, _key, problems) => {
    block.defaultPermissions = readPermissions(value, problems);
  },
  'auth_callout auth_hook': (value, block, _key, problems) => {
    block.callout = readCallout(value, problems);
  },
  proxy_required: (value) => refuseProxy(value),
});

const NAMES: KeyReader<CalloutOptions> = (value, callout, key) => {
  if (value.type !== '[]interface {}')
    failAt(value.at, `Expected ${key} field to be an array, got ${showValue(value)}`);
  const field = key.toLowerCase() === 'allowed_accounts' ? 'allowedAccounts' : 'authUsers';
  callout[field] = asStrings(value, key);
};

const CALLOUT_KEYS = keys<CalloutOptions>({
  issuer: (value, callout) => {
    callout.issuer = asString(value);
    if (isPublicNkey(callout.issuer, 'A')) return;
    failAt(value.at, `Expected callout user to be a valid public account nkey, got ${JSON.stringify(callout.issuer)}`);
  },
  'account acc': (value, callout) => {
    callout.account = asString(value);
  },
  'auth_users users': NAMES,
  'xkey key': (value, callout) => {
    callout.xkey = asString(value);
    if (isPublicNkey(callout.xkey, 'X')) return;
    failAt(value.at, `Expected callout xkey to be a valid public xkey, got ${JSON.stringify(callout.xkey)}`);
  },
  allowed_accounts: NAMES,
});

function readCallout(value: Value, problems: Problems): CalloutOptions {
  if (value.type !== 'map[string]interface {}') {
    return failAt(value.at, `Expected authorization callout to be a map/struct, got ${showValue(value)}`);
  }
  const callout: CalloutOptions = { issuer: '', authUsers: [], account: GLOBAL_ACCOUNT, allowedAccounts: [] };
  readBlock(value, CALLOUT_KEYS, callout, problems);
  const { at } = lastKey(value);
  if (callout.issuer === '') failAt(at, 'Authorization callouts require an issuer to be specified');
  if (callout.authUsers.length === 0) failAt(at, 'Authorization callouts require authorized users to be specified');
  return callout;
}

export function readUsers(value: Value, problems: Problems): User[] {
  if (value.type !== '[]interface {}') {
    return failAt(value.at, `Expected users field to be an array, got ${showValue(value)}`);
  }
  return value.value.map((user) => readUser(user, problems));
}

interface UserEntry extends Partial<Omit<PasswordUser, 'user' | 'pass'>> {
  user?: string;
  pass?: string;
  nkey?: string;
}

function readUser(value: Value, problems: Problems): User {
  if (value.type !== 'map[string]interface {}') {
    return failAt(value.at, `Expected user entry to be a map/struct, got ${showValue(value)}`);
  }
  const entry: UserEntry = {};
  readBlock(value, USER_KEYS, entry, problems);
  const { user, pass, nkey, ...rights } = entry;
  const at = lastKey(value).at;
  if (nkey !== undefined) {
    if (!isPublicNkey(nkey, 'U')) failAt(at, 'Not a valid public nkey for a user');
    if (user !== undefined || pass !== undefined) failAt(at, 'Nkey users do not take usernames or passwords');
    return { nkey, ...rights } satisfies NkeyUser;
  }
  if (user === undefined || user === '') return failAt(at, 'User entry requires a user');
  return { user, pass: pass ?? '', ...rights };
}

/** nats-server reports a fault of a whole user at the last of its keys. */
function lastKey(map: MapValue): Value {
  return [...map.value.values()].at(-1) ?? map;
}

const USER_KEYS = keys<UserEntry>({
  nkey: (value, user) => {
    user.nkey = asString(value);
  },
  'user username': (value, user) => {
    user.user = asString(value);
  },
  'pass password': (value, user) => {
    user.pass = asString(value);
  },
  'permissions permission authorization': (value, user, _key, problems) => {
    user.permissions = readPermissions(value, problems);
  },
  'allowed_connection_types connection_types clients': (value, user) => {
    user.allowedConnectionTypes = readConnectionTypes(value);
  },
  proxy_required: (value) => refuseProxy(value),
});

function readConnectionTypes(value: Value): ConnectionType[] | undefined {
  const names = asStrings(value, 'allowed connection types').map((name) => name.toUpperCase());
  const known = new Set<string>(CONNECTION_TYPES);
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    failAt(value.at, `invalid connection types [${unknown.map((name) => JSON.stringify(name)).join(' ')}]`);
  }
  return names.length > 0 ? [...new Set(names as ConnectionType[])] : undefined;
}

function refuseProxy(value: Value): void {
  if (asBoolean(value)) failAt(value.at, '"proxy_required" is not supported yet');
}

/** No two users have one name, in whichever accounts they are. */
export function refuseDuplicates(value: Value, users: User[], named: Set<string>): void {
  for (const user of users) {
    const name = isNkeyUser(user) ? user.nkey : user.user;
    if (named.has(name)) {
      failAt(value.at, `Duplicate ${isNkeyUser(user) ? 'nkey' : 'user'} ${JSON.stringify(name)} detected`);
    }
    named.add(name);
  }
}

/** Where users have names, nobody comes in by a shared secret. */
export function refuseBoth(value: Value, { user, token }: AuthorizationOptions, named: ReadonlySet<string>): void {
  if (named.size === 0) return;
  if (user !== undefined) failAt(value.at, 'Can not have a single user/pass and a users array');
  if (token !== undefined) failAt(value.at, 'Can not have a token and a users array');
}

/** What `no_auth_user` may name. Throws ConfigError with nats-server's text. */
export function checkNoAuthUser(name: string | undefined, users: User[]): void {
  if (name === undefined) return;
  if (users.length === 0) {
    throw new ConfigError(`no_auth_user: ${JSON.stringify(name)} present, but users/nkeys are not defined`);
  }
  if (users.some((user) => (isNkeyUser(user) ? user.nkey : user.user) === name)) return;
  throw new ConfigError(
    `no_auth_user: ${JSON.stringify(name)} not present as user or nkey in authorization block or account configuration`,
  );
}
