import type { Account } from './account.ts';
import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';

/** No client can publish to it, or hear it. */
const PATTERN = '_GR_.connections';
/** An account that is full elsewhere looks like one whose last place others want, too: so often a client tries. */
const TRIES_MAX = 3;
/** Much longer than it takes until all gateways know of a try. */
const AGAIN_MS_MAX = 100;

/**
 * Who may come in where an account's clients are limited in number, over all gateways. Each declares how many it has as
 * interest in a subject of its own: so all of them know, a gateway that dies is forgotten, and a restarted router is told
 * again. Who wants to come in is counted first, and looked at when every gateway knows of it: there are never too many. Of those that come
 * to different gateways at the same moment for the last place, each sees the others: they try again, each after a time of its own.
 */
export class AccountPlaces {
  readonly #gateway: Gateway;
  readonly #taken = new Map<Account, Set<Connection>>();
  /** The same the other way round. */
  readonly #places = new Map<Connection, Set<Account>>();
  readonly #waiting: { sequence: number; look: () => void }[] = [];

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Counts the connection in; `done` says whether there is a place, from within the call where no other gateway has a say. */
  take(account: Account, connection: Connection, done: (granted: boolean) => void): void {
    const { connectionsMax = -1 } = account.limits;
    if (connectionsMax < 0) {
      done(true);
      return;
    }
    this.#try(account, connection, TRIES_MAX, done);
  }

  #try(account: Account, connection: Connection, tries: number, done: (granted: boolean) => void): void {
    const sequence = this.#add(account, connection);
    const look = (): void => {
      // It may have gone meanwhile, and its place with it.
      const isCounted = this.#taken.get(account)?.has(connection) === true;
      if (isCounted && this.#fits(account)) {
        done(true);
        return;
      }
      this.give(account, connection);
      if (!isCounted || tries === 1 || !this.#mayFitSoon(account)) done(false);
      else this.#again(account, connection, tries - 1, done);
    };
    if (this.#gateway.isSettled(sequence)) look();
    else this.#waiting.push({ sequence, look });
  }

  #again(account: Account, connection: Connection, tries: number, done: (granted: boolean) => void): void {
    const { runtime } = this.#gateway;
    runtime.setTimer(runtime.random() * AGAIN_MS_MAX, () => {
      if (connection.isClosed) done(false);
      else this.#try(account, connection, tries, done);
    });
  }

  give(account: Account, connection: Connection): void {
    const taken = this.#taken.get(account);
    if (taken?.delete(connection) !== true) return;
    if (taken.size === 0) this.#taken.delete(account);
    const places = this.#places.get(connection);
    places?.delete(account);
    if (places?.size === 0) this.#places.delete(connection);
    this.#declare(account);
  }

  /** The connection is gone, wherever it wanted to be. */
  giveAll(connection: Connection): void {
    for (const account of [...(this.#places.get(connection) ?? [])]) this.give(account, connection);
  }

  /** Resolves when every gateway knows how many there are here. */
  settledNow(): Promise<void> {
    const { sequence } = this.#gateway.member;
    if (this.#gateway.isSettled(sequence)) return Promise.resolve();
    return new Promise((look) => this.#waiting.push({ sequence, look }));
  }

  /** How many may be here when all that every gateway has are too many: those of lower numbers keep theirs first. */
  share(account: Account): number {
    const { connectionsMax = Number.POSITIVE_INFINITY } = account.limits;
    let before = 0;
    for (const [process, patterns] of account.remoteEntries) {
      if (process < this.#gateway.member.id) before += patterns.get(PATTERN)?.weight ?? 0;
    }
    return Math.max(0, connectionsMax - before);
  }

  /** The account's limits are other now: those who are there already count, and stay. */
  recount(account: Account): void {
    const { connectionsMax = -1 } = account.limits;
    if (connectionsMax >= 0) for (const connection of account.connections) this.#add(account, connection);
    else for (const connection of [...(this.#taken.get(account) ?? [])]) this.give(account, connection);
  }

  settled(sequence: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0].sequence <= sequence) this.#waiting.shift()?.look();
  }

  *declared(): Generator<{ account: string; subject: string; weight: number }> {
    for (const [account, taken] of this.#taken) yield { account: account.name, subject: PATTERN, weight: taken.size };
  }

  #add(account: Account, connection: Connection): number {
    let taken = this.#taken.get(account);
    if (taken === undefined) {
      taken = new Set();
      this.#taken.set(account, taken);
    }
    if (!taken.has(connection)) {
      taken.add(connection);
      const places = this.#places.get(connection);
      if (places === undefined) this.#places.set(connection, new Set([account]));
      else places.add(account);
      this.#declare(account);
    }
    return this.#gateway.member.sequence;
  }

  #declare(account: Account): void {
    this.#gateway.declare(null, account, PATTERN, '', this.#here(account));
  }

  #fits(account: Account): boolean {
    const count = this.#here(account) + this.#elsewhere(account);
    return count <= (account.limits.connectionsMax ?? count);
  }

  /** Of those elsewhere some may only be trying, too. */
  #mayFitSoon(account: Account): boolean {
    return this.#elsewhere(account) > 0 && this.#here(account) < (account.limits.connectionsMax ?? 0);
  }

  #here(account: Account): number {
    return this.#taken.get(account)?.size ?? 0;
  }

  #elsewhere(account: Account): number {
    let count = 0;
    for (const patterns of account.remoteEntries.values()) count += patterns.get(PATTERN)?.weight ?? 0;
    return count;
  }
}
