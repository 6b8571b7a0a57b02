import { unlimitedJetStream } from '@skein/accounts';
import {
  apiErrors,
  applyOperation,
  Consumer,
  type ConsumerConfig,
  type ConsumerCounts,
  type ConsumerState,
  type Delivery,
  type Operation,
  Stream,
  type StreamConfig,
  withPause,
} from '@skein/jetstream-core';
import { MemoryStreamStore } from '@skein/storage';
import { overlaps } from '@skein/subjects';
import type { Directory, HostedConsumer, HostedStream, JetStreamAccount, Moment, Outbox } from '../hosting.ts';
import { Ledger } from '../ledger.ts';
import type { Reserved, StoreLimits } from '../limits.ts';
import type { TierLimits } from '../node-accounts.ts';

const CREATED: Moment = { seconds: 1_700_000_000, nanos: 0 };

/** Streams without a process, journal or bus: what is changed is changed at once. */
export class FakeDirectory implements Directory {
  readonly domain: string;
  readonly #accounts = new Map<string, FakeAccount>();

  constructor(domain: string, accounts: Readonly<Record<string, TierLimits>>, limits: StoreLimits, outbox: Outbox) {
    this.domain = domain;
    const ledger = new Ledger(limits);
    for (const [name, own] of Object.entries(accounts))
      this.#accounts.set(name, new FakeAccount(name, own, ledger, outbox));
  }

  get accounts(): Iterable<JetStreamAccount> {
    return this.#accounts.values();
  }

  account(name: string): FakeAccount | undefined {
    return this.#accounts.get(name);
  }
}

export const unlimited = (): TierLimits => ({ '': unlimitedJetStream() });

class FakeAccount implements JetStreamAccount {
  readonly name: string;
  readonly limits: TierLimits;
  readonly streams = new Map<string, FakeStream>();
  readonly #ledger: Ledger;
  readonly #outbox: Outbox;

  constructor(name: string, limits: TierLimits, ledger: Ledger, outbox: Outbox) {
    this.name = name;
    this.limits = limits;
    this.#ledger = ledger;
    this.#outbox = outbox;
  }

  reserved(tier: string): Readonly<Reserved> {
    return this.#ledger.reserved(this.name, tier);
  }

  readonly elsewhere = [];

  configOf(name: string): StreamConfig | undefined {
    return this.streams.get(name)?.stream.config;
  }

  streamOf(subject: string): FakeStream | undefined {
    return [...this.streams.values()].find(({ stream }) =>
      stream.config.subjects?.some((one) => overlaps(one, subject)),
    );
  }

  directOf(name: string): FakeStream | undefined {
    const stream = this.streams.get(name);
    return stream?.stream.config.allow_direct ? stream : undefined;
  }

  async create(config: StreamConfig): Promise<HostedStream> {
    this.#ledger.take(this, config);
    try {
      this.#checkOverlap(config);
    } catch (error) {
      this.#ledger.give(this, config);
      throw error;
    }
    const stream = new FakeStream(this.name, config, this.#outbox);
    this.streams.set(config.name, stream);
    return stream;
  }

  async update(name: string, config: StreamConfig): Promise<HostedStream> {
    const stream = this.streams.get(name) as FakeStream;
    this.#checkOverlap(config);
    this.#ledger.take(this, config, stream.stream.config);
    await stream.change({ kind: 'update', config });
    return stream;
  }

  async delete(name: string): Promise<void> {
    this.#ledger.give(this, (this.streams.get(name) as FakeStream).stream.config);
    this.streams.delete(name);
  }

  /** Backups have tests of their own. */
  restore(): Promise<never> {
    return Promise.reject(new Error('no backups here'));
  }

  adoptRestored(): Promise<never> {
    return this.restore();
  }

  #checkOverlap({ name, subjects = [] }: StreamConfig): void {
    for (const { stream } of this.streams.values()) {
      const { name: other, subjects: taken = [] } = stream.config;
      if (other !== name && taken.some((one) => subjects.some((subject) => overlaps(one, subject)))) {
        throw apiErrors.subjectsOverlap();
      }
    }
  }
}

/** What a message counts for beside its subject and content, in nats-server's two kinds of storage. */
const weights = {
  memory: { overheadBytes: 16, headerOverheadBytes: 0 },
  file: { overheadBytes: 30, headerOverheadBytes: 4 },
};

class FakeStream implements HostedStream {
  readonly number = 1;
  readonly account: string;
  readonly name: string;
  readonly created = CREATED;
  readonly stream: Stream;
  readonly consumers = new Map<string, FakeConsumer>();
  readonly outbox: Outbox;

  constructor(account: string, config: StreamConfig, outbox: Outbox) {
    this.account = account;
    this.name = config.name;
    this.outbox = outbox;
    const effects = {
      stored: (sequence: number, subject: string) => this.#each((one) => one.consumer.stored(sequence, subject)),
      removed: (sequence: number, subject: string) => this.#each((one) => one.consumer.removed(sequence, subject)),
      purged: (below: number, filter: string) => this.#each((one) => one.consumer.purged(below, filter)),
      republish: () => {},
    };
    this.stream = Stream.create(new MemoryStreamStore(weights[config.storage]), config, effects, {
      isWanted: () => this.consumers.size > 0,
    });
  }

  origins(): object {
    return {};
  }

  image(): Promise<never> {
    return Promise.reject(new Error('no backups here'));
  }

  caughtUp(): undefined {}

  async change(operation: Operation): Promise<number> {
    return applyOperation(this.stream, operation, CREATED.seconds, 0);
  }

  async createConsumer(config: ConsumerConfig): Promise<HostedConsumer> {
    const consumer = new FakeConsumer(this, config);
    this.consumers.set(config.name, consumer);
    return consumer;
  }

  updateConsumer(_name: string, config: ConsumerConfig): Promise<HostedConsumer> {
    return this.createConsumer(config);
  }

  async deleteConsumer(name: string): Promise<void> {
    this.consumers.delete(name);
  }

  #each(run: (consumer: FakeConsumer) => void): void {
    for (const consumer of this.consumers.values()) run(consumer);
  }
}

class FakeConsumer implements HostedConsumer {
  readonly name: string;
  readonly created = CREATED;
  readonly consumer: Consumer;
  readonly #stream: FakeStream;

  constructor(stream: FakeStream, config: ConsumerConfig) {
    this.name = config.name;
    this.#stream = stream;
    const { store, config: own } = stream.stream;
    const { account, outbox } = stream;
    const effects = {
      deliver: (to: string, _subject: string, _reply: unknown, content: Buffer, headerBytes: number) =>
        outbox.reply(account, to, content, headerBytes),
      status: (to: string, block: Buffer) => outbox.reply(account, to, block, block.length),
      confirm: () => {},
      notice: () => {},
      release: () => {},
      letters: () => {},
      newPin: () => 'pin',
    };
    this.consumer = new Consumer(own, store, config, Consumer.newState(store, config), store.last, effects, 0);
  }

  get config(): ConsumerConfig {
    return this.consumer.config;
  }

  get state(): ConsumerState {
    return this.consumer.state;
  }

  info(): ConsumerCounts {
    return this.consumer.info(0);
  }

  interestKnown(): undefined {}

  forgetAbsent(): undefined {}

  request(reply: string, body: string): void {
    this.consumer.request(reply, body, 0);
    this.consumer.run(0);
  }

  acknowledge(_delivery: Delivery, _body: string, _reply: string): void {}

  async reset(sequence: number): Promise<void> {
    this.consumer.applyReset(this.consumer.reset(sequence, 0));
  }

  async pause(until: string | undefined): Promise<void> {
    await this.#stream.createConsumer(withPause(this.config, until));
  }

  unpin(group: string): void {
    this.consumer.unpin(group, 'admin');
  }
}
