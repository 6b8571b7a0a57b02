import type { Link } from '@skein/bus';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';

/** Of one process; beyond it the answer is that somebody is there. */
const WATCHES_MAX = 100_000;

/** A subject that an inner process watches. */
export interface InterestWatch {
  readonly link: Link;
  readonly id: number;
  readonly account: Account;
  readonly subject: string;
  /** Only this group counts; '' for who is in none. */
  readonly queue: string;
  /** Where its messages are seen: there, and in accounts that import them as a stream. */
  places: { readonly account: Account; readonly subject: string }[];
  isWanted: boolean;
}

/** Tells inner processes whether clients of this gateway, or streams of accounts that import them, are interested in subjects that they watch. */
export class InterestWatches {
  readonly #gateway: Gateway;
  readonly #byProcess = new Map<number, Map<number, InterestWatch>>();
  #placing = false;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Answers at once, and then whenever the answer changes. */
  add(link: Link, id: number, name: string, subject: string, queue: string): void {
    let watches = this.#byProcess.get(link.peer.id);
    if (watches === undefined) {
      watches = new Map();
      this.#byProcess.set(link.peer.id, watches);
    }
    if (watches.size >= WATCHES_MAX) {
      link.watched(id, true);
      return;
    }
    this.end(link.peer.id, id);
    const watch: InterestWatch = {
      ...{ link, id, subject, queue, places: [], isWanted: false },
      account: this.#gateway.account(name),
    };
    watches.set(id, watch);
    this.#place(watch);
    watch.isWanted = this.#isWanted(watch);
    link.watched(id, watch.isWanted);
  }

  end(process: number, id: number): void {
    const watch = this.#byProcess.get(process)?.get(id);
    if (watch === undefined) return;
    this.#unplace(watch);
    this.#byProcess.get(process)?.delete(id);
  }

  /** The process is gone, or will say again what it watches. */
  withdraw(process: number): void {
    for (const watch of this.#byProcess.get(process)?.values() ?? []) this.#unplace(watch);
    this.#byProcess.delete(process);
  }

  /** Somebody has come who wants a pattern in the account, or the last one has gone. */
  changed(account: Account, pattern: string): void {
    for (const watch of account.watched?.matching(pattern) ?? []) this.#tell(watch);
  }

  /** The same, of another process: other gateways answer for themselves. */
  remoteChanged(account: Account, process: number, pattern: string): void {
    if (this.#isStore(process)) this.changed(account, pattern);
  }

  /** Accounts are connected in other ways: looked at once, when all of them are. */
  waysChanged(): void {
    if (this.#placing || this.#byProcess.size === 0) return;
    this.#placing = true;
    this.#gateway.runtime.defer(() => {
      this.#placing = false;
      for (const watches of this.#byProcess.values()) {
        for (const watch of watches.values()) {
          this.#unplace(watch);
          this.#place(watch);
          this.#tell(watch);
        }
      }
    });
  }

  #tell(watch: InterestWatch): void {
    const wanted = this.#isWanted(watch);
    if (wanted === watch.isWanted) return;
    watch.isWanted = wanted;
    watch.link.watched(watch.id, wanted);
  }

  #place(watch: InterestWatch): void {
    const { account, subject } = watch;
    watch.places = [{ account, subject }, ...this.#gateway.interchange.importers(account, subject)];
    for (const place of watch.places) place.account.watch(place.subject, watch);
  }

  #unplace(watch: InterestWatch): void {
    for (const { account, subject } of watch.places) account.unwatch(subject, watch);
  }

  #isWanted({ places, queue, account: own }: InterestWatch): boolean {
    return places.some(({ account, subject }) => {
      const { plain, groups } = account.local.match(subject);
      if (queue !== '') return groups.some(({ name }) => name === queue);
      if (plain.length > 0) return true;
      // Of streams and their sources in the watch's own account stores tell each other.
      return account !== own && account.remote.match(subject).plain.some(({ process }) => this.#isStore(process));
    });
  }

  #isStore(process: number): boolean {
    return this.#gateway.member.peers.get(process)?.component === 'jetstream-store';
  }
}
