import type { AccountDefinition } from '@skein/accounts';
import { type AccountClaims, JwtError } from '@skein/jwt';
import { isPublicKey } from '@skein/nkeys';
import { readAccount, type Trust } from '@skein/trust';
import { defineAccount } from './definition.ts';
import { type AccountStore, StoreError } from './stores/account-store.ts';

/** An account in use. */
export interface KnownAccount {
  readonly token: string;
  readonly claims: AccountClaims;
  readonly definition: AccountDefinition;
  readonly changesUnixMs: number;
}

/** An account can't be had; the message is for the log. */
export class AccountError extends Error {}

/** Lookups under way at a time; each is shared by all who wait for that account. */
const LOOKUPS_MAX = 1024;
/** Of these one account at most waits for that many at a time. */
const LOOKUPS_AT_ONCE = 64;
/** Accounts that one leads to by its imports, and theirs. */
const CLOSURE_MAX = 16_384;

/**
 * The accounts that somebody has come for, and those that they import from, each verified. An entry is what its token says and
 * nothing else, so it holds until another token takes its place or whom to trust has changed.
 */
export class AccountBook {
  readonly #store: AccountStore;
  #trust: Trust;
  readonly #wallMs: () => number;
  readonly #known = new Map<string, KnownAccount>();
  /** Who imports streams, by whose they are; some may have ceased to. */
  readonly #listeners = new Map<string, Set<string>>();
  readonly #lookups = new Map<string, Promise<KnownAccount>>();
  /** Somebody came for these before this process began, and may be there still. */
  readonly #adopted = new Set<string>();
  /** Rises when an account is taken away: what was read before may be that one. */
  #takenAway = 0;

  constructor(store: AccountStore, trust: Trust, wallMs: () => number) {
    this.#store = store;
    this.#trust = trust;
    this.#wallMs = wallMs;
  }

  get size(): number {
    return this.#known.size;
  }

  known(key: string): KnownAccount | undefined {
    return this.#known.get(key);
  }

  all(): IterableIterator<[string, KnownAccount]> {
    return this.#known.entries();
  }

  /** Rejects with an AccountError. */
  get(key: string): KnownAccount | Promise<KnownAccount> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let lookup = this.#lookups.get(key);
    if (lookup === undefined) {
      if (this.#lookups.size >= LOOKUPS_MAX) return Promise.reject(new AccountError('too many accounts are looked up'));
      lookup = this.#lookup(key).finally(() => this.#lookups.delete(key));
      this.#lookups.set(key, lookup);
    }
    return lookup;
  }

  /** Others have come for these: not read yet, but wanted. */
  adopt(keys: Iterable<string>): void {
    for (const key of keys) this.#adopted.add(key);
  }

  /** Somebody has come for it. */
  isWanted(key: string): boolean {
    return this.#known.has(key) || this.#lookups.has(key) || this.#adopted.has(key);
  }

  /** The account with all that it imports from, over any number of steps. What can't be had is left out. */
  async closure(key: string): Promise<KnownAccount[]> {
    const found = new Set([key]);
    let level = [await this.get(key)];
    while (level.length > 0) {
      const exporters = new Set(level.flatMap(({ definition }) => definition.imports.map(({ account }) => account)));
      const next = [...exporters].filter((one) => !found.has(one)).slice(0, CLOSURE_MAX - found.size);
      level = [];
      for (let i = 0; i < next.length; i += LOOKUPS_AT_ONCE) {
        const looked = next.slice(i, i + LOOKUPS_AT_ONCE).map(async (one) => this.get(one));
        for (const result of await Promise.allSettled(looked)) {
          if (result.status === 'fulfilled') level.push(result.value);
        }
      }
      for (const one of next) found.add(one);
    }
    // What an exporter says about activations is known only now.
    return [...found].flatMap((one) => this.#redefine(one) ?? []);
  }

  /** Whom the account's messages have to be carried to, wherever they are published. */
  listenersTo(key: string): KnownAccount[] {
    return [...(this.#listeners.get(key) ?? [])].flatMap((one) => this.#known.get(one) ?? []);
  }

  imports(key: string, exporter: string): boolean {
    return this.#known.get(key)?.definition.imports.some(({ account }) => account === exporter) ?? false;
  }

  /** Who imports from any of these. */
  importersOf(keys: ReadonlySet<string>): string[] {
    return [...this.#known].flatMap(([other, { definition }]) =>
      !keys.has(other) && definition.imports.some(({ account }) => keys.has(account)) ? [other] : [],
    );
  }

  /**
   * A new token for an account that is in use. Returns whose definitions have changed by it: its own, and of those that import
   * from it. Throws AccountError when it can't be relied on: then everything stays as it was.
   */
  replace(key: string, token: string): string[] {
    const before = this.#known.get(key);
    if (before?.token === token) return [];
    this.#keep(key, this.#read(key, token));
    return [key, ...this.importersOf(new Set([key]))].filter((one) => this.#redefine(one) !== undefined);
  }

  /** Nobody is to come in by what was known of it. Returns who imports from it. */
  forget(key: string): string[] {
    this.#takenAway++;
    this.#known.delete(key);
    this.#adopted.delete(key);
    return this.importersOf(new Set([key])).filter((one) => this.#redefine(one) !== undefined);
  }

  /** Others are trusted now. Returns the accounts that no longer are. */
  trust(trust: Trust): string[] {
    this.#trust = trust;
    const gone: string[] = [];
    for (const [key, { token }] of this.#known) {
      try {
        this.#read(key, token);
      } catch (error) {
        if (!(error instanceof AccountError)) throw error;
        this.#known.delete(key);
        gone.push(key);
      }
    }
    return gone;
  }

  /** Makes the definition of an account anew: time has passed, or an exporter has changed. */
  redefine(key: string): KnownAccount | undefined {
    return this.#redefine(key);
  }

  #redefine(key: string): KnownAccount | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    const next = defineAccount(known.claims, (one) => this.#known.get(one)?.claims, this.#wallMs());
    const isSame = JSON.stringify(next.definition) === JSON.stringify(known.definition);
    const redefined = { ...known, ...next, ...(isSame && { definition: known.definition }) };
    this.#keep(key, redefined);
    return redefined;
  }

  #keep(key: string, account: KnownAccount): void {
    if (this.#known.get(key)?.claims !== account.claims) {
      for (const { kind, account: exporter } of account.definition.imports) {
        if (kind !== 'stream') continue;
        const listeners = this.#listeners.get(exporter) ?? new Set();
        this.#listeners.set(exporter, listeners.add(key));
      }
    }
    this.#known.set(key, account);
  }

  async #lookup(key: string): Promise<KnownAccount> {
    if (!isPublicKey(key, 'account')) throw new AccountError('will only fetch valid account keys');
    let token: string | undefined;
    const before = this.#takenAway;
    try {
      token = await this.#store.lookup(key);
    } catch (error) {
      if (error instanceof StoreError) throw new AccountError(error.message);
      throw error;
    }
    if (token === undefined) throw new AccountError('account missing');
    if (before !== this.#takenAway) return this.#lookup(key);
    // It may have been replaced while it was read.
    const known = this.#known.get(key) ?? this.#read(key, token);
    this.#keep(key, known);
    return known;
  }

  #read(key: string, token: string): KnownAccount {
    const reading = readAccount(token, key, this.#trust, Math.floor(this.#wallMs() / 1000));
    if ('reason' in reading) throw new AccountError(reading.reason);
    const { account: claims } = reading;
    try {
      return { token, claims, ...defineAccount(claims, (one) => this.#known.get(one)?.claims, this.#wallMs()) };
    } catch (error) {
      if (error instanceof JwtError) throw new AccountError(error.message);
      throw error;
    }
  }
}
