import type { AccountStore } from './account-store.ts';

/** The accounts that the configuration brings along. */
export class MemoryStore implements AccountStore {
  readonly #tokens: Map<string, string>;

  constructor(preload: Readonly<Record<string, string>>) {
    this.#tokens = new Map(Object.entries(preload));
  }

  async lookup(account: string): Promise<string | undefined> {
    return this.#tokens.get(account);
  }

  async save(account: string, token: string): Promise<void> {
    this.#tokens.set(account, token);
  }

  async close(): Promise<void> {}
}
