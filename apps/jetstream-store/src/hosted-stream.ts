import {
  ApiError,
  AtomicBatches,
  ackOpening,
  apiErrors,
  applyOperation,
  Consumer,
  type ConsumerBackup,
  type ConsumerConfig,
  ConsumerState,
  checkBesideOthers,
  checkMove,
  decodeConsumerOperation,
  decodeOperation,
  encodeOperation,
  FastBatches,
  type Interest,
  type Operation,
  type Purge,
  pubRefusal,
  restoreConsumer,
  Stream,
  type StreamConfig,
  type StreamEffects,
} from '@skein/jetstream-core';
import type { StreamImage, StreamStore } from '@skein/storage';
import type { Appointment } from './agenda.ts';
import type { Entry, Host, Saved } from './host.ts';
import { ConsumerHost, type ConsumerValue, filterOf, stateKey } from './hosted-consumer.ts';
import type { Address, HostedStream, Moment } from './hosting.ts';
import { purgeSlices, SlicePace } from './purge-slices.ts';
import {
  type ConsumerCreated,
  type ConsumerDeleted,
  type ConsumerUpdated,
  RECORD_HEAD_BYTES,
  RecordKind,
  readConsumerRecord,
  readJson,
  record,
  type ShardRecord,
  type StreamRestored,
} from './record.ts';
import type { OriginsInfo } from './sources/feeds.ts';
import { consumerNotFound, diskNearlyFull, storeUnavailable } from './store-errors.ts';
import type { TurnTask } from './turn.ts';
import type { Share } from './usage.ts';

/** What is kept of a stream beside configuration and messages. */
interface StreamValue {
  readonly number: number;
  readonly account: string;
  readonly name: string;
  readonly created: Moment;
}

const HOSTED = 'hosted';
const CONSUMER = 'consumer/';
/** Consumers of a backup, until the stream is there. */
export const RESTORED_CONSUMER = 'restored-consumer/';
/** Others have the numbers of records, which do not come so far. */
const RESTORED_CONSUMERS = 2 ** 47;

/** A consumer of a backup, checked. */
export interface RestoredConsumer {
  readonly config: ConsumerConfig;
  readonly state: ConsumerBackup;
  /** As `ConsumerValue`; nobody knows it of a backup of nats-server's. */
  readonly lastsEnd?: number;
}

/** A batch of which nothing came for so long is given up (ADR-50); looked for this often while there are any. */
const BATCH_MS = 10_000;

/** A stream in its shard: operations become records, durable records are applied, and what follows from them leaves. */
export class StreamHost implements HostedStream, StreamEffects, Interest, TurnTask, Saved {
  readonly number: number;
  readonly account: string;
  readonly created: Moment;
  readonly store: StreamStore;
  readonly host: Host;
  readonly stream: Stream;
  readonly consumers = new Map<string, ConsumerHost>();
  /** What publishes are acknowledged with. */
  readonly ackOpening: string;
  /** The same, with the brace. */
  readonly ackBytes: Buffer;
  readonly batches = new AtomicBatches(
    (id, reason) => this.host.notices.batchAbandoned(this, id, reason),
    RECORD_HEAD_BYTES,
  );
  readonly fastBatches: FastBatches;
  /** What waits for messages to be stored here. */
  readonly followers = new Set<TurnTask>();
  /** Why nothing more is done here. */
  fault: Error | undefined;
  /** Of its account's storage. */
  share: Share | undefined;
  isGone = false;
  isPlanned = false;
  readonly #byNumber = new Map<number, ConsumerHost>();
  /** Consumers that are being created. */
  readonly #coming = new Map<string, ConsumerConfig>();
  readonly #expiry: Appointment;
  readonly #batchExpiry: Appointment;
  #isExpiring = false;

  static create(
    host: Host,
    store: StreamStore,
    number: number,
    { account, config, created }: { account: string; config: StreamConfig; created: Moment },
  ): StreamHost {
    const value: StreamValue = { number, account, name: config.name, created };
    store.setValue(HOSTED, Buffer.from(JSON.stringify(value)));
    return new StreamHost(host, store, value, config);
  }

  /** From what a backup was put back into. */
  static restore(
    host: Host,
    store: StreamStore,
    number: number,
    { account, created, life }: Pick<StreamRestored, 'account' | 'created' | 'life'>,
  ): StreamHost {
    const { name } = readJson<StreamConfig>(store.value('config') as Buffer);
    const value: StreamValue = { number, account, name, created };
    store.setValue(HOSTED, Buffer.from(JSON.stringify(value)));
    const stream = new StreamHost(host, store, value);
    let next = RESTORED_CONSUMERS;
    for (const [key, bytes] of [...store.values(RESTORED_CONSUMER)]) {
      stream.#restoreConsumer(next++, { created, life }, readJson(bytes));
      store.setValue(key, undefined);
    }
    return stream;
  }

  /** Whose it is, and what it is called, where that much can be read. */
  static nameOf(store: StreamStore): { account: string; name: string } | undefined {
    try {
      const { account, name } = readJson<StreamValue>(store.value(HOSTED) as Buffer);
      return { account, name };
    } catch {
      return undefined;
    }
  }

  /** As the store has it. */
  static load(host: Host, store: StreamStore): StreamHost {
    const hosted = new StreamHost(host, store, readJson<StreamValue>(store.value(HOSTED) as Buffer));
    for (const [key, bytes] of store.values(CONSUMER)) {
      const value = readJson<ConsumerValue>(bytes);
      const number = Number(key.slice(CONSUMER.length));
      const saved = store.value(stateKey(number)) as Buffer;
      hosted.#add(
        new ConsumerHost(hosted, number, value, ConsumerState.load(value.config.ack_policy !== 'none', saved)),
      );
    }
    return hosted;
  }

  private constructor(host: Host, store: StreamStore, value: StreamValue, config?: StreamConfig) {
    this.host = host;
    this.store = store;
    this.number = value.number;
    this.account = value.account;
    this.created = value.created;
    this.stream = config === undefined ? new Stream(store, this, this) : Stream.create(store, config, this, this);
    this.ackOpening = ackOpening(this.name, host.domain);
    this.ackBytes = Buffer.from(`{${this.ackOpening}`);
    this.fastBatches = new FastBatches(this.ackOpening, (to, text) => host.outbox.answer(this.account, to, text));
    this.#expiry = { dueAt: Number.POSITIVE_INFINITY, due: () => this.#expire() };
    this.#batchExpiry = { dueAt: Number.POSITIVE_INFINITY, due: (millis) => this.#abandonBatches(millis) };
  }

  get name(): string {
    return this.stream.config.name;
  }

  /** Tells a publisher that its message was not taken. */
  refuse(reply: Address, error: ApiError): void {
    this.host.outbox.answer(this.account, reply, pubRefusal(this.ackOpening, error));
  }

  /** It is served from now on. */
  begin(): void {
    this.host.clock.atLeast(this.stream.lastTime);
    this.host.turn.plan(this);
    for (const consumer of this.consumers.values()) consumer.begin();
  }

  /** It is no more, or no longer here. */
  close(reason: string): void {
    this.isGone = true;
    this.host.agenda.plan(this.#expiry, Number.POSITIVE_INFINITY);
    this.host.agenda.plan(this.#batchExpiry, Number.POSITIVE_INFINITY);
    for (const consumer of this.consumers.values()) consumer.close(reason);
    this.host.origins.closed(this);
  }

  origins(): OriginsInfo {
    return this.host.origins.info(this);
  }

  /** Whatever is wrong with it must not take others along. */
  quarantine(error: Error): void {
    if (this.fault !== undefined) return;
    this.fault = error;
    this.host.logger.error(`JetStream stream '${this.account} > ${this.name}' is out of service: ${error.stack}`);
    this.close('Server Shutdown');
  }

  /** As it is now, whatever becomes of it. */
  image(): Promise<StreamImage> {
    return this.host.image(this);
  }

  // ------------------------------------------------------------ changes

  change(operation: Operation): Promise<number> {
    return operation.kind === 'purge' ? this.#purge(operation) : this.#change(operation);
  }

  async #purge(purge: Purge): Promise<number> {
    let purged = 0;
    const pace = new SlicePace();
    const slices = purgeSlices(this.store, purge, pace);
    for (;;) {
      const { done, value: slice } = pace.measured(() => slices.next());
      if (done === true) return purged;
      // What others publish must not wait until what a purge has changed is written.
      await this.host.room();
      if (slice === undefined) await this.#othersTurn();
      else purged += await this.#change({ kind: 'purge', ...slice }, pace);
      pace.next();
    }
  }

  #othersTurn(): Promise<void> {
    return new Promise((resolve) => this.host.turn.defer(resolve));
  }

  /** @param pace is told how long it takes */
  #change(operation: Operation, pace?: SlicePace): Promise<number> {
    if (operation.kind === 'ingest' && this.host.isShortOfSpace) return Promise.reject(diskNearlyFull());
    const { clock } = this.host;
    const { seconds, nanos } = clock.now();
    const bytes = record(RecordKind.Operation, this.number, encodeOperation({ operation, seconds, nanos }));
    const apply = (): number => this.apply(operation, seconds, nanos);
    return this.logged(bytes, pace === undefined ? apply : () => pace.measured(apply));
  }

  caughtUp(): Promise<void> | undefined {
    const { host } = this;
    if (!host.isBehind && !host.turn.isPending) return undefined;
    return new Promise((resolve) => {
      const seen: Entry = { isVoid: false, apply: () => resolve(), fail: () => resolve(), broke: () => resolve() };
      // What this turn does comes first.
      host.turn.defer(() => host.afterLogged(seen));
    });
  }

  async createConsumer(config: ConsumerConfig): Promise<ConsumerHost> {
    const { name } = config;
    if (this.consumers.has(name) || this.#coming.has(name)) throw apiErrors.consumerExists();
    const others = [...[...this.consumers.values()].map((one) => one.config), ...this.#coming.values()];
    checkBesideOthers(config, others, this.stream.config);
    this.#coming.set(name, config);
    try {
      const { clock, life } = this.host;
      const value: ConsumerCreated = { config, created: clock.now(), ...(config.mem_storage && { life }) };
      const bytes = record(RecordKind.ConsumerCreated, this.number, value);
      const consumer = await this.logged(bytes, (number) => this.#applyConsumerCreated(number, value));
      this.host.notices.consumerAction(this, name, 'create');
      return consumer;
    } finally {
      this.#coming.delete(name);
    }
  }

  async updateConsumer(name: string, config: ConsumerConfig): Promise<ConsumerHost> {
    // Requests about a stream come one after the other: whoever made it a moment ago has it.
    await this.#consumer(name).interestKnown();
    const consumer = this.#consumer(name);
    checkMove(consumer.config, config, consumer.isBound);
    const value: ConsumerUpdated = { number: consumer.number, config };
    await this.logged(record(RecordKind.ConsumerUpdated, this.number, value), () => this.#applyConsumerUpdated(value));
    return consumer;
  }

  async deleteConsumer(name: string): Promise<void> {
    await this.#logConsumerDeleted({ number: this.#consumer(name).number });
    this.host.notices.consumerAction(this, name, 'delete');
  }

  /**
   * Consumers with `mem_storage` end with the life of the node that they were made in, as nats-server's do; what an interest stream kept for
   * them alone stays there.
   */
  async endFormerConsumers(): Promise<void> {
    const former = [...this.consumers.values()].filter(
      ({ config, life }) => config.mem_storage && life !== this.host.life,
    );
    await Promise.all(former.map(({ number }) => this.#logConsumerDeleted({ number, isReleasing: false })));
  }

  #logConsumerDeleted(value: ConsumerDeleted): Promise<void> {
    return this.logged(record(RecordKind.ConsumerDeleted, this.number, value), () => this.#applyConsumerDeleted(value));
  }

  /** @throws ApiError 10014 */
  #consumer(name: string): ConsumerHost {
    const consumer = this.consumers.get(name);
    if (consumer === undefined) throw consumerNotFound();
    return consumer;
  }

  /** Why no message of this size has a place. */
  placeFault(size: number): ApiError | undefined {
    return this.host.isShortOfSpace ? diskNearlyFull() : this.share?.fault(size);
  }

  /** Logs a record, and applies it when it is durable. */
  logged<T>(bytes: Buffer, apply: (number: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry = new ChangeEntry(this, apply, resolve, reject);
      if (this.isVoid || this.host.append(bytes, 0, bytes.length, entry) === 0) entry.fail();
    });
  }

  get isVoid(): boolean {
    return this.isGone || this.fault !== undefined;
  }

  // ------------------------------------------------------------ applied

  apply(operation: Operation, seconds: number, nanos: number): number {
    this.changed();
    const result = applyOperation(this.stream, operation, seconds, nanos);
    if (operation.kind === 'update' && !this.host.isReplaying) this.host.origins.reconfigured(this);
    return result;
  }

  /** From the journal of an earlier life. */
  replay(number: number, { kind, content }: ShardRecord): void {
    switch (kind) {
      case RecordKind.Operation: {
        const { operation, seconds, nanos } = decodeOperation(content);
        this.#replayOperation(operation, seconds, nanos);
        return;
      }
      case RecordKind.ConsumerOperation: {
        const { consumer, operations } = readConsumerRecord(content);
        const host = this.#byNumber.get(consumer);
        for (const operation of operations) host?.apply(decodeConsumerOperation(operation));
        return;
      }
      case RecordKind.ConsumerCreated:
        this.#applyConsumerCreated(number, readJson(content));
        return;
      case RecordKind.ConsumerUpdated:
        this.#applyConsumerUpdated(readJson(content));
        return;
      case RecordKind.ConsumerDeleted:
        this.#applyConsumerDeleted(readJson(content));
        return;
      default:
        throw new RangeError(`a record of kind ${kind}`);
    }
  }

  #replayOperation(operation: Operation, seconds: number, nanos: number): void {
    try {
      this.apply(operation, seconds, nanos);
    } catch (error) {
      // Whoever asked was told.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #applyConsumerCreated(number: number, created: ConsumerCreated): ConsumerHost {
    const { config } = created;
    const value: ConsumerValue = { ...created, lastsEnd: this.store.last };
    const consumer = new ConsumerHost(this, number, value, Consumer.newState(this.store, config));
    this.#add(consumer);
    this.#keep(consumer);
    if (!this.host.isReplaying) consumer.begin();
    return consumer;
  }

  #restoreConsumer(
    number: number,
    { created, life }: Pick<StreamRestored, 'created' | 'life'>,
    { config, state, lastsEnd = this.store.last }: RestoredConsumer,
  ): void {
    const value: ConsumerValue = { config, created, lastsEnd, ...(config.mem_storage && { life }) };
    const places = restoreConsumer(config.ack_policy !== 'none', state) ?? Consumer.newState(this.store, config);
    const consumer = new ConsumerHost(this, number, value, places);
    this.#add(consumer);
    this.#keep(consumer);
  }

  #applyConsumerUpdated({ number, config }: ConsumerUpdated): void {
    const consumer = this.#byNumber.get(number);
    if (consumer === undefined) return;
    consumer.reconfigure(config);
    this.#keep(consumer);
  }

  #applyConsumerDeleted({ number, isReleasing = true }: ConsumerDeleted): void {
    const consumer = this.#byNumber.get(number);
    if (consumer === undefined) return;
    this.#byNumber.delete(number);
    this.consumers.delete(consumer.name);
    this.store.setValue(`${CONSUMER}${number}`, undefined);
    this.store.setValue(stateKey(number), undefined);
    consumer.close('Consumer Deleted');
    this.changed();
    if (isReleasing && this.stream.config.retention === 'interest') this.#releaseAll(consumer);
  }

  /** What nobody else wants goes with its consumer. */
  #releaseAll({ config, state }: ConsumerHost): void {
    const filter = filterOf(config);
    const { store } = this;
    for (let at = store.next(state.floor.stream + 1, filter); at > 0; at = store.next(at + 1, filter)) {
      this.stream.release(at);
    }
  }

  /** A consumer has no more use for it. */
  release(sequence: number): void {
    if (this.stream.config.retention === 'limits') return;
    this.changed();
    this.stream.release(sequence);
  }

  #add(consumer: ConsumerHost): void {
    this.#byNumber.set(consumer.number, consumer);
    this.consumers.set(consumer.name, consumer);
  }

  #keep(consumer: ConsumerHost): void {
    const { config, created, lastsEnd, life, number } = consumer;
    const value: ConsumerValue = { config, created, lastsEnd, life };
    this.store.setValue(`${CONSUMER}${number}`, Buffer.from(JSON.stringify(value)));
    consumer.save();
    this.changed();
  }

  /** To be called with whatever changes it. */
  changed(): void {
    this.host.changed(this);
    if (!this.host.isReplaying) this.host.turn.plan(this);
  }

  save(): void {
    if (!this.isGone) this.stream.save();
  }

  // ------------------------------------------------------------ time

  /** What ages is looked at once a turn, however much was stored in it. */
  endTurn(millis: number): void {
    if (this.isVoid) return;
    this.share?.count(this.store.bytes);
    const { agenda } = this.host;
    if (this.#hasBatches && this.#batchExpiry.dueAt === Number.POSITIVE_INFINITY) {
      agenda.plan(this.#batchExpiry, millis + BATCH_MS);
    }
    const { max_age, allow_msg_ttl, allow_msg_schedules } = this.stream.config;
    const ages = this.stream.isUnfinished || max_age > 0 || allow_msg_ttl || allow_msg_schedules === true;
    if (!this.#isExpiring) agenda.plan(this.#expiry, ages ? this.stream.expiresAt : Number.POSITIVE_INFINITY);
  }

  #expire(): void {
    this.#isExpiring = true;
    this.change({ kind: 'expire' })
      // The next change, or the next life, tries again.
      .catch(() => {})
      .finally(() => {
        this.#isExpiring = false;
        this.host.turn.plan(this);
      });
  }

  get #hasBatches(): boolean {
    return this.batches.size > 0 || this.fastBatches.size > 0;
  }

  #abandonBatches(millis: number): void {
    this.batches.abandon(millis);
    this.fastBatches.abandon(millis);
    if (this.#hasBatches) this.host.agenda.plan(this.#batchExpiry, millis + BATCH_MS / 10);
  }

  // ------------------------------------------------------------ effects

  stored(sequence: number, subject: string): void {
    for (const consumer of this.consumers.values()) consumer.stored(sequence, subject);
    if (this.followers.size > 0) for (const follower of this.followers) this.host.turn.plan(follower);
  }

  removed(sequence: number, subject: string): void {
    for (const consumer of this.consumers.values()) consumer.removed(sequence, subject);
  }

  purged(below: number, filter: string): void {
    for (const consumer of this.consumers.values()) {
      consumer.purged(below, filter);
      this.host.changed(consumer);
    }
  }

  republish(subject: string, content: Buffer, headerBytes: number): void {
    if (!this.host.isReplaying) this.host.outbox.publish(this.account, subject, content, headerBytes, this.number);
  }

  isWanted(sequence: number, subject: string): boolean {
    for (const consumer of this.consumers.values()) if (consumer.isWanted(sequence, subject)) return true;
    return false;
  }
}

class ChangeEntry<T> implements Entry {
  readonly #stream: StreamHost;
  readonly #apply: (number: number) => T;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    stream: StreamHost,
    apply: (number: number) => T,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ) {
    this.#stream = stream;
    this.#apply = apply;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isVoid(): boolean {
    return this.#stream.isVoid;
  }

  apply(number: number): void {
    try {
      this.#resolve(this.#apply(number));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#reject(error);
    }
  }

  fail(): void {
    this.#reject(storeUnavailable());
  }

  broke(error: Error): void {
    this.fail();
    this.#stream.quarantine(error);
  }
}
