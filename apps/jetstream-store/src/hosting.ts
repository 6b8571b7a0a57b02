import type {
  ApiCounts,
  Consumer,
  ConsumerConfig,
  ConsumerCounts,
  ConsumerState,
  Delivery,
  Operation,
  Stream,
  StreamConfig,
} from '@skein/jetstream-core';
import type { StreamImage } from '@skein/storage';
import type { Notices } from './host.ts';
import type { Reserved, StoreLimits } from './limits.ts';
import type { TierLimits } from './node-accounts.ts';
import type { Backups } from './snapshot/backups.ts';
import type { Restoration } from './snapshot/restoration.ts';
import type { OriginsInfo } from './sources/feeds.ts';
import type { StreamElsewhere } from './stores/catalogue.ts';

/** Where an answer goes: the gateway that the request came through, and the subject. See `address.ts`; '' is nowhere. */
export type Address = string;

export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

/** A stream, its messages and consumers, in one of this process's shards. */
export interface HostedStream {
  /** In its shard. */
  readonly number: number;
  readonly account: string;
  readonly name: string;
  readonly created: Moment;
  /** For reading; what changes it is an operation. */
  readonly stream: Stream;
  readonly consumers: ReadonlyMap<string, HostedConsumer>;
  /** `mirror` and `sources` of its info. */
  origins(): OriginsInfo;
  /**
   * Into the journal; settled when it is durable and applied.
   *
   * @returns what `applyOperation` returns
   * @throws ApiError what the operation answers; 10077 when the store cannot take it
   */
  change(operation: Operation): Promise<number>;
  /** Settled when all that has come for it, messages and acknowledgements, is there to be seen; undefined: it is. */
  caughtUp(): Promise<void> | undefined;
  /** @param config as `checkConsumerConfig` gave it. @throws ApiError */
  createConsumer(config: ConsumerConfig): Promise<HostedConsumer>;
  /** @param config as `checkConsumerUpdate` gave it. @throws ApiError 10014 */
  updateConsumer(name: string, config: ConsumerConfig): Promise<HostedConsumer>;
  /** @throws ApiError 10014 */
  deleteConsumer(name: string): Promise<void>;
  /** All of it as it is now, whatever becomes of it. @throws ApiError 10008 */
  image(): Promise<StreamImage>;
}

export interface HostedConsumer {
  readonly name: string;
  readonly created: Moment;
  readonly config: ConsumerConfig;
  /** What was delivered and acknowledged, for reading: it is there for consumers that nobody uses, too. */
  readonly state: ConsumerState;
  /** For reading. */
  readonly consumer: Consumer;
  info(): ConsumerCounts;
  /**
   * Resolves when the gateways have said whether somebody is interested in where it pushes to, or have not in time; undefined: it is known.
   */
  interestKnown(): Promise<void> | undefined;
  /** Pull requests of those who are gone wait no longer when this resolves; undefined: none wait. */
  forgetAbsent(): Promise<void> | undefined;
  /** A pull request. */
  request(reply: Address, body: string): void;
  /** @param reply who wants to know that it counts; '' is nobody */
  acknowledge(delivery: Delivery, body: string, reply: Address): void;
  /** @param sequence 0: where it was acknowledged up to */
  reset(sequence: number): Promise<void>;
  /** @param until RFC 3339; undefined: no longer */
  pause(until: string | undefined): Promise<void>;
  unpin(group: string): void;
}

/** A stream that another store has made or changed, as the API shows it there. */
export interface ShownStream {
  readonly shown: { domain?: string };
}

/** What an account uses in one store, by tier, and what it has asked there. */
export interface AccountUsage {
  readonly tiers: Readonly<Record<string, TierUsage>>;
  readonly api: ApiCounts;
}

export interface TierUsage {
  memory: number;
  storage: number;
  streams: number;
  consumers: number;
}

/** What the API needs of the node's other stores. Who does not answer within a moment is done without. */
export interface OtherStores {
  /** Streams as a list shows them, and the names of those whose store has not answered. */
  list(streams: readonly StreamElsewhere[]): Promise<{ streams: object[]; missing: string[] }>;
  /** Of a store that has not answered, what it has told by itself. */
  usage(account: string): Promise<AccountUsage[]>;
  /** Where all is asked: to the store that has its stream. @returns false: that is this one, or nobody's */
  handOn(request: ApiRequest): boolean;
  /** All of an account's streams go there. */
  purge(account: string): void;
  /** What is not known may be in a store that has not said yet what it has. */
  readonly isComplete: boolean;
}

/** What an account has of JetStream here. */
export interface JetStreamAccount {
  readonly name: string;
  readonly limits: TierLimits;
  /** What it has reserved in a tier; '' without tiers. */
  reserved(tier: string): Readonly<Reserved>;
  readonly streams: ReadonlyMap<string, HostedStream>;
  /** Those that other stores have. */
  readonly elsewhere: Iterable<StreamElsewhere>;
  /** Of a stream, here or elsewhere. */
  configOf(name: string): StreamConfig | undefined;
  /** The stream that keeps what is published to a literal subject. */
  streamOf(subject: string): HostedStream | undefined;
  /** Who answers direct gets of a stream: that one, or a mirror in its place. */
  directOf(name: string): HostedStream | undefined;
  /**
   * @param config as `checkStreamConfig` gave it
   * @throws ApiError when subjects overlap, the name is taken, or there is no room; its interest is settled when this resolves
   */
  create(config: StreamConfig): Promise<HostedStream | ShownStream>;
  /** @param config as `checkStreamUpdate` gave it. @throws ApiError */
  update(name: string, config: StreamConfig): Promise<HostedStream | ShownStream>;
  /** @throws ApiError 10059 */
  delete(name: string): Promise<void>;
  /** Begins to put a backup back, which nobody sees yet. @throws ApiError 10008 */
  restore(config: StreamConfig): Promise<Restoration>;
  /** All of the backup has come. @throws what `Restoration.finish` throws; ApiError as `create` */
  adoptRestored(restoration: Restoration): Promise<HostedStream>;
}

export interface Directory {
  /** '' without one. */
  readonly domain: string;
  readonly accounts: Iterable<JetStreamAccount>;
  /** Undefined: JetStream is not for it. */
  account(name: string): JetStreamAccount | undefined;
}

/** Everything that leaves. Never blocks, never throws. */
export interface Outbox {
  /** A gateway has not worked through what it was sent: what can wait, waits. */
  readonly isCongested: boolean;
  /** @param content header block, then payload */
  reply(account: string, to: Address, content: Buffer, headerBytes: number): void;
  /** As `reply`, of text without headers. */
  answer(account: string, to: Address, text: string): void;
  /** To whoever wants it; all with the same `source` stay in order. */
  publish(account: string, subject: string, content: Buffer, headerBytes: number, source: number): void;
}

/** A request to `$JS.API.>`; all of it may be kept. */
export interface ApiRequest {
  /** Undefined: JetStream is not for it. */
  readonly account: JetStreamAccount | undefined;
  readonly accountName: string;
  /** Begins with `$JS.API.`, also when it came with a domain. */
  readonly subject: string;
  readonly reply: Address;
  /** Header block, then body. */
  readonly content: Buffer;
  readonly headerBytes: number;
}

/** What the API is given to work with. */
export interface ApiContext {
  readonly serverName: string;
  /** '': there is none. */
  readonly systemAccount: string;
  readonly directory: Directory;
  /** Absent: there are none. */
  readonly others?: OtherStores;
  readonly outbox: Outbox;
  readonly notices: Notices;
  readonly backups: Backups;
  readonly log: { info(text: string): void; warn(text: string): void; error(text: string): void };
  readonly limits: StoreLimits;
  /** Requests that may wait for others, of all accounts together. */
  readonly requestsMax: number;
  /** Unix time, milliseconds with fractions; it does not go back. */
  now(): number;
}

export interface Api {
  /** All but those `CONSUMER.MSG.NEXT` that are a consumer's. Answers by the outbox, now or later. */
  handle(request: ApiRequest): void;
  /** Answers that what it is about cannot be reached. */
  unavailable(request: Omit<ApiRequest, 'account'>): void;
  /** There may be room in the outbox again. */
  release(): void;
  /** Resolves when what was asked so far has its answer. */
  settled(): Promise<void>;
  /** What an account has asked so far. */
  countsOf(account: string): ApiCounts;
}
