import type { ChangeCursor } from '@skein/bus';
import { patternKey } from './account.ts';
import type { Gateway } from './gateway.ts';

/** What the other processes want, kept in the accounts' sublists beside this gateway's own subscriptions. */
export class Replica {
  readonly #gateway: Gateway;
  /** While a whole picture of a process arrives in parts: the patterns that it has named, by account. */
  readonly #named = new Map<number, Map<string, Set<string>>>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** A whole picture of the process begins; one that was cut short counts no more. */
  begin(declarer: number): void {
    this.#named.set(declarer, new Map());
  }

  apply(declarer: number, changes: ChangeCursor, snapshot: boolean, last: boolean): void {
    const named = this.#named.get(declarer);
    while (changes.next()) {
      const { account, subject, queue, weight } = changes;
      this.#gateway.account(account).setRemote(declarer, subject, queue, weight);
      if (!snapshot || named === undefined) continue;
      let patterns = named.get(account);
      if (patterns === undefined) {
        patterns = new Set();
        named.set(account, patterns);
      }
      patterns.add(patternKey(subject, queue));
    }
    if (snapshot && last && named !== undefined) {
      this.#named.delete(declarer);
      this.#forgetUnnamed(declarer, named);
    }
  }

  /** The process is gone, or cut off: it wants nothing any more. */
  withdraw(process: number): void {
    this.#named.delete(process);
    for (const account of this.#gateway.accounts.values()) account.withdrawRemote(process);
  }

  #forgetUnnamed(declarer: number, named: Map<string, Set<string>>): void {
    for (const account of this.#gateway.accounts.values()) {
      const patterns = named.get(account.name);
      for (const entry of [...(account.remoteEntries.get(declarer)?.values() ?? [])]) {
        if (patterns?.has(patternKey(entry.subject, entry.queue))) continue;
        account.setRemote(declarer, entry.subject, entry.queue, 0);
      }
    }
  }
}
