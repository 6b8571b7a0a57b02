import { GLOBAL_ACCOUNT } from '@skein/accounts';
import type { AuthPermissions, AuthRequest } from '@skein/bus';
import { type Credentials, readCredentials, refusedName, shownName } from './credentials.ts';
import type { Decision } from './decision.ts';
import type { Directory, KnownNkeyUser, KnownPasswordUser, Scheme, UsersScheme } from './directory.ts';
import type { CheckUrgency, Passwords } from './passwords/passwords.ts';
import { readSignature } from './signature.ts';

type Rights = Pick<KnownPasswordUser, 'account' | 'permissions'> & { name?: string };

/** Where a secret is shared, whoever knows it may do everything. */
const anybody: Rights = { account: GLOBAL_ACCOUNT };

interface Refusal {
  kind: 'refused';
  cause: RefusalCause;
  reason: string;
  /** For the debug log. */
  detail?: string;
}

export type Verdict =
  | {
      kind: 'allowed';
      user: string;
      account: string;
      permissions?: AuthPermissions;
      /** The user of the configuration that it has proven to be, or is without a proof. */
      proven?: string;
    }
  | Refusal
  /** The password could not be checked now. */
  | { kind: 'unchecked'; reason: string };

/** Why somebody is not let in, as metrics count it: few words, and no names. */
type RefusalCause =
  | 'malformed'
  | 'account_asked'
  | 'nothing_shown'
  | 'unknown_user'
  | 'connection_type'
  | 'wrong_password'
  | 'wrong_signature'
  | 'not_checked'
  /** By an authorization service; it did not answer. */
  | 'callout'
  | 'unanswered';

/** What a live connection may do after a reload. */
export type Recheck =
  | {
      outcome: 'stays';
      user: string;
      account: string;
      permissions?: AuthPermissions;
      expiresUnixMs?: number;
      endsWithAccount?: boolean;
      subscriptionsMax?: number;
      payloadBytesMax?: number;
    }
  /** To be told Authorization Violation and closed. */
  | { outcome: 'refused'; reason: string }
  /** Its user is no longer there: to be closed without a word, as nats-server does. */
  | { outcome: 'gone'; reason: string }
  /** Its right has ended: to be told how, and closed. */
  | { outcome: 'revoked' | 'expired' | 'account-expired'; reason: string }
  /** To be asked for again. */
  | { outcome: 'unchecked'; reason: string };

/** Decides who may connect, by one directory at a time. */
export class Authenticator {
  readonly figures = {
    allowed: 0,
    /** By why. */
    refused: {
      malformed: 0,
      account_asked: 0,
      nothing_shown: 0,
      unknown_user: 0,
      connection_type: 0,
      wrong_password: 0,
      wrong_signature: 0,
      not_checked: 0,
      callout: 0,
      unanswered: 0,
    } satisfies Record<RefusalCause, number>,
  };

  private readonly passwords: Passwords;
  private directory: Directory;

  constructor(directory: Directory, passwords: Passwords) {
    this.directory = directory;
    this.passwords = passwords;
  }

  /** From the next request on, this is who may connect. */
  use(directory: Directory): void {
    this.directory = directory;
    this.passwords.retain(directory.hashes);
  }

  /** Answers at once where no bcrypt hash has to be checked. Never throws or rejects. */
  check(request: AuthRequest): Decision | Promise<Decision> {
    const verdict = this.judge(request, 'login');
    return verdict instanceof Promise
      ? this.judgeLater(request, verdict, 'login').then((it) => this.respond(it))
      : this.respond(verdict);
  }

  /** The same question, asked again for a connection that was let in with this request. */
  async recheck(request: AuthRequest): Promise<Recheck> {
    const verdict = await this.judgeLater(request, this.judge(request, 'live'), 'live');
    switch (verdict.kind) {
      case 'allowed':
        return { outcome: 'stays', user: verdict.user, account: verdict.account, permissions: verdict.permissions };
      case 'unchecked':
        return { outcome: 'unchecked', reason: verdict.reason };
      case 'refused': {
        const known = isKnown(this.schemeOf(request), readCredentials(request.connectJson), request);
        return { outcome: known ? 'refused' : 'gone', reason: verdict.reason };
      }
    }
  }

  /** A verdict that took its time is worth nothing when the directory was replaced meanwhile. */
  private async judgeLater(
    request: AuthRequest,
    verdict: Verdict | Promise<Verdict>,
    urgency: CheckUrgency,
  ): Promise<Verdict> {
    const { directory } = this;
    const settled = await verdict;
    return directory === this.directory ? settled : this.judgeLater(request, this.judge(request, urgency), urgency);
  }

  /** The answer, counted. */
  respond(verdict: Verdict): Decision {
    if (verdict.kind !== 'allowed') {
      const cause = verdict.kind === 'refused' ? verdict.cause : 'not_checked';
      this.figures.refused[cause]++;
      const { reason } = verdict;
      return { allowed: false, error: '', reason, cause, ...('detail' in verdict && { detail: verdict.detail }) };
    }
    this.figures.allowed++;
    const { user, account, permissions } = verdict;
    return {
      allowed: true,
      account,
      user,
      permissions,
      expiresUnixMs: 0,
      subscriptionsMax: 0,
      payloadBytesMax: 0,
    };
  }

  /** The user that those are who show nothing; a password where there is one. */
  noAuthUser(request: AuthRequest): { user: string; pass: string } | undefined {
    const scheme = this.schemeOf(request);
    const nobody = scheme.kind === 'users' ? scheme.noAuthUser : undefined;
    return nobody && 'secret' in nobody ? { user: nobody.name, pass: nobody.secret } : undefined;
  }

  judge(request: AuthRequest, urgency: CheckUrgency): Verdict | Promise<Verdict> {
    const credentials = readCredentials(request.connectJson);
    if (credentials === undefined) return { kind: 'refused', cause: 'malformed', reason: 'malformed CONNECT' };
    if (credentials.asksForAccount) return refused(credentials, 'account_asked');
    const scheme = this.schemeOf(request);
    switch (scheme.kind) {
      case 'open':
        return { kind: 'allowed', user: shownName(credentials), account: GLOBAL_ACCOUNT };
      case 'token':
        return this.judgeSecret(scheme.token, credentials.token, credentials, urgency, anybody);
      case 'single':
        if (credentials.user !== scheme.user)
          return refused(credentials, isEmpty(credentials) ? 'nothing_shown' : 'unknown_user');
        return this.judgeSecret(scheme.pass, credentials.pass, credentials, urgency, {
          ...anybody,
          name: scheme.user,
        });
      case 'users':
        return this.judgeUser(scheme, credentials, request, urgency);
    }
  }

  private judgeUser(
    { passwords, nkeys, noAuthUser, certificates }: UsersScheme,
    credentials: Credentials,
    request: AuthRequest,
    urgency: CheckUrgency,
  ): Verdict | Promise<Verdict> {
    const { nkey, user, pass, token } = credentials;
    if (certificates !== undefined) {
      const known = certificates.find(request, (one) => mayConnect(one, request));
      if (known === undefined) {
        const detail = `User in cert [${JSON.stringify(request.certificateSubject)}], not found`;
        return { ...refused(credentials, 'unknown_user'), detail };
      }
      // A name that is shown beside it counts for nothing, but a password that is asked for has to be right.
      return this.judgeSecret(known.secret, pass, { ...credentials, user: known.name, nkey: '' }, urgency, known);
    }
    if (nkey !== '' && nkeys.size > 0) {
      const known = nkeys.get(nkey);
      if (known === undefined) return refused(credentials, 'unknown_user');
      if (!mayConnect(known, request)) return refused(credentials, 'connection_type');
      if (!signed(known, credentials, request)) return refused(credentials, 'wrong_signature');
      const { account, permissions } = known;
      return { kind: 'allowed', user: nkey, account, permissions, proven: nkey };
    }
    if (user !== '') {
      const known = passwords.get(user);
      if (known === undefined) return refused(credentials, 'unknown_user');
      if (!mayConnect(known, request)) return refused(credentials, 'connection_type');
      return this.judgeSecret(known.secret, pass, credentials, urgency, known);
    }
    if (pass === '' && token === '' && noAuthUser !== undefined && mayConnect(noAuthUser, request)) {
      const { name, account, permissions } = noAuthUser;
      return { kind: 'allowed', user: shownName(credentials) || name, account, permissions, proven: name };
    }
    return refused(credentials, isEmpty(credentials) ? 'nothing_shown' : 'unknown_user');
  }

  private judgeSecret(
    secret: string,
    given: string,
    credentials: Credentials,
    urgency: CheckUrgency,
    { account, permissions, name }: Rights,
  ): Verdict | Promise<Verdict> {
    const verdict = (matches: boolean): Verdict =>
      matches
        ? { kind: 'allowed', user: shownName(credentials), account, permissions, proven: name }
        : refused(credentials, given === '' ? 'nothing_shown' : 'wrong_password');
    const matches = this.passwords.matches(secret, given, urgency);
    if (typeof matches === 'boolean') return verdict(matches);
    return matches.then(verdict, (error: Error) => ({
      kind: 'unchecked',
      reason: `${refusedName(credentials)}, ${error.message}`,
    }));
  }

  private schemeOf({ kind }: AuthRequest): Scheme {
    return kind === 'WEBSOCKET' ? this.directory.websocket : this.directory.client;
  }
}

function refused(credentials: Credentials, cause: RefusalCause): Refusal {
  return { kind: 'refused', cause, reason: refusedName(credentials) };
}

function isEmpty({ user, pass, token, nkey }: Credentials): boolean {
  return user === '' && pass === '' && token === '' && nkey === '';
}

function mayConnect({ connectionTypes }: KnownPasswordUser | KnownNkeyUser, { kind }: AuthRequest): boolean {
  return connectionTypes === undefined || connectionTypes.has(kind);
}

function signed({ verify }: KnownNkeyUser, { signature }: Credentials, { nonce }: AuthRequest): boolean {
  const bytes = readSignature(signature);
  return bytes !== undefined && nonce !== '' && verify(Buffer.from(nonce), bytes);
}

/** Whether those credentials name somebody, whom they may fail to prove to be. */
function isKnown(scheme: Scheme, credentials: Credentials | undefined, request: AuthRequest): boolean {
  if (credentials === undefined) return false;
  const { nkey, user } = credentials;
  switch (scheme.kind) {
    case 'users':
      if (scheme.certificates !== undefined) return scheme.certificates.find(request, () => true) !== undefined;
      if (nkey !== '') return scheme.nkeys.has(nkey);
      return user === '' || scheme.passwords.has(user);
    case 'single':
      return user === '' || user === scheme.user;
    default:
      return user === '';
  }
}
