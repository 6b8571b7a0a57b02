import { GLOBAL_ACCOUNT } from '@skein/accounts';
import type { AuthPermissions } from '@skein/bus';
import { allUsers, type CalloutOptions, type User } from '@skein/config';
import { createVerifier, NkeyError, type Verifier } from '@skein/nkeys';
import { enforced } from '@skein/permissions';
import { CertificateUsers } from './certificates/certificate-users.ts';
import type { DirectoryConfiguration } from './options.ts';
import { isBcrypt } from './passwords/passwords.ts';

interface KnownUser {
  name: string;
  account: string;
  /** Absent: everything. */
  permissions?: AuthPermissions;
  /** Absent: all. */
  connectionTypes?: ReadonlySet<string>;
}

export interface KnownPasswordUser extends KnownUser {
  /** Plain or bcrypt. */
  secret: string;
}

export interface KnownNkeyUser extends KnownUser {
  verify: Verifier;
}

export interface UsersScheme {
  kind: 'users';
  passwords: ReadonlyMap<string, KnownPasswordUser>;
  nkeys: ReadonlyMap<string, KnownNkeyUser>;
  /** Who a client is that shows nothing. */
  noAuthUser?: KnownPasswordUser | KnownNkeyUser;
  /** Present: who a client is stands in its certificate, whatever else it shows. */
  certificates?: CertificateUsers<KnownPasswordUser>;
}

/** How the clients of a listener are told apart. */
export type Scheme =
  | { kind: 'open' }
  | { kind: 'token'; token: string }
  | { kind: 'single'; user: string; pass: string }
  | UsersScheme;

/** Who may connect: a configuration, ready for lookups. Never changes. */
export interface Directory {
  client: Scheme;
  websocket: Scheme;
  /** The bcrypt hashes in it. */
  hashes: ReadonlySet<string>;
  authTimeoutMs: number;
  callout?: CalloutOptions;
  accounts: ReadonlySet<string>;
}

/** The configuration can't be applied; the message says why. */
export class DirectoryError extends Error {}

/** @throws DirectoryError */
export function compileDirectory(configuration: DirectoryConfiguration): Directory {
  const { authorization, noAuthUser, websocket, authTimeoutMs, tls } = configuration;
  const scheme = clientScheme(configuration);
  const client = withCertificates(scheme, tls);
  let ofWebsocket = withCertificates(scheme, websocket?.tls);
  if (websocket?.token !== undefined) {
    ofWebsocket = { kind: 'token', token: websocket.token };
  } else if (websocket?.username !== undefined) {
    ofWebsocket = { kind: 'single', user: websocket.username, pass: websocket.password ?? '' };
  } else if (ofWebsocket.kind === 'users') {
    ofWebsocket = withNoAuthUser(ofWebsocket, websocket?.noAuthUser ?? noAuthUser);
  } else if (websocket?.noAuthUser !== undefined) {
    throw new DirectoryError(`no_auth_user: "${websocket.noAuthUser}" present, but users/nkeys are not defined`);
  }
  const secrets = [
    authorization.pass,
    authorization.token,
    websocket?.password,
    websocket?.token,
    ...allUsers(configuration).map((user) => ('nkey' in user ? undefined : user.pass)),
  ];
  return {
    client,
    websocket: ofWebsocket,
    hashes: new Set(secrets.filter((secret) => secret !== undefined && isBcrypt(secret)) as string[]),
    authTimeoutMs,
    callout: authorization.callout,
    accounts: new Set(configuration.accounts.map(({ definition }) => definition.name)),
  };
}

function clientScheme(configuration: DirectoryConfiguration): Scheme {
  const { authorization, accounts, noAuthUser } = configuration;
  const { user, pass, token, users, defaultPermissions } = authorization;
  if (allUsers(configuration).length > 0) {
    const scheme: UsersScheme = { kind: 'users', passwords: new Map(), nkeys: new Map() };
    for (const entry of users) addUser(scheme, entry, GLOBAL_ACCOUNT, defaultPermissions);
    for (const account of accounts) for (const entry of account.users) addUser(scheme, entry, account.definition.name);
    return withNoAuthUser(scheme, noAuthUser);
  }
  if (noAuthUser !== undefined) {
    throw new DirectoryError(`no_auth_user: "${noAuthUser}" present, but users/nkeys are not defined`);
  }
  if (token !== undefined) return { kind: 'token', token };
  if (user !== undefined) return { kind: 'single', user, pass: pass ?? '' };
  return { kind: 'open' };
}

function addUser(
  { passwords, nkeys }: UsersScheme,
  entry: User,
  account: string,
  defaults?: DirectoryConfiguration['authorization']['defaultPermissions'],
): void {
  const permissions = entry.permissions ?? defaults;
  const known: Omit<KnownUser, 'name'> = {
    account,
    ...(permissions === undefined ? {} : { permissions: enforced(permissions) }),
    ...(entry.allowedConnectionTypes?.length ? { connectionTypes: new Set<string>(entry.allowedConnectionTypes) } : {}),
  };
  if ('nkey' in entry) {
    const { nkey } = entry;
    if (nkeys.has(nkey)) throw new DirectoryError(`Duplicate nkey "${nkey}" detected`);
    (nkeys as Map<string, KnownNkeyUser>).set(nkey, { name: nkey, verify: verifierOf(nkey), ...known });
  } else {
    const { user, pass } = entry;
    if (passwords.has(user)) throw new DirectoryError(`Duplicate user "${user}" detected`);
    (passwords as Map<string, KnownPasswordUser>).set(user, { name: user, secret: pass, ...known });
  }
}

function verifierOf(nkey: string): Verifier {
  try {
    if (nkey.startsWith('U')) return createVerifier(nkey);
  } catch (error) {
    if (!(error instanceof NkeyError)) throw error;
  }
  throw new DirectoryError('Not a valid public nkey for a user');
}

function withNoAuthUser(scheme: UsersScheme, name: string | undefined): UsersScheme {
  if (name === undefined) return { ...scheme, noAuthUser: undefined };
  const noAuthUser = scheme.passwords.get(name) ?? scheme.nkeys.get(name);
  if (noAuthUser === undefined) {
    throw new DirectoryError(
      `no_auth_user: "${name}" not present as user or nkey in authorization block or account configuration`,
    );
  }
  return { ...scheme, noAuthUser };
}

function withCertificates(scheme: Scheme, tls: DirectoryConfiguration['tls']): Scheme {
  if (scheme.kind !== 'users' || !tls?.verifyAndMap) return scheme;
  return { ...scheme, certificates: new CertificateUsers(scheme.passwords) };
}
