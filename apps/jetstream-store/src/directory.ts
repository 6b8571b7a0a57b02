import type { StreamConfig } from '@skein/jetstream-core';
import { type AccountHost, StreamAccount } from './account.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { Directory, ShownStream } from './hosting.ts';
import { Ledger } from './ledger.ts';
import type { StoreLimits } from './limits.ts';
import type { Allowance } from './node-accounts.ts';
import type { Log } from './options.ts';
import type { Shard } from './shard.ts';
import { BACKUP_PREFIX } from './snapshot/backups.ts';
import type { StreamElsewhere } from './stores/catalogue.ts';
import { decides, type Seat } from './stores/seat.ts';
import { Room } from './usage.ts';

/** What the directory has of the process. */
export interface DirectoryHost {
  /** Where a new stream goes. @throws ApiError when no shard serves */
  shardFor(config: StreamConfig): Promise<Shard>;
  declare(account: string, subject: string, weight: number): void;
  settled(): Promise<void>;
  /** It can be found from now on. */
  adopted(stream: StreamHost): void;
  readonly seat: Seat;
  readonly logger: Log;
  /** Absent: there are no other stores. */
  readonly elsewhere?: Elsewhere;
}

/** What the directory has of other stores. */
export interface Elsewhere {
  /** All have said what they have. */
  readonly isComplete: boolean;
  streams(account: string): Iterable<StreamElsewhere>;
  stream(account: string, name: string): StreamElsewhere | undefined;
  /** How many bytes of a room others use. */
  used(account: string, room: string): number;
  /** Where a new stream goes; undefined: here. */
  seatFor(): number | undefined;
  create(seat: number, account: string, config: StreamConfig): Promise<ShownStream>;
  update(seat: number, account: string, config: StreamConfig): Promise<ShownStream>;
  listed(stream: StreamHost): void;
  gone(stream: StreamHost): void;
}

/** Which accounts have JetStream, and which streams they have: in memory, made from what the shards say. */
export class StreamDirectory implements Directory, AccountHost {
  readonly domain: string;
  readonly ledger: Ledger;
  readonly rooms: Readonly<Record<'memory' | 'file', Room>>;
  readonly #host: DirectoryHost;
  readonly #all = new Map<string, StreamAccount>();
  readonly #requests: readonly string[];

  constructor(domain: string, limits: StoreLimits, host: DirectoryHost) {
    this.domain = domain;
    this.ledger = new Ledger(limits);
    this.rooms = { memory: new Room(limits.maxMemoryBytes), file: new Room(limits.maxFileBytes) };
    this.#host = host;
    this.#requests = ['$JS.API.>', ...(domain === '' ? [] : [`$JS.${domain}.API.>`])];
  }

  get accounts(): Iterable<StreamAccount> {
    return [...this.#all.values()].filter(({ isServed }) => isServed);
  }

  account(name: string): StreamAccount | undefined {
    const account = this.#all.get(name);
    return account?.isServed ? account : undefined;
  }

  /** What all of them may store is another. */
  limitsChanged({ maxMemoryBytes, maxFileBytes }: StoreLimits): void {
    this.rooms.memory.limit = maxMemoryBytes;
    this.rooms.file.limit = maxFileBytes;
  }

  /** What one account may store, from now on. */
  allow(name: string, allowance: Allowance): void {
    const account = this.#all.get(name);
    if (account !== undefined) account.allow(allowance);
    else if (allowance !== undefined) this.#accountOf(name).allow(allowance);
    if (allowance === undefined && account?.streams.size === 0) this.#all.delete(name);
  }

  /** Accounts with streams, whether they are served or not. */
  *stored(): IterableIterator<string> {
    for (const { name, streams } of this.#all.values()) if (streams.size > 0) yield name;
  }

  /** Whether or not its account has JetStream now. */
  stream(account: string, name: string): StreamHost | undefined {
    return this.#all.get(account)?.streams.get(name);
  }

  /** All that are here. */
  *all(): IterableIterator<StreamHost> {
    for (const { streams } of this.#all.values()) yield* streams.values();
  }

  /** A shard's streams are here, in the place of those that it had. */
  adopt(streams: Iterable<StreamHost>): void {
    for (const stream of streams) {
      if (this.streamElsewhere(stream.account, stream.name) !== undefined) this.foundTwice(stream);
      this.#accountOf(stream.account).adopt(stream);
    }
  }

  /** Everything that is wanted of messages now. */
  *interest(): IterableIterator<[account: string, subject: string]> {
    for (const account of this.#all.values()) {
      for (const subject of account.interest()) yield [account.name, subject];
    }
  }

  async createIn(account: string, config: StreamConfig): Promise<StreamHost> {
    const shard = await this.shardFor(config);
    return shard.create(account, config);
  }

  shardFor(config: StreamConfig): Promise<Shard> {
    return this.#host.shardFor(config);
  }

  adopted(stream: StreamHost): void {
    this.#host.adopted(stream);
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

  get decides(): boolean {
    return decides(this.#host.seat);
  }

  get isComplete(): boolean {
    return this.#host.elsewhere?.isComplete !== false;
  }

  elsewhere(account: string): Iterable<StreamElsewhere> {
    return this.#host.elsewhere?.streams(account) ?? [];
  }

  streamElsewhere(account: string, name: string): StreamElsewhere | undefined {
    return this.#host.elsewhere?.stream(account, name);
  }

  seatFor(): number | undefined {
    return this.#host.elsewhere?.seatFor();
  }

  createAt(seat: number, account: string, config: StreamConfig): Promise<ShownStream> {
    return (this.#host.elsewhere as Elsewhere).create(seat, account, config);
  }

  updateAt(seat: number, account: string, config: StreamConfig): Promise<ShownStream> {
    return (this.#host.elsewhere as Elsewhere).update(seat, account, config);
  }

  listed(stream: StreamHost): void {
    this.#host.elsewhere?.listed(stream);
  }

  unlisted(stream: StreamHost): void {
    this.#host.elsewhere?.gone(stream);
  }

  /** What another store has is another now: it counts for what its account has reserved. */
  listingChanged(before: StreamElsewhere | undefined, after: StreamElsewhere | undefined): void {
    if (before !== undefined) this.ledger.give({ name: before.account }, before.config);
    if (after === undefined) return;
    this.ledger.note({ name: after.account }, after.config);
    const isMoved = before !== undefined && before.seat !== after.seat;
    if (isMoved || this.stream(after.account, after.name) !== undefined) this.foundTwice(after);
  }

  /** Shards were put together that do not belong to each other: which of the two should go, nobody can know here. */
  foundTwice({ account, name }: Pick<StreamHost, 'account' | 'name'>): void {
    this.#host.logger.error(`There are two streams '${account} > ${name}' in the shards: one of them is not reached`);
  }

  /** What this store uses: of each account, and ('') of the node. */
  *used(): IterableIterator<readonly [account: string, room: string, bytes: number]> {
    for (const [room, { used }] of Object.entries(this.rooms)) yield ['', room, used];
    for (const { name, rooms } of this.#all.values()) {
      for (const [room, { used, limit }] of rooms) if (limit >= 0) yield [name, room, used];
    }
  }

  /** Other stores use so many bytes now of what `used` says. */
  usedElsewhere(account: string, room: string, bytes: number): void {
    const known = account === '' ? this.rooms[room as 'memory' | 'file'] : this.#all.get(account)?.rooms.get(room);
    if (known !== undefined) known.elsewhere = bytes;
  }

  /** The same, for a room that there was not when they said so. */
  bytesElsewhere(account: string, room: string): number {
    return this.#host.elsewhere?.used(account, room) ?? 0;
  }

  /** All requests come to the store that decides, which hands on what is for streams elsewhere. */
  apiSubjects(isServed: boolean): readonly string[] {
    if (!this.decides) return isServed ? [`${BACKUP_PREFIX}>`] : [];
    return isServed ? [...this.#requests, '$JS.ACK.>', '$JS.FC.>', `${BACKUP_PREFIX}>`] : this.#requests;
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
