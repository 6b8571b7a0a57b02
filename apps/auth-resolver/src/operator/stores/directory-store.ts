import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isPublicKey } from '@skein/nkeys';
import type { DirectoryResolverOptions } from '@skein/trust/options';
import { type ListingStore, StoreError } from './account-store.ts';
import { lockDirectory } from './directory-lock.ts';

const extension = '.jwt';
const deleted = '.deleted';
const unfinished = '.tmp';

/**
 * A directory with a file `<public key>.jwt` for each account, as nats-server has it; deleted ones are `….jwt.deleted`. A
 * file is whole or not there: it is written beside, brought to disk, and renamed.
 */
export class DirectoryStore implements ListingStore {
  readonly #options: DirectoryResolverOptions;
  readonly #now: () => number;
  /** When each account was last asked for; the first has waited longest. */
  readonly #used = new Map<string, number>();
  readonly #unlock: () => void;
  /** One change after the other. */
  #changing: Promise<unknown> = Promise.resolve();

  /** @throws DirectoryLockError; an Error of node:fs when there is no such directory, and none can be made */
  constructor(options: DirectoryResolverOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
    mkdirSync(options.dir, { recursive: true });
    this.#unlock = lockDirectory(options.dir, process.pid);
    for (const file of readdirSync(options.dir)) {
      if (file.endsWith(unfinished)) rmSync(join(options.dir, file));
      const account = file.slice(0, -extension.length);
      if (file.endsWith(extension) && isPublicKey(account, 'account')) this.#used.set(account, now());
    }
  }

  list(): string[] {
    this.#forgetOld();
    return [...this.#used.keys()].sort();
  }

  async lookup(account: string): Promise<string | undefined> {
    this.#forgetOld();
    if (!this.#used.has(account)) return undefined;
    this.#touch(account);
    try {
      return (await readFile(this.#file(account), 'utf8')).trim();
    } catch (error) {
      throw new StoreError((error as Error).message);
    }
  }

  save(account: string, token: string): Promise<void> {
    return this.#change(async () => {
      if (!this.#used.has(account)) await this.#makeRoom();
      const path = this.#file(account);
      const file = await open(`${path}${unfinished}`, 'w', 0o600);
      try {
        await file.writeFile(token);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}${unfinished}`, path);
      await this.#syncDirectory();
      this.#touch(account);
    });
  }

  remove(account: string): Promise<void> {
    return this.#change(async () => {
      if (this.#used.delete(account)) await this.#take(account, this.#options.hardDelete);
    });
  }

  async close(): Promise<void> {
    await this.#changing;
    this.#unlock();
  }

  /** A token says of itself whose it is: that must not become any other path. */
  #file(account: string): string {
    if (!isPublicKey(account, 'account')) throw new StoreError('not the public key of an account');
    return join(this.#options.dir, `${account}${extension}`);
  }

  #touch(account: string): void {
    this.#used.delete(account);
    this.#used.set(account, this.#now());
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(change, change);
    this.#changing = done.catch(() => {});
    return done.catch((error: Error) => {
      throw error instanceof StoreError ? error : new StoreError(error.message);
    });
  }

  /** A full one refuses what is new; a cache lets go of what was not asked for for longest. */
  async #makeRoom(): Promise<void> {
    const { limit, kind } = this.#options;
    if (this.#used.size < limit) return;
    if (kind === 'full') throw new StoreError('jwt store is full');
    const [oldest] = this.#used.keys();
    this.#used.delete(oldest);
    await this.#take(oldest, true);
  }

  #forgetOld(): void {
    const { ttlMs } = this.#options;
    if (ttlMs <= 0) return;
    for (const [account, usedMs] of this.#used) {
      if (this.#now() - usedMs < ttlMs) return;
      this.#used.delete(account);
      this.#change(() => this.#take(account, true)).catch(() => {});
    }
  }

  async #take(account: string, forGood: boolean): Promise<void> {
    const path = this.#file(account);
    if (forGood) {
      await rm(path, { force: true });
    } else {
      await rename(path, `${path}${deleted}`);
      // When it was deleted is what a person looks for there.
      const now = new Date(this.#now());
      await utimes(`${path}${deleted}`, now, now);
    }
    await this.#syncDirectory();
  }

  /** A name is on disk when its directory is. */
  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#options.dir);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}
