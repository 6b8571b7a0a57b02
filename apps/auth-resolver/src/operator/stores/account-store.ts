/** Where account JWTs are kept. What comes out of one is not trusted yet. */
export interface AccountStore {
  /** Undefined: not here. Rejects with a StoreError when that can't be found out. */
  lookup(account: string): Promise<string | undefined>;
  /** Kept when this resolves. Rejects with a StoreError. */
  save(account: string, token: string): Promise<void>;
  close(): Promise<void>;
}

/** One that holds accounts of its own, and can be asked for all of them. */
export interface ListingStore extends AccountStore {
  list(): string[];
  /** Gone when this resolves; nothing happens to one that is not there. */
  remove(account: string): Promise<void>;
}

export class StoreError extends Error {}
