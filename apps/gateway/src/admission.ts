import { GLOBAL_ACCOUNT } from '@skein/accounts';
import type { AuthRequest, AuthResponse } from '@skein/bus';
import { errors } from '@skein/errors';
import { type ConnectionPermissions, compilePermissions } from '@skein/permissions';
import { subjectText } from '@skein/subjects';
import type { Account } from './account.ts';
import { credentialsJson } from './connect-options.ts';
import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';
import { endSubscription } from './handlers/unsub.ts';
import { settingsOf, type WebsocketSettings } from './settings.ts';
import { StandIn } from './stand-in.ts';
import { StandInLogins } from './stand-in-logins.ts';

/** While the auth-resolver is away, it is asked again; the authentication timeout ends the waiting. */
const ASK_AGAIN_MS = 50;
/** However short a client's own time is, the auth-resolver gets this long. */
const RESOLVER_MS_MIN = 2000;
/** After this long without an answer a user of a known account is let in by the gateway itself. */
const STAND_IN_MS = 500;
/** Few enough that the auth-resolver answers soon, even with a slow password check for each. */
const RECHECKED_AT_ONCE = 64;
const RECHECK_ANSWER_MS = 10_000;
/** Soon after CONNECT, so that the round-trip time is known early. */
const FIRST_PING_MS = 2300;

/** What became of a connection's rights when the configuration changed. */
type Recheck =
  | { outcome: 'refused' | 'gone' | 'revoked' | 'expired' | 'account-expired' | 'unchecked'; reason?: string }
  | ({ outcome: 'stays' } & Partial<Allowed>);
type Allowed = Extract<AuthResponse, { allowed: true }>;

/** A looking-over of connections. */
interface Rechecking {
  /** No newer one has taken its place. */
  isCurrent(): boolean;
  done(): void;
}

type Ending = keyof typeof ENDINGS;

/** What a client is told at the end of its right, and what the log calls it. */
const ENDINGS = {
  revoked: { text: errors.userAuthenticationRevoked.text, reason: 'Credentials Revoked' },
  expired: { text: errors.userAuthenticationExpired.text, reason: 'Authentication Expired' },
  'account-expired': { text: errors.accountAuthenticationExpired.text, reason: 'Authentication Expired' },
} as const;

/** Timers can't wait longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Who may come in, as whom, and who has to leave again. The auth-resolver decides; this is the asking and the doing. */
export class Admission {
  readonly standIn = new StandIn();
  readonly #standInLogins: StandInLogins;
  readonly #gateway: Gateway;
  /** Rises with each configuration: the looking-over that an older one began is not gone on with. */
  #recheckings = 0;
  /** The configuration that all processes have, or are about to; undefined once the auth-resolver has spoken by it. */
  #unheard: number | undefined;
  /** Rises with each change of an account that the auth-resolver tells of. */
  #changes = 0;
  /** When each of those last changed: who was judged before that is judged again. */
  readonly #changedAt = new Map<string, number>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#standInLogins = new StandInLogins(gateway.member, gateway.runtime);
  }

  /** A connection that has just been made. */
  begin(connection: Connection): void {
    const { authRequired, authTimeoutMs } = this.#settingsOf(connection);
    if (!authRequired) {
      this.#enter(connection, GLOBAL_ACCOUNT);
      return;
    }
    this.#limit(connection, authTimeoutMs);
  }

  /** A time limit for whoever's turn it is: the client to say who it is, then the auth-resolver to know. */
  #limit(connection: Connection, ms: number): void {
    const { runtime } = this.#gateway;
    this.#timely(connection);
    const timer = runtime.setTimer(ms, () => {
      // What has arrived by now counts, even where this process was too busy to read it.
      runtime.defer(() => {
        if (connection.isClosed || connection.authTimer !== timer) return;
        connection.sendError(errors.authenticationTimeout.text);
        this.#gateway.close(connection, 'Authentication Timeout');
      });
    });
    connection.authTimer = timer;
  }

  /** CONNECT has come: admitted at once where nobody has to prove anything, else asked of the auth-resolver. */
  admit(connection: Connection): void {
    if (!this.#settingsOf(connection).authRequired) {
      const { greeted } = connection;
      this.#admitted(connection);
      if (!greeted) this.#gateway.events?.connected(connection);
      return;
    }
    this.#pause(connection);
    this.#ask(connection);
  }

  /** The first byte is not CONNECT's. Where a user is named for those who don't say who they are, that one it is. */
  speaksUnasked(connection: Connection): void {
    if (this.#settingsOf(connection).mayStayNameless) {
      connection.connectReceived = true;
      this.#pause(connection);
      this.#ask(connection, false);
    } else {
      this.refuse(connection);
    }
  }

  /** Not allowed, or not known. */
  refuse(connection: Connection, text: string = errors.authorizationViolation.text, reason = ''): void {
    if (connection.isClosed) return;
    this.#gateway.counters.authFailures++;
    this.#gateway.log.error(`${connection.label()} - authentication error${reason === '' ? '' : ` - ${reason}`}`);
    connection.sendError(text);
    this.#gateway.close(connection, 'Authentication Failure');
  }

  /** Nothing more is read until it is known who this is. */
  #pause(connection: Connection): void {
    connection.parser.halt();
    connection.channel.pause();
  }

  #settingsOf(connection: Connection): WebsocketSettings {
    return settingsOf(this.#gateway.settings, connection.origin.kind);
  }

  #ask(connection: Connection, connected = true): void {
    this.#limit(connection, Math.max(this.#settingsOf(connection).authTimeoutMs, RESOLVER_MS_MIN));
    this.#question(connection, connected);
  }

  #question(connection: Connection, connected: boolean): void {
    const { member, runtime } = this.#gateway;
    const question = questionOf(connection);
    const askedAt = this.#changes;
    let isAnswered = false;
    /** The first answer counts. */
    const answer = (response: AuthResponse): void => {
      if (isAnswered) return;
      isAnswered = true;
      patience?.cancel();
      this.#answered(connection, response, connected, askedAt);
    };
    const standIn = async (): Promise<void> => {
      if (connection.isClosed) return;
      const response = await this.standIn.admit(question, runtime.wallMs());
      if (response === undefined || isAnswered) return;
      if (response.allowed) this.#standInLogins.add(question, response.account, response.user);
      answer(response);
    };
    // One that is frozen says nothing for long.
    const patience = this.standIn.knowsNobody
      ? undefined
      : runtime.setTimer(STAND_IN_MS, () => {
          standIn().catch((error: unknown) => connection.failed(error));
        });
    member
      .authenticate(question, Math.max(this.#settingsOf(connection).authTimeoutMs, RESOLVER_MS_MIN))
      .then(answer, async () => {
        patience?.cancel();
        if (!isAnswered) await standIn();
        if (isAnswered || connection.isClosed) return;
        runtime.setTimer(ASK_AGAIN_MS, () => this.#askAgain(connection, connected));
      })
      .catch((error: unknown) => connection.failed(error));
  }

  #askAgain(connection: Connection, connected: boolean): void {
    if (!connection.isClosed) this.#question(connection, connected);
  }

  /** @param askedAt what had changed by then */
  #answered(connection: Connection, response: AuthResponse, connected: boolean, askedAt: number): void {
    if (connection.isClosed) return;
    if (!response.allowed) {
      if (response.detail !== undefined) this.#gateway.log.debug(`${connection.label()} - ${response.detail}`);
      this.refuse(connection, response.error === '' ? undefined : response.error, response.reason);
      return;
    }
    const account = this.#gateway.account(response.account);
    // Whose account has changed meanwhile was not among those that were looked at for that.
    const isOutdated = (): boolean => (this.#changedAt.get(account.name) ?? 0) > askedAt;
    if (isOutdated()) this.#question(connection, connected);
    else if (connection.account === account) this.#comesIn(connection, response, connected);
    else {
      this.#gateway.places.take(account, connection, (granted) => {
        if (connection.isClosed) return;
        if (granted && isOutdated()) {
          this.#gateway.places.give(account, connection);
          this.#question(connection, connected);
        } else if (granted) this.#comesIn(connection, response, connected);
        else this.#isOneTooMany(connection);
      });
    }
  }

  #comesIn(connection: Connection, response: Allowed, connected: boolean): void {
    const before = connection.account;
    this.#grant(connection, response);
    if (connected) this.#admitted(connection);
    else this.#timely(connection);
    const { events } = this.#gateway;
    if (connection.account !== before) {
      if (before !== null) events?.countChanged(before.name);
      events?.connected(connection);
    }
    this.#gateway.proceed(connection);
    // It may have been judged by the configuration before.
    if (this.#unheard !== undefined) this.#recheckFor(this.#unheard, [connection]);
  }

  #grant(connection: Connection, allowed: Partial<Allowed>): void {
    const { runtime } = this.#gateway;
    connection.user = allowed.user ?? connection.user;
    connection.toldServices = null;
    connection.permissions =
      allowed.permissions === undefined ? null : compilePermissions(allowed.permissions, () => runtime.now());
    connection.grant = allowed.grant ?? '';
    connection.userPayloadBytesMax = allowed.payloadBytesMax ?? 0;
    connection.userSubscriptionsMax = allowed.subscriptionsMax ?? 0;
    connection.expiresUnixMs = allowed.expiresUnixMs ?? 0;
    this.#expire(connection, allowed.endsWithAccount ? 'account-expired' : 'expired');
    this.#enter(connection, allowed.account ?? GLOBAL_ACCOUNT);
    this.limit(connection);
  }

  /** Its right may end by itself. */
  #expire(connection: Connection, how: Ending): void {
    connection.expiryTimer?.cancel();
    const { runtime } = this.#gateway;
    const { expiresUnixMs } = connection;
    if (expiresUnixMs <= 0) return;
    const leftMs = expiresUnixMs - runtime.wallMs();
    connection.expiryTimer = runtime.setTimer(Math.min(Math.max(0, leftMs), TIMER_MS_MAX), () => {
      if (leftMs > TIMER_MS_MAX) this.#expire(connection, how);
      else this.end(connection, how);
    });
  }

  /** What it came in by is no longer good. */
  end(connection: Connection, how: Ending): void {
    if (connection.isClosed) return;
    const { text, reason } = ENDINGS[how];
    const { user, account } = connection;
    this.#gateway.log.debug(`${connection.label()} - ${text} - Account:${account?.name} - ${user}`);
    connection.sendError(text);
    this.#gateway.close(connection, reason);
  }

  #isOneTooMany(connection: Connection): void {
    this.#gateway.log.error(`${connection.label()} - ${errors.maximumAccountConnectionsExceeded.text}`);
    connection.sendError(errors.maximumAccountConnectionsExceeded.text);
    this.#gateway.close(connection, 'Maximum Account Connections Exceeded');
  }

  /** An account's limits have changed: those who came last go where there are too many. */
  enforceLimits(account: Account): void {
    const { connectionsMax = -1 } = account.limits;
    if (connectionsMax >= 0) this.endBeyond(account, connectionsMax);
    for (const connection of [...account.connections]) {
      this.limit(connection);
      if (connection.subscriptions.size <= connection.subscriptionsMax) continue;
      connection.sendError(errors.maximumSubscriptionsExceeded.text);
      this.#gateway.close(connection, 'Maximum Subscriptions Exceeded');
    }
  }

  /** So many may stay here, of those who came first. */
  endBeyond(account: Account, count: number): void {
    for (const connection of [...account.connections].slice(count)) this.#isOneTooMany(connection);
  }

  /** The narrowest of what the user, the account and the server allow. */
  limit(connection: Connection): void {
    const { settings } = this.#gateway;
    const limits = connection.account?.limits ?? {};
    connection.payloadBytesMax = narrowest(
      [ownLimit(connection.userPayloadBytesMax), limits.payloadBytesMax, settings.maxPayloadBytes],
      settings.maxPayloadBytes,
    );
    connection.subscriptionsMax = narrowest(
      [ownLimit(connection.userSubscriptionsMax), limits.subscriptionsMax, settings.maxSubscriptions || undefined],
      Number.POSITIVE_INFINITY,
    );
  }

  /** From here on the connection is this account's. */
  #enter(connection: Connection, name: string): void {
    const account = this.#gateway.account(name);
    const before = connection.account;
    if (before === account) return;
    // Subscriptions belong to the account they were made in.
    if (before !== null) {
      for (const subscription of [...connection.subscriptions.values()]) endSubscription(connection, subscription);
      before.leave(connection);
      this.#gateway.places.give(before, connection);
    }
    connection.account = account;
    connection.parser.line.route = null;
    account.enter(connection);
  }

  #timely(connection: Connection): void {
    connection.authTimer?.cancel();
    connection.authTimer = null;
  }

  #admitted(connection: Connection): void {
    this.#timely(connection);
    connection.ok();
    if (connection.greeted) return;
    connection.greeted = true;
    connection.connectInfoDue = connection.options.protocol >= 1;
    const { pingIntervalMs } = this.#settingsOf(connection);
    if (this.#gateway.settings.firstPing)
      this.#gateway.schedulePing(connection, Math.min(FIRST_PING_MS, pingIntervalMs));
  }

  /** The configuration has changed: everybody who came in by it is looked at again. */
  recheckAll(revision: number): void {
    const connections: Connection[] = [];
    for (const connection of this.#gateway.connections.values()) {
      if (connection.account === null) continue;
      if (this.#settingsOf(connection).authRequired) connections.push(connection);
      else this.#regrant(connection, {});
    }
    this.#recheckings++;
    this.#unheard = revision;
    this.#recheckFor(revision, connections);
  }

  #recheckFor(revision: number, connections: Connection[]): void {
    const rechecking = this.#recheckings;
    this.#recheck(connections, revision, { isCurrent: () => rechecking === this.#recheckings, done: () => {} });
  }

  /** An account is about to be another, or gone: who is asked about now is asked about again. */
  accountChanges(name: string): void {
    this.#changedAt.set(name, ++this.#changes);
  }

  /** An account is another now: resolves when each of its connections has been looked at again. */
  recheckAccount(account: Account): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Of whichever revision: it is not the configuration that has changed.
    this.#recheck([...account.connections], 0, { isCurrent: () => true, done: resolve });
    return promise;
  }

  /** One question after the other. What was answered is done with, whatever becomes of the others. */
  #recheck(connections: Connection[], revision: number, rechecking: Rechecking): void {
    const { member, runtime } = this.#gateway;
    const left = connections.filter(({ isClosed }) => !isClosed);
    if (left.length === 0) rechecking.done();
    if (left.length === 0 || !rechecking.isCurrent()) return;
    const again = (): void => {
      runtime.setTimer(ASK_AGAIN_MS, () => this.#recheck(left, revision, rechecking));
    };
    const resolver = member.linkTo('auth-resolver');
    if (resolver === undefined) {
      again();
      return;
    }
    const asked = left.slice(0, RECHECKED_AT_ONCE);
    const body = JSON.stringify({ revision, connections: asked.map(questionOf) });
    const answered = (answer: string): void => {
      if (!rechecking.isCurrent()) return;
      const outcomes: Recheck[] = JSON.parse(answer);
      if (revision === this.#unheard) this.#unheard = undefined;
      const unchecked = asked.filter((connection, i) => !this.#rechecked(connection, outcomes[i]));
      left.splice(0, asked.length);
      left.push(...unchecked);
      if (unchecked.length > 0) again();
      else this.#recheck(left, revision, rechecking);
    };
    // An answer that cannot be read (a resolver of another version) is no answer.
    member.request(resolver.peer.id, 'recheck', body, RECHECK_ANSWER_MS).then(answered).catch(again);
  }

  /** False: has to be asked again. */
  #rechecked(connection: Connection, recheck: Recheck | undefined): boolean {
    if (connection.isClosed) return true;
    if (recheck === undefined) return false;
    switch (recheck.outcome) {
      case 'stays':
        // Its subscriptions were made elsewhere: as nats-server does, it is left to come anew.
        if (recheck.account !== undefined && recheck.account !== connection.account?.name) {
          this.#gateway.close(connection, 'Authentication Failure');
          return true;
        }
        try {
          this.#regrant(connection, recheck);
        } catch (error) {
          connection.failed(error);
        }
        return true;
      case 'refused':
        this.refuse(connection);
        return true;
      case 'revoked':
      case 'expired':
      case 'account-expired':
        this.end(connection, recheck.outcome);
        return true;
      case 'gone':
        this.#gateway.close(connection, 'Authentication Failure');
        return true;
      case 'unchecked':
        return false;
    }
  }

  /** New rights for a live connection: subscriptions that they forbid end, each with a word. */
  #regrant(connection: Connection, allowed: Partial<Allowed>): void {
    this.#grant(connection, allowed);
    const { permissions } = connection;
    for (const subscription of [...connection.subscriptions.values()]) {
      const { subject, queue, sid } = subscription;
      subscription.filtered = permissions?.filtersDelivery(subject, queue) ?? false;
      if (isAllowed(permissions, subject, queue)) continue;
      const name = subjectText(subject);
      connection.sendError(
        queue === ''
          ? errors.subscriptionRevoked.about(name, sid)
          : errors.queueSubscriptionRevoked.about(name, subjectText(queue), sid),
      );
      this.#gateway.log.info(`Removed sub "${name}" (sid "${sid}") for User "${connection.user}" - not authorized`);
      endSubscription(connection, subscription);
    }
  }
}

/** A user's limit as the bus has it: 0 is none of its own, less is nothing at all. */
function ownLimit(limit: number): number | undefined {
  return limit === 0 ? undefined : Math.max(0, limit);
}

/** The lowest of those that are given (below 0: not); `otherwise` where none is. */
function narrowest(limits: readonly (number | undefined)[], otherwise: number): number {
  const given = limits.filter((limit) => limit !== undefined && limit >= 0) as number[];
  return given.length === 0 ? otherwise : Math.min(...given);
}

function isAllowed(permissions: ConnectionPermissions | null, subject: string, queue: string): boolean {
  return permissions === null || permissions.canSubscribe(subject, queue);
}

function questionOf({ cid, options, nonce, origin, tls, grant }: Connection): AuthRequest {
  return {
    connection: cid,
    connectJson: credentialsJson(options),
    nonce,
    host: origin.host,
    kind: origin.kind,
    tls: tls !== null,
    certificateSubject: tls?.subject ?? '',
    certificateNames: [...(tls?.names ?? [])],
    tlsVersion: tls?.version.replace('TLSv', '') ?? '',
    tlsCipher: tls?.cipher ?? '',
    certificates: tls?.chain() ?? [],
    grant,
  };
}
