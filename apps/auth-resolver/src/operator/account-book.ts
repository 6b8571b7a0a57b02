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
/** Imports of imports: how far they are followed. */
const CHAIN_MAX = 100;

/**
 * The accounts that somebody has come for, and those that they import from, each verified. An entry is what its token says and
 * nothing else, so it holds until another token takes its place or whom to trust has changed.
 */
export class AccountBook {
  readonly #store: AccountStore;
  #trust: Trust;
  readonly #wallMs: () => number;
  readonly #known = new Map<string, KnownAccount>();
  readonly #lookups = new Map<string, Promise<KnownAccount>>();
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

  /** Somebody has come for it. */
  isWanted(key: string): boolean {
    return this.#known.has(key) || this.#lookups.has(key);
  }

  /** The account with all that it imports from, over any number of steps. What can't be had is left out. */
  async closure(key: string): Promise<KnownAccount[]> {
    const first = await this.get(key);
    const found = new Map([[key, first]]);
    for (const account of found.values()) {
      for (const { account: exporter } of account.definition.imports) {
        if (found.has(exporter) || found.size >= CHAIN_MAX) continue;
        const other = await Promise.resolve(this.get(exporter)).catch(() => undefined);
        if (other !== undefined) found.set(exporter, other);
      }
    }
    // What an exporter says about activations is known only now.
    return [...found.keys()].flatMap((one) => this.#redefine(one) ?? []);
  }

  /**
   * A new token for an account that is in use. Returns whose definitions have changed by it: its own, and of those that import
   * from it. Throws AccountError when it can't be relied on: then everything stays as it was.
   */
  replace(key: string, token: string): string[] {
    const before = this.#known.get(key);
    if (before?.token === token) return [];
    this.#known.set(key, this.#read(key, token));
    return [key, ...this.#importers(key)].filter((one) => this.#redefine(one) !== undefined);
  }

  /** Nobody is to come in by what was known of it. Returns who imports from it. */
  forget(key: string): string[] {
    this.#takenAway++;
    this.#known.delete(key);
    return this.#importers(key).filter((one) => this.#redefine(one) !== undefined);
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
    this.#known.set(key, redefined);
    return redefined;
  }

  #importers(key: string): string[] {
    const importers: string[] = [];
    for (const [other, { definition }] of this.#known) {
      if (other !== key && definition.imports.some(({ account }) => account === key)) importers.push(other);
    }
    return importers;
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
    this.#known.set(key, known);
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
