import {
  type AccountClaims,
  accountSigned,
  allowedUntil,
  compileSources,
  decodeJwtAs,
  fillTemplate,
  isEmptyUser,
  isRevoked,
  issuerAccount,
  JwtError,
  type Permissions,
  TemplateError,
  type UserClaims,
  type UserPermissionLimits,
  unlimited,
  validate,
} from '@skein/jwt';
import { createVerifier, type Verifier } from '@skein/nkeys';
import type { Trust } from './trust.ts';

/** What a client shows beside its token. */
export interface Presented {
  /** Of the nonce; base64. */
  signature: string;
  /** What it was given to sign. */
  nonce: string;
  /** Its address. */
  host: string;
  /** How it came: `STANDARD`, `WEBSOCKET`. */
  kind: string;
}

/** A user as its token has it. Its signature is good, and its times were when it was read. */
export interface KnownUser {
  claims: UserClaims;
  /** Whose user it says it is. */
  account: string;
  verify: Verifier;
}

/** What somebody may do who was let in. */
export interface Admitted {
  account: string;
  /** Public key. */
  user: string;
  name: string;
  /** None: everything. */
  permissions: Permissions | undefined;
  /** When its right ends; Infinity: never. */
  expiresUnixMs: number;
  /** It is the account that ends then. */
  endsWithAccount: boolean;
  /** -1: no limit. */
  subscriptionsMax: number;
  payloadBytesMax: number;
  /** The token that an authorization service has made for it. */
  grant?: string;
}

/** Why somebody is not let in. */
export interface Refused {
  /** What the debug log says about it; nats-server's words. */
  detail: string;
  /** The token itself is the reason, not how it was presented or where from. */
  cause:
    | 'token'
    | 'expired'
    | 'revoked'
    | 'issuer'
    | 'bearer'
    | 'proof'
    | 'place'
    | 'limits'
    | 'callout'
    | 'unanswered';
}

export const isRefused = (verdict: object): verdict is Refused => 'detail' in verdict;

const connectionKinds = new Set('STANDARD WEBSOCKET LEAFNODE LEAFNODE_WS MQTT MQTT_WS IN_PROCESS'.split(' '));

const noUser: Refused = { detail: 'Authentication requires a user JWT', cause: 'token' };

/** Reads a user's token and checks its signature: the costly part, the same each time. */
export function readUser(token: string): KnownUser | Refused {
  try {
    const claims = decodeJwtAs('user', token);
    return { claims, account: issuerAccount(claims), verify: createVerifier(claims.sub) };
  } catch (error) {
    if (error instanceof JwtError || (error as Error).name === 'NkeyError') return noUser;
    throw error;
  }
}

/** Whether an authorization service is to say who somebody is that shows a token of `account` (ADR-26). */
export function isDelegated({ claims }: KnownUser, { nats }: AccountClaims): boolean {
  const { auth_users } = nats.authorization;
  return auth_users.length > 0 && !auth_users.includes(claims.sub);
}

/** What a token says of itself, at a time. */
export function checkUser({ claims }: KnownUser, nowMs: number): Refused | undefined {
  const issues = validate(claims, Math.floor(nowMs / 1000));
  if (issues.length === 0) return undefined;
  const texts = issues.map(({ text }) => text).join(' ');
  const expired = issues.some(({ kind }) => kind === 'expired');
  return { detail: `User JWT no longer valid: &{Issues:[${texts}]}`, cause: expired ? 'expired' : 'token' };
}

/**
 * Whether a user of `account` may be connected now: everything but the proof that it is that user. Asked at login, and of live
 * connections when something has changed.
 */
export function judgeUser(
  user: KnownUser,
  account: AccountClaims,
  trust: Trust,
  { host, kind }: Pick<Presented, 'host' | 'kind'>,
  nowMs: number,
): Admitted | Refused {
  const { claims } = user;
  if (!trust.isPinned(account.sub)) {
    return { detail: `Account ${account.sub} not listed as operator pinned account`, cause: 'issuer' };
  }
  if (!accountSigned(account, claims) || (trust.strict && claims.iss === account.sub)) {
    return { detail: 'User JWT issuer is not known', cause: 'issuer' };
  }
  const rights = rightsOf(claims, account);
  if (isRefused(rights)) return rights;
  if (rights.bearer_token && account.nats.limits.disallow_bearer) {
    return { detail: 'Account does not allow bearer tokens', cause: 'bearer' };
  }
  if (rights.proxy_required) return { detail: 'proxy connection required', cause: 'place' };
  if (isRevoked(account.nats.revocations, claims.sub, claims.iat)) {
    return { detail: 'User authentication revoked', cause: 'revoked' };
  }
  const kinds = rights.allowed_connection_types.map((one) => one.toUpperCase());
  if (kinds.length > 0 && !kinds.includes(kind)) {
    const unknown = kinds.filter((one) => !connectionKinds.has(one));
    const none = unknown.length === kinds.length;
    const detail = none ? `invalid connection types ${JSON.stringify(unknown)}` : 'Connection type not allowed';
    return { detail, cause: 'place' };
  }
  if (rights.src.length > 0 && compileSources(rights.src)?.(host) !== true) {
    return { detail: `Bad src Ip ${host}`, cause: 'place' };
  }
  const untilMs = allowedUntil(rights.times, rights.times_location, nowMs);
  if (untilMs === 0) return { detail: 'Outside connect times', cause: 'place' };
  return admitted(claims, account, rights, untilMs);
}

/** Whether who presents a token is the one it is about. */
export function checkProof(user: KnownUser, account: AccountClaims, presented: Presented): Refused | undefined {
  const rights = rightsOf(user.claims, account);
  if (!isRefused(rights) && rights.bearer_token) return undefined;
  if (presented.signature === '') return { detail: 'Signature missing', cause: 'proof' };
  const bytes = readSignature(presented.signature);
  if (bytes === undefined) return { detail: 'Signature not valid base64', cause: 'proof' };
  if (presented.nonce === '' || !user.verify(Buffer.from(presented.nonce), bytes)) {
    return { detail: 'Signature not verified', cause: 'proof' };
  }
  return undefined;
}

/** base64url without padding or standard base64 with it, as nats-server has it; of any length. */
function readSignature(text: string): Uint8Array | undefined {
  if (!/^(?:[\w-]*|[A-Za-z0-9+/]*={0,2})$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

/** A user's own, or those of the scope that it was signed in. */
function rightsOf(claims: UserClaims, account: AccountClaims): UserPermissionLimits | Refused {
  const scope = account.nats.signing_keys.get(claims.iss);
  if (scope === undefined || claims.iss === account.sub) return claims.nats;
  if (!isEmptyUser(claims.nats)) {
    return { detail: 'User JWT is not valid: scoped users require no permissions or limits set', cause: 'token' };
  }
  try {
    return fillTemplate(scope.template, claims, account);
  } catch (error) {
    if (error instanceof TemplateError) return { detail: 'User JWT generated invalid permissions', cause: 'token' };
    throw error;
  }
}

function admitted(claims: UserClaims, account: AccountClaims, rights: UserPermissionLimits, untilMs: number): Admitted {
  const endMs = (seconds: number): number => (seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY);
  const userEndMs = Math.min(endMs(claims.exp), untilMs);
  const accountEndMs = endMs(account.exp);
  return {
    account: account.sub,
    user: claims.sub,
    name: claims.name,
    permissions: permissionsOf(rights, account),
    expiresUnixMs: Math.min(userEndMs, accountEndMs),
    endsWithAccount: accountEndMs < userEndMs,
    subscriptionsMax: lower(rights.subs, account.nats.limits.subs),
    payloadBytesMax: lower(rights.payload, account.nats.limits.payload),
  };
}

/** Who has none of its own has those that its account gives to such. */
function permissionsOf(rights: UserPermissionLimits, account: AccountClaims): Permissions | undefined {
  if (!saysNothing(rights)) return rights;
  return saysNothing(account.nats.default_permissions) ? undefined : account.nats.default_permissions;
}

function saysNothing({ pub, sub, resp }: Permissions): boolean {
  return [pub.allow, pub.deny, sub.allow, sub.deny].every((list) => list.length === 0) && resp === undefined;
}

function lower(one: number, other: number): number {
  if (one < 0 || other < 0) return Math.max(one, other, unlimited);
  return Math.min(one, other);
}
