import type { AuthRequest, Link, Runtime, Timer } from '@skein/bus';
import { type AccountClaims, decodeJwtAs, JwtError } from '@skein/jwt';
import {
  type Admitted,
  checkProof,
  checkUser,
  isDelegated,
  isRefused,
  judgeUser,
  type KnownUser,
  type Refused,
  readUser,
  rightsOnBus,
  type Trust,
} from '@skein/trust';
import type { AccountChange } from '../audit.ts';
import type { Recheck } from '../authenticator.ts';
import type { Ask } from '../callout/service.ts';
import { type Credentials, readCredentials, refusedName } from '../credentials.ts';
import type { Decision } from '../decision.ts';
import { type AccountBook, AccountError, type KnownAccount } from './account-book.ts';
import type { GatewayAccounts } from './gateway-accounts.ts';
import type { StoreAccounts } from './store-accounts.ts';
import { type AccountStore, StoreError } from './stores/account-store.ts';

/** Tokens of users whose signatures have been checked; the same ones come again. */
const USERS_MAX = 4096;
/** Timers can't wait longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface OperatorModeOptions {
  trust: Trust;
  store: AccountStore;
  book: AccountBook;
  gateways: GatewayAccounts;
  stores: StoreAccounts;
  /** For the audit. */
  changed(change: AccountChange): void;
  /** Of authorization services. */
  ask: Ask;
  runtime: Runtime;
  log: { debug(text: string): void; warn(text: string): void };
}

/** Users known by their tokens: who may connect, and what becomes of those who have when an account changes. */
export class OperatorMode {
  readonly figures = { allowed: 0, refused: {} as Partial<Record<Refused['cause'] | 'account', number>> };
  readonly #options: OperatorModeOptions;
  #trust: Trust;
  readonly #users = new Map<string, KnownUser>();
  #timer: Timer | undefined;
  #nextUnixMs = Number.POSITIVE_INFINITY;
  /** Updates of an account take effect one after the other. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: OperatorModeOptions) {
    this.#options = options;
    this.#trust = options.trust;
  }

  get usersRemembered(): number {
    return this.#users.size;
  }

  get accountsKnown(): number {
    return this.#options.book.size;
  }

  /** Answers a gateway; it knows the account by then. Never rejects. */
  async login(request: AuthRequest, gateway: number, link?: Link): Promise<Decision> {
    const credentials = readCredentials(request.connectJson);
    const reason = credentials === undefined ? 'malformed CONNECT' : refusedName({ ...credentials, nkey: '' });
    try {
      const verdict = await this.#judge(request, credentials, true, link);
      if (isRefused(verdict)) return this.#refusal(verdict.cause, reason, verdict.detail);
      await this.#introduce(verdict.account, gateway);
      this.figures.allowed++;
      return { allowed: true, ...rightsOnBus(verdict, shownName(verdict, credentials)) };
    } catch (error) {
      const detail = error instanceof AccountError ? lookupError(error) : (error as Error).message;
      return this.#refusal('account', reason, detail);
    }
  }

  /** The same for a live connection, which has proven who it is. */
  async recheck(request: AuthRequest): Promise<Recheck> {
    const credentials = readCredentials(request.connectJson);
    try {
      const verdict = await this.#judge(request, credentials, false);
      if (!isRefused(verdict)) return { outcome: 'stays', ...rightsOnBus(verdict, shownName(verdict, credentials)) };
      switch (verdict.cause) {
        case 'revoked':
          return { outcome: 'revoked', reason: verdict.detail };
        case 'expired':
          return { outcome: 'expired', reason: verdict.detail };
        case 'bearer':
          return { outcome: 'refused', reason: 'Bearer User JWT not allowed' };
        default:
          return { outcome: 'gone', reason: verdict.detail };
      }
    } catch (error) {
      if (error instanceof AccountError) return { outcome: 'account-expired', reason: lookupError(error) };
      return { outcome: 'unchecked', reason: (error as Error).message };
    }
  }

  /**
   * A new token for an account. Resolves to false where nobody has come for the account and the store only keeps those; else
   * when it is kept and every gateway lives by it. One that is not to be relied on is kept all the same, and changes nothing
   * (nats-server 2.15). Rejects with a StoreError.
   */
  update(account: string, token: string, keepsUnknown: boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      const { store, book, log } = this.#options;
      const isWanted = book.isWanted(account);
      if (!isWanted && !keepsUnknown) return false;
      await store.save(account, token);
      this.#changed(account, 'changed', 'CLAIMS.UPDATE', token);
      if (!isWanted) {
        await this.#appeared(new Set([account]));
        return true;
      }
      try {
        await this.#tellOf(book.replace(account, token));
        await this.#bring(account, [account]);
      } catch (error) {
        if (!(error instanceof AccountError)) throw error;
        log.warn(`Update for account ${JSON.stringify(account)} resulted in error ${error.message}`);
      }
      return true;
    });
  }

  /** Resolves when nobody is connected by these accounts. */
  remove(accounts: readonly string[], fromStore: (account: string) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const { book, gateways, log } = this.#options;
      for (const account of accounts) {
        await fromStore(account);
        this.#changed(account, 'removed', 'CLAIMS.DELETE');
        log.debug(`Disable account ${account} due to remove`);
        const importers = book.forget(account);
        await Promise.all([gateways.gone(account), this.#options.stores.changed([account])]);
        await this.#tellOf(importers);
      }
    });
  }

  /** Others are trusted now, or other accounts come with the configuration. Live connections are looked at by the caller. */
  use(trust: Trust, preload: Readonly<Record<string, string>>): Promise<void> {
    this.#trust = trust;
    return this.#inTurn(async () => {
      const { book, gateways, store, log } = this.#options;
      for (const account of book.trust(trust)) {
        this.#changed(account, 'removed', 'nobody trusted has signed it any more');
        await Promise.all([gateways.gone(account), this.#options.stores.changed([account])]);
      }
      const appeared = new Set<string>();
      for (const [account, token] of Object.entries(preload)) {
        await store.save(account, token);
        this.#changed(account, 'changed', 'configuration', token);
        if (!book.isWanted(account)) {
          appeared.add(account);
          continue;
        }
        try {
          await this.#tellOf(book.replace(account, token));
          await this.#bring(account, [account]);
        } catch (error) {
          if (!(error instanceof AccountError)) throw error;
          log.warn(`Update for account ${JSON.stringify(account)} resulted in error ${error.message}`);
        }
      }
      await this.#appeared(appeared);
    });
  }

  /** Accounts that are in use already: read, so that activations go on to begin and end in them. */
  async goOn(accounts: readonly string[]): Promise<void> {
    const { book, stores } = this.#options;
    for (const account of accounts) {
      // Who can't be had is refused when somebody comes.
      await Promise.resolve(book.get(account)).catch(() => {});
    }
    stores.changed(accounts);
    // Some may have begun or ended meanwhile.
    const timed = accounts.filter((one) => book.redefine(one)?.definition.imports.some((each) => 'activated' in each));
    await this.#inTurn(() => this.#tellOf(timed));
  }

  close(): void {
    this.#timer?.cancel();
  }

  async #judge(
    request: AuthRequest,
    credentials: Credentials | undefined,
    proves: boolean,
    link?: Link,
  ): Promise<Admitted | Refused> {
    const nobody: Refused = { detail: 'Authentication requires a user JWT', cause: 'token' };
    if (credentials === undefined || credentials.asksForAccount) return nobody;
    const { runtime, book } = this.#options;
    const nowMs = runtime.wallMs();
    const user = this.#user(credentials.jwt || (this.#trust.defaultSentinel ?? ''));
    const presented = { ...request, ...credentials };
    if (isRefused(user)) return user;
    const untimely = checkUser(user, nowMs);
    if (untimely !== undefined) return untimely;
    const account = await book.get(user.account);
    this.#watch(account);
    const verdict = judgeUser(user, account.claims, this.#trust, presented, nowMs);
    if (isRefused(verdict)) return verdict;
    const unproven = proves ? checkProof(user, account.claims, presented) : undefined;
    if (unproven !== undefined) return unproven;
    return isDelegated(user, account.claims) ? this.#delegate(user, account.claims, request, proves, link) : verdict;
  }

  /** Who that is says a service of the account that its token is of; asked again, the token that the service has made. */
  async #delegate(
    user: KnownUser,
    auth: AccountClaims,
    request: AuthRequest,
    asks: boolean,
    link: Link | undefined,
  ): Promise<Admitted | Refused> {
    const { ask, book, runtime } = this.#options;
    const { allowed_accounts: allowed, xkey } = auth.nats.authorization;
    let token = request.grant ?? '';
    let granted: KnownUser | Refused;
    if (asks) {
      const credentials = readCredentials(request.connectJson) as Credentials;
      const maySign = (key: string): boolean => auth.nats.signing_keys.has(key);
      const place = { account: auth.sub, issuer: auth.sub, maySign, xkey };
      const answer = await ask({ request, credentials, nameTag: user.claims.name }, place, link);
      if (isRefused(answer)) return answer;
      token = answer.token;
      granted = answer.user;
    } else {
      granted = readUser(token);
      if (isRefused(granted)) return granted;
    }
    const { account } = granted;
    if (account !== auth.sub && !allowed.includes('*') && !allowed.includes(account)) {
      const names = [account, auth.sub].map((one) => JSON.stringify(one));
      const detail = `Account ${names[0]} not permitted as valid account option for auth callout for account ${names[1]}`;
      return { detail, cause: 'callout' };
    }
    const nowMs = runtime.wallMs();
    const untimely = checkUser(granted, nowMs);
    if (untimely !== undefined) return untimely;
    const known = await book.get(account);
    this.#watch(known);
    const verdict = judgeUser(granted, known.claims, this.#trust, request, nowMs);
    return isRefused(verdict) ? verdict : { ...verdict, grant: token };
  }

  /** A gateway hears of an account, and of those that it imports from, before its first client there. */
  async #introduce(account: string, gateway: number): Promise<void> {
    const { book, gateways, stores } = this.#options;
    const known = book.known(account);
    if (known === undefined || !gateways.knows(gateway, known.definition)) {
      const closure = await book.closure(account);
      await Promise.all([gateways.tell(gateway, closure), stores.introduce(namesOf(closure))]);
    }
    // Messages are carried on by the gateway that they are published at.
    await gateways.tell(gateway, book.listenersTo(account));
    await this.#announce(account);
  }

  /** Gateways that know an account whose stream this one imports know this one too: what is published there is for it. */
  async #announce(account: string): Promise<void> {
    const { book, gateways } = this.#options;
    const known = book.known(account);
    if (known === undefined) return;
    const exporters = known.definition.imports.flatMap((one) => (one.kind === 'stream' ? [one.account] : []));
    // One that can't be told has left.
    await Promise.allSettled(gateways.lacking(exporters, [account]).map((gateway) => gateways.tell(gateway, [known])));
  }

  #user(token: string): KnownUser | Refused {
    const known = this.#users.get(token);
    if (known !== undefined) {
      // The last to go is who came last.
      this.#users.delete(token);
      this.#users.set(token, known);
      return known;
    }
    const user = readUser(token);
    if (isRefused(user)) return user;
    if (this.#users.size >= USERS_MAX) this.#users.delete(this.#users.keys().next().value as string);
    this.#users.set(token, user);
    return user;
  }

  #refusal(cause: Refused['cause'] | 'account', reason: string, detail: string): Decision {
    this.figures.refused[cause] = (this.figures.refused[cause] ?? 0) + 1;
    return { allowed: false, error: '', reason, detail, cause };
  }

  /** Nobody has come for these yet; but somebody may import from them, who did so in vain until now. */
  async #appeared(accounts: ReadonlySet<string>): Promise<void> {
    const { book } = this.#options;
    const importers = book.importersOf(accounts);
    for (const account of accounts) {
      const waited = importers.filter((one) => book.imports(one, account));
      if (waited.length === 0) continue;
      await this.#bring(account, waited);
      for (const one of waited) book.redefine(one);
      await this.#tellOf(waited);
    }
  }

  /** Gateways that know one of `who` hear of the account with all that it imports from, as far as they have not. */
  async #bring(account: string, who: readonly string[]): Promise<void> {
    const { book, gateways, stores } = this.#options;
    const exporters = book.known(account)?.definition.imports.map((one) => one.account) ?? [];
    const lacking = gateways.lacking(who, [account, ...exporters]);
    if (lacking.length === 0) return;
    try {
      const closure = await book.closure(account);
      // One that can't be told has left.
      await Promise.allSettled(lacking.map((gateway) => gateways.tell(gateway, closure)));
      await stores.introduce(namesOf(closure));
    } catch (error) {
      if (!(error instanceof AccountError)) throw error;
    }
  }

  async #tellOf(accounts: readonly string[]): Promise<void> {
    const { book, gateways, stores, log } = this.#options;
    for (const key of accounts) {
      const known = book.known(key);
      if (known === undefined) continue;
      log.debug(`Updating account claims: ${key}/${known.claims.name}`);
      this.#watch(known);
      await Promise.all([gateways.changed(known.definition, known.token), stores.changed([key])]);
      await this.#announce(key);
    }
  }

  #changed(account: string, action: AccountChange['action'], reason: string, token?: string): void {
    let by: string | undefined;
    try {
      by = token && decodeJwtAs('account', token).iss;
    } catch (error) {
      if (!(error instanceof JwtError)) throw error;
    }
    this.#options.changed({ account, action, ...(by && { by }), reason });
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change);
    this.#changing = done.catch((error: unknown) => {
      if (!(error instanceof StoreError)) this.#options.log.warn(String((error as Error).stack));
    });
    return done;
  }

  /** Activations begin and end by time. One timer for the next of them all. */
  #watch({ changesUnixMs }: KnownAccount): void {
    if (changesUnixMs >= this.#nextUnixMs) return;
    const { runtime } = this.#options;
    this.#timer?.cancel();
    this.#nextUnixMs = changesUnixMs;
    const inMs = Math.min(Math.max(0, changesUnixMs - runtime.wallMs()), TIMER_MS_MAX);
    this.#timer = runtime.setTimer(inMs, () => this.#changeByTime());
  }

  #changeByTime(): void {
    const { runtime, book } = this.#options;
    const due = [...book.all()].filter(([, { changesUnixMs }]) => changesUnixMs <= runtime.wallMs());
    for (const [key] of due) book.redefine(key);
    this.#inTurn(() => this.#tellOf(due.map(([key]) => key))).catch(() => {});
    this.#nextUnixMs = Number.POSITIVE_INFINITY;
    for (const [, known] of book.all()) this.#watch(known);
  }
}

const namesOf = (accounts: readonly KnownAccount[]): string[] => accounts.map(({ definition }) => definition.name);

/** Whom a service has let in has the name that the service gave. */
function shownName({ grant, name }: Admitted, credentials: Credentials | undefined): string | undefined {
  return grant === undefined ? credentials?.user : name;
}

const lookupError = (error: AccountError): string => `Account JWT lookup error: ${error.message}`;
