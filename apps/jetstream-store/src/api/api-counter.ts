import type { ApiCounts } from '@skein/jetstream-core';

/** Requests by account, and of all of them. */
export class ApiCounter {
  readonly all: ApiCounts = { total: 0, errors: 0 };
  readonly #accounts = new Map<string, ApiCounts>();

  count(account: string): void {
    this.all.total++;
    this.of(account).total++;
  }

  countError(account: string): void {
    this.all.errors++;
    this.of(account).errors++;
  }

  of(account: string): ApiCounts {
    const counts = this.#accounts.get(account) ?? { total: 0, errors: 0 };
    this.#accounts.set(account, counts);
    return counts;
  }
}
