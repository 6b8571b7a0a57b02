import type { Account } from './account.ts';
import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';

/** No client can publish to it, or hear it. */
const PATTERN = '_GR_.connections';

/**
 * Who may come in where an account's clients are limited in number, over all gateways. Each declares how many it has as
 * interest in a subject of its own: so all of them know, a gateway that dies is forgotten, and a restarted router is told
 * again. Who wants to come in is counted first, and looked at when every gateway knows of it: there are never too many. (Two that come at
 * the same moment for the last place may both be sent away.)
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
    const sequence = this.#add(account, connection);
    const look = (): void => {
      // It may have gone meanwhile, and its place with it.
      const granted = this.#taken.get(account)?.has(connection) === true && this.#fits(account);
      if (!granted) this.give(account, connection);
      done(granted);
    };
    if (this.#gateway.isSettled(sequence)) look();
    else this.#waiting.push({ sequence, look });
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
    this.#gateway.declare(null, account, PATTERN, '', this.#taken.get(account)?.size ?? 0);
  }

  #fits(account: Account): boolean {
    let count = this.#taken.get(account)?.size ?? 0;
    for (const patterns of account.remoteEntries.values()) count += patterns.get(PATTERN)?.weight ?? 0;
    return count <= (account.limits.connectionsMax ?? count);
  }
}
