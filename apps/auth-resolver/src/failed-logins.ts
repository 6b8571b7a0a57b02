import type { LoginOptions } from '@skein/config';
import { network } from './network.ts';

/** Addresses that are remembered; of more, those that failed first are forgotten. */
const ADDRESSES_MAX = 16_384;

interface Failures {
  count: number;
  sinceMs: number;
}

/**
 * How often logins from an address have failed lately. From the first failure on, an address has so many in a time; then
 * nothing is looked at that it shows, right or wrong, until that time is over. A right login forgives nothing: else whoever has
 * one password could try others between two uses of it.
 */
export class FailedLogins {
  #options: LoginOptions;
  /** By address, in the order of their first failures. */
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => number;
  /** Logins that were not looked at. */
  limited = 0;

  constructor(options: LoginOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get addresses(): number {
    return this.#failures.size;
  }

  use(options: LoginOptions): void {
    this.#options = options;
  }

  mayTry(host: string): boolean {
    const { failuresMax } = this.#options;
    const failures = this.#recent(network(host));
    if (failures === undefined || failures.count < failuresMax) return true;
    this.limited++;
    return false;
  }

  failed(host: string): void {
    const address = network(host);
    const failures = this.#recent(address);
    if (failures !== undefined) {
      failures.count++;
      return;
    }
    if (this.#failures.size >= ADDRESSES_MAX) this.#failures.delete(this.#failures.keys().next().value as string);
    this.#failures.set(address, { count: 1, sinceMs: this.#now() });
  }

  #recent(address: string): Failures | undefined {
    const failures = this.#failures.get(address);
    if (failures === undefined) return undefined;
    if (this.#now() - failures.sinceMs < this.#options.windowMs) return failures;
    this.#failures.delete(address);
    return undefined;
  }
}
