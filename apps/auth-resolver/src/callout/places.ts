import { network } from '../network.ts';

/** Questions without an answer yet. Beyond, nobody is asked: each is a client that waits. */
const PLACES_MAX = 1024;
/** From so many on, an address that has `FEW` of them gets no more: the rest is for others. */
const CROWDED = 512;
const FEW = 64;
/** An account whose service does not answer must not take all. */
const OF_ACCOUNT_MAX = 768;

/** Who may wait for an authorization service. */
export class Places {
  #taken = 0;
  readonly #byAddress = new Map<string, number>();
  readonly #byAccount = new Map<string, number>();

  get taken(): number {
    return this.#taken;
  }

  /** Whether there was one. */
  take(host: string, account: string): boolean {
    const address = network(host);
    if (this.#taken >= PLACES_MAX || (this.#byAccount.get(account) ?? 0) >= OF_ACCOUNT_MAX) return false;
    if (this.#taken >= CROWDED && (this.#byAddress.get(address) ?? 0) >= FEW) return false;
    this.#taken++;
    add(this.#byAddress, address, 1);
    add(this.#byAccount, account, 1);
    return true;
  }

  give(host: string, account: string): void {
    this.#taken--;
    add(this.#byAddress, network(host), -1);
    add(this.#byAccount, account, -1);
  }
}

function add(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
