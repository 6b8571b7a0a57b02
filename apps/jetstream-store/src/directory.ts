import type { StreamConfig } from '@skein/jetstream-core';
import { type AccountHost, StreamAccount } from './account.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { Directory } from './hosting.ts';
import type { Shard } from './shard.ts';

/** What the directory has of the process. */
export interface DirectoryHost {
  /** Where a new stream goes. @throws ApiError when no shard serves */
  shardFor(config: StreamConfig): Promise<Shard>;
  declare(account: string, subject: string, weight: number): void;
  settled(): Promise<void>;
}

/** Which accounts have JetStream, and which streams they have: in memory, made from what the shards say. */
export class StreamDirectory implements Directory, AccountHost {
  readonly domain: string;
  readonly #host: DirectoryHost;
  readonly #all = new Map<string, StreamAccount>();

  constructor(domain: string, host: DirectoryHost) {
    this.domain = domain;
    this.#host = host;
  }

  get accounts(): Iterable<StreamAccount> {
    return [...this.#all.values()].filter(({ isServed }) => isServed);
  }

  account(name: string): StreamAccount | undefined {
    const account = this.#all.get(name);
    return account?.isServed ? account : undefined;
  }

  /** These accounts have it, and no others; what others have stored stays where it is. */
  serve(names: Iterable<string>): void {
    const served = new Set(names);
    for (const name of served) this.#accountOf(name).serve(true);
    for (const account of this.#all.values()) if (!served.has(account.name)) account.serve(false);
    for (const account of this.#all.values()) {
      for (const subject of this.apiSubjects()) this.#host.declare(account.name, subject, account.isServed ? 1 : 0);
    }
  }

  /** A shard's streams are here, in the place of those that it had. */
  adopt(streams: Iterable<StreamHost>): void {
    for (const stream of streams) this.#accountOf(stream.account).adopt(stream);
  }

  /** Everything that is wanted of messages now. */
  *interest(): IterableIterator<[account: string, subject: string]> {
    for (const account of this.accounts) {
      for (const subject of this.apiSubjects()) yield [account.name, subject];
      for (const subject of account.interest()) yield [account.name, subject];
    }
  }

  async createIn(account: string, config: StreamConfig): Promise<StreamHost> {
    const shard = await this.#host.shardFor(config);
    return shard.create(account, config);
  }

  deleteFrom(stream: StreamHost): Promise<void> {
    return stream.host.delete(stream);
  }

  declare(account: string, subject: string, weight: number): void {
    this.#host.declare(account, subject, weight);
  }

  settled(): Promise<void> {
    return this.#host.settled();
  }

  apiSubjects(): string[] {
    const subjects = ['$JS.API.>', '$JS.ACK.>', '$JS.FC.>'];
    return this.domain === '' ? subjects : [...subjects, `$JS.${this.domain}.API.>`];
  }

  #accountOf(name: string): StreamAccount {
    let account = this.#all.get(name);
    if (account === undefined) {
      account = new StreamAccount(name, this);
      this.#all.set(name, account);
    }
    return account;
  }
}
