import { apiErrors, checkOrigins, type StreamConfig } from '@skein/jetstream-core';
import { overlaps, Sublist } from '@skein/subjects';
import { DirectMirrors } from './direct-mirrors.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { JetStreamAccount, ShownStream } from './hosting.ts';
import type { Ledger } from './ledger.ts';
import type { Reserved } from './limits.ts';
import type { Allowance, TierLimits } from './node-accounts.ts';
import type { Shard } from './shard.ts';
import { Restoration } from './snapshot/restoration.ts';
import { storeUnavailable, streamNameInUse, subjectsOverlap } from './store-errors.ts';
import type { StreamElsewhere } from './stores/catalogue.ts';
import { Room, Share } from './usage.ts';

/** Subjects of which it is known whose they are. */
const KNOWN_MAX = 65_536;

/** What an account needs of the process. */
export interface AccountHost {
  readonly ledger: Ledger;
  /** What all accounts together may use. */
  readonly rooms: Readonly<Record<'memory' | 'file', Room>>;
  createIn(account: string, config: StreamConfig): Promise<StreamHost>;
  /** Whether streams are created, updated and deleted by what this store says. */
  readonly decides: boolean;
  /** All other stores have said what they have. */
  readonly isComplete: boolean;
  /** Of the account, in other stores. */
  elsewhere(account: string): Iterable<StreamElsewhere>;
  streamElsewhere(account: string, name: string): StreamElsewhere | undefined;
  /** How many bytes of one of its rooms other stores use. */
  bytesElsewhere(account: string, room: string): number;
  /** The other store where a new stream goes; undefined: here. */
  seatFor(): number | undefined;
  /** @throws ApiError */
  createAt(seat: number, account: string, config: StreamConfig): Promise<ShownStream>;
  /** @throws ApiError */
  updateAt(seat: number, account: string, config: StreamConfig): Promise<ShownStream>;
  /** There is another stream of its name. */
  foundTwice(stream: Pick<StreamHost, 'account' | 'name'>): void;
  /** Its configuration is this one from now on. */
  listed(stream: StreamHost): void;
  /** It is no more. */
  unlisted(stream: StreamHost): void;
  /** Where it would be. @throws ApiError when no shard serves */
  shardFor(config: StreamConfig): Promise<Shard>;
  deleteFrom(stream: StreamHost): Promise<void>;
  /** Of requests, and of what else comes from clients that are served. */
  apiSubjects(isServed: boolean): readonly string[];
  /** The account's interest in a subject: 1 or 0. */
  declare(account: string, subject: string, weight: number): void;
  /** It can be found from now on. */
  adopted(stream: StreamHost): void;
  /** Resolves when all that was declared is settled. */
  settled(): Promise<void>;
}

interface Ownership {
  readonly subject: string;
  readonly queue: '';
  readonly stream: StreamHost;
}

/** The streams of an account: no two of a name, none with another's subjects. What changes that, happens one after the other. */
export class StreamAccount implements JetStreamAccount {
  readonly name: string;
  readonly streams = new Map<string, StreamHost>();
  readonly #host: AccountHost;
  readonly #subjects = new Sublist<Ownership>();
  readonly #owned = new Map<StreamHost, Ownership[]>();
  readonly #known = new Map<string, StreamHost | null>();
  readonly #mirrors = new DirectMirrors<StreamHost>();
  /** Names and subjects of what is being created or updated. */
  readonly #coming = new Set<StreamConfig>();
  /** What it uses, by tier and kind of storage. */
  readonly #rooms = new Map<string, Room>();
  #allowance: Allowance;

  constructor(name: string, host: AccountHost) {
    this.name = name;
    this.#host = host;
  }

  streamOf(subject: string): StreamHost | undefined {
    let known = this.#known.get(subject);
    if (known === undefined) {
      known = this.#subjects.match(subject).plain[0]?.stream ?? null;
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(subject, known);
    }
    return known ?? undefined;
  }

  directOf(name: string): StreamHost | undefined {
    const stream = this.streams.get(name);
    return stream?.stream.config.allow_direct ? stream : this.#mirrors.of(name);
  }

  get elsewhere(): Iterable<StreamElsewhere> {
    return this.#host.elsewhere(this.name);
  }

  configOf(name: string): StreamConfig | undefined {
    return (this.streams.get(name)?.stream ?? this.#host.streamElsewhere(this.name, name))?.config;
  }

  async create(requested: StreamConfig): Promise<StreamHost | ShownStream> {
    this.#mayAdd();
    const config = this.#besideOrigins(requested);
    const seat = this.#host.seatFor();
    return seat === undefined ? this.#createHere(config) : this.#createAt(seat, config);
  }

  /** Where it is was decided. @throws ApiError as `create` */
  async createHere(requested: StreamConfig): Promise<StreamHost> {
    return this.#createHere(this.#besideOrigins(requested));
  }

  #createHere(config: StreamConfig): Promise<StreamHost> {
    return this.#bringIn(config, () => this.#host.createIn(this.name, config));
  }

  #createAt(seat: number, config: StreamConfig): Promise<ShownStream> {
    return this.#beside(config, () => this.#host.createAt(seat, this.name, config));
  }

  #bringIn(config: StreamConfig, make: () => Promise<StreamHost>): Promise<StreamHost> {
    return this.#beside(config, async () => {
      const stream = await make();
      this.#enter(stream);
      await this.#host.settled();
      stream.host.notices.stream(stream, 'create');
      return stream;
    });
  }

  /** While it is made, its name and subjects are taken. @throws ApiError when they are */
  async #beside<T>(config: StreamConfig, make: () => Promise<T>): Promise<T> {
    const { name } = config;
    const isTaken = this.configOf(name) !== undefined || [...this.#coming].some((one) => one.name === name);
    if (isTaken) throw streamNameInUse();
    this.#host.ledger.take(this, config);
    try {
      this.#checkSubjects(config, name);
      this.#coming.add(config);
      return await make();
    } finally {
      this.#coming.delete(config);
      // Another store has told of what it has made by now, and that is in the ledger.
      if (!this.streams.has(name)) this.#host.ledger.give(this, config);
    }
  }

  /** @throws ApiError 10008 where it is not known whether a name or subject is taken */
  #mayAdd(): void {
    if (!this.#host.decides || !this.#host.isComplete) throw storeUnavailable();
  }

  /** Begins to put a backup back. @throws ApiError as `#mayAdd`, and when no shard serves */
  async restore(config: StreamConfig): Promise<Restoration> {
    this.#mayAdd();
    return new Restoration(await this.#host.shardFor(config), config);
  }

  /** All of the backup has come. @throws what `Restoration.finish` throws; ApiError as `create` */
  async adoptRestored(restoration: Restoration): Promise<StreamHost> {
    const { config } = restoration;
    return this.#bringIn(config, () => restoration.finish(this.name));
  }

  async update(name: string, requested: StreamConfig): Promise<StreamHost | ShownStream> {
    const listed = this.#host.streamElsewhere(this.name, name);
    return listed === undefined ? this.updateHere(name, requested) : this.#updateAt(listed, requested);
  }

  /** Its store tells of the change before it answers: what was taken for it is given back then. */
  async #updateAt({ seat, name, config: before }: StreamElsewhere, requested: StreamConfig): Promise<ShownStream> {
    const config = this.#besideOrigins(requested);
    this.#checkSubjects(config, name);
    this.#host.ledger.take(this, config, before);
    this.#coming.add(config);
    try {
      return await this.#host.updateAt(seat, this.name, config);
    } finally {
      this.#coming.delete(config);
      this.#host.ledger.replace(this, config, before);
    }
  }

  /** It is allowed. @throws ApiError as `update` */
  async updateHere(name: string, requested: StreamConfig): Promise<StreamHost> {
    const stream = this.#stream(name);
    const config = this.#besideOrigins(requested);
    this.#checkSubjects(config, name);
    const { config: before } = stream.stream;
    this.#host.ledger.take(this, config, before);
    this.#coming.add(config);
    try {
      await stream.change({ kind: 'update', config });
      this.#own(stream);
      await this.#host.settled();
      stream.host.notices.stream(stream, 'modify');
      return stream;
    } catch (error) {
      this.#host.ledger.replace(this, config, before);
      throw error;
    } finally {
      this.#coming.delete(config);
    }
  }

  async delete(name: string): Promise<void> {
    const stream = this.#stream(name);
    await this.#host.deleteFrom(stream);
    this.#host.ledger.give(this, stream.stream.config);
    stream.share?.count(0);
    this.#forget(stream);
    await this.#host.settled();
    const { notices } = stream.host;
    for (const consumer of stream.consumers.keys()) notices.consumerAction(stream, consumer, 'delete');
    notices.stream(stream, 'delete');
  }

  /** One that is there: new, or found on disk, where it takes the place of what was read before. */
  adopt(stream: StreamHost): void {
    const previous = this.streams.get(stream.name);
    if (previous !== undefined && previous.host !== stream.host) this.#host.foundTwice(stream);
    if (previous !== undefined) this.#host.ledger.give(this, previous.stream.config);
    this.#host.ledger.note(this, stream.stream.config);
    this.#enter(stream);
  }

  #enter(stream: StreamHost): void {
    const previous = this.streams.get(stream.name);
    const { storage, num_replicas } = stream.stream.config;
    previous?.share?.count(0);
    stream.share = new Share(this.#room(storage, num_replicas), this.#host.rooms[storage]);
    stream.share.count(stream.store.bytes);
    this.streams.set(stream.name, stream);
    this.#own(stream);
    if (previous !== undefined && previous !== stream) this.#disown(previous);
    this.#host.adopted(stream);
  }

  reserved(tier: string): Readonly<Reserved> {
    return this.#host.ledger.reserved(this.name, tier);
  }

  /** Its interest begins or ends; what it has stored stays where it is. */
  allow(allowance: Allowance): void {
    const before = new Set(this.interest());
    this.#allowance = allowance;
    for (const [key, room] of this.#rooms) {
      const [storage, tier] = key.split(' ') as ['memory' | 'file', string];
      room.limit = this.#limitOf(storage, tier);
    }
    const after = new Set(this.interest());
    for (const subject of after) if (!before.has(subject)) this.#host.declare(this.name, subject, 1);
    for (const subject of before) if (!after.has(subject)) this.#host.declare(this.name, subject, 0);
  }

  /** What it uses, by kind of storage and tier. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms;
  }

  #room(storage: 'memory' | 'file', replicas: number): Room {
    const tier = `R${Math.max(1, replicas)}`;
    const key = `${storage} ${tier}`;
    let room = this.#rooms.get(key);
    if (room === undefined) {
      room = new Room(this.#limitOf(storage, tier));
      room.elsewhere = this.#host.bytesElsewhere(this.name, key);
      this.#rooms.set(key, room);
    }
    return room;
  }

  #limitOf(storage: 'memory' | 'file', tier: string): number {
    const limits = this.limits[''] ?? this.limits[tier];
    return (storage === 'memory' ? limits?.memoryBytesMax : limits?.fileBytesMax) ?? -1;
  }

  get isServed(): boolean {
    return this.#allowance != null;
  }

  /** By tier. */
  get limits(): TierLimits {
    return this.#allowance ?? {};
  }

  /** What it wants of the account's messages. Who has no JetStream is told so. */
  *interest(): IterableIterator<string> {
    if (this.#allowance === undefined) return;
    yield* this.#host.apiSubjects(this.isServed);
    if (!this.isServed) return;
    const seen = new Set<string>();
    for (const owned of this.#owned.values()) for (const { subject } of owned) seen.add(subject);
    yield* seen;
  }

  /** @throws ApiError 10059 */
  #stream(name: string): StreamHost {
    const stream = this.streams.get(name);
    if (stream === undefined) throw apiErrors.streamNotFound();
    return stream;
  }

  /** @throws ApiError */
  #besideOrigins(config: StreamConfig): StreamConfig {
    const coming = new Map([...this.#coming].map((one) => [one.name, one]));
    return checkOrigins(config, (name) => coming.get(name) ?? this.configOf(name));
  }

  /** @throws ApiError 10065 */
  #checkSubjects({ subjects = [] }: StreamConfig, name: string): void {
    for (const subject of subjects) {
      for (const { stream } of this.#subjects.overlapping(subject)) if (stream.name !== name) throw subjectsOverlap();
    }
    for (const other of [...[...this.elsewhere].map(({ config }) => config), ...this.#coming]) {
      if (other.name === name) continue;
      const isTaken = other.subjects?.some((taken) => subjects.some((subject) => overlaps(taken, subject)));
      if (isTaken) throw subjectsOverlap();
    }
  }

  #forget(stream: StreamHost): void {
    if (this.streams.get(stream.name) === stream) this.streams.delete(stream.name);
    this.#disown(stream);
    this.#host.unlisted(stream);
  }

  /** Its subjects are those of its configuration, in place of what it had. */
  #own(stream: StreamHost): void {
    const before = this.#owned.get(stream) ?? [];
    const { subjects = [] } = stream.stream.config;
    const owned = subjects.map((subject): Ownership => ({ subject, queue: '', stream }));
    this.#owned.set(stream, owned);
    for (const one of owned) this.#claim(one);
    for (const one of before) this.#withdraw(one);
    this.#known.clear();
    this.#mirrors.note(stream);
    this.#host.listed(stream);
  }

  #disown(stream: StreamHost): void {
    const owned = this.#owned.get(stream) ?? [];
    this.#owned.delete(stream);
    for (const one of owned) this.#withdraw(one);
    this.#known.clear();
    this.#mirrors.forget(stream);
  }

  #claim(one: Ownership): void {
    if (this.#subjects.insert(one) === 1 && this.isServed) this.#host.declare(this.name, one.subject, 1);
  }

  #withdraw(one: Ownership): void {
    if (this.#subjects.remove(one) === 0 && this.isServed) this.#host.declare(this.name, one.subject, 0);
  }
}
