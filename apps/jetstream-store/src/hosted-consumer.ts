import type { Watch } from '@skein/bus';
import {
  type AckSubjectWriter,
  Consumer,
  type ConsumerConfig,
  type ConsumerCounts,
  type ConsumerEffects,
  type ConsumerOperation,
  type ConsumerState,
  type ConsumerTurn,
  type Delivery,
  deadLetterSubject,
  encodeConsumerOperation,
  type Notice,
  withPause,
} from '@skein/jetstream-core';
import { type SubjectFilter, subjectFilter } from '@skein/storage';
import { addressFor, subjectOf } from './address.ts';
import type { Appointment } from './agenda.ts';
import { BoundedWait } from './bounded-wait.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Entry, Saved } from './host.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { Address, HostedConsumer, Moment } from './hosting.ts';
import type { Led } from './led-consumers.ts';
import { consumerRecord } from './record.ts';
import type { TurnTask } from './turn.ts';

const MILLISECOND = 1_000_000;
const NEVER = Number.POSITIVE_INFINITY;
/** Of most consumers. Nothing is ever put into it. */
const NO_DROPS: Set<number> = new Set();
/** After a deletion that could not be logged; and between questions who is still there. */
const RETRY_MS = 1000;
/** For the gateways to say who is interested: a frozen one must not hold up requests until it is killed. */
const INTEREST_MS_MAX = 500;

/** What is kept of a consumer beside its state. */
export interface ConsumerValue {
  readonly config: ConsumerConfig;
  readonly created: Moment;
  /** The stream's newest message when it was created. */
  readonly lastsEnd: number;
  /** Of the node, with `mem_storage`: it ends with that. */
  readonly life?: string | undefined;
}

/** Where its stream's store has the state of a consumer. */
export const stateKey = (number: number): string => `consumer-state/${number}`;

/**
 * A consumer in its stream: what it has delivered and had acknowledged goes to the journal once a turn. It is led (counts what is
 * pending, knows who waits) from the moment that somebody asks something of it; one that nobody uses, or uses any more, costs its state alone.
 */
export class ConsumerHost implements HostedConsumer, TurnTask, Saved, Led {
  readonly number: number;
  readonly name: string;
  readonly created: Moment;
  readonly state: ConsumerState;
  readonly lastsEnd: number;
  readonly life: string | undefined;
  config: ConsumerConfig;
  isPlanned = false;
  isGone = false;
  readonly #stream: StreamHost;
  #leader: Consumer | undefined;
  #isToRun = false;
  /** Since it was asked to rest. */
  #isUsed = false;
  /** Delivered up to here by what is in the journal: what the stream may go by. */
  #loggedDelivered: number;
  /** Ran out of deliveries, and the journal does not say so yet. */
  #unloggedDrops = NO_DROPS;
  readonly #next: Appointment;
  readonly #inactivity: Appointment;
  /** When this life of it began, or it rested last. */
  #begunAt: number;
  /** Undefined: it wants all. */
  #filter: SubjectFilter | undefined;
  /** Who is interested in where it pushes to, and where that is. */
  #watch: Watch | undefined;
  /** Requests that want to know. */
  #interestWait: BoundedWait | undefined;
  #pushAddress: Address = '';
  #deadLetters: DeadLetters | undefined;
  /** The gateways are being asked who of those that wait is still there; and when they were asked last. */
  #absence: Promise<void> | undefined;
  #lookedAt = -NEVER;

  constructor(
    stream: StreamHost,
    number: number,
    { config, created, lastsEnd, life }: ConsumerValue,
    state: ConsumerState,
  ) {
    this.#stream = stream;
    this.number = number;
    this.name = config.name;
    this.created = created;
    this.config = config;
    this.#filter = filterOf(config);
    this.state = state;
    this.lastsEnd = lastsEnd;
    this.life = life;
    this.#loggedDelivered = state.delivered.stream;
    this.#begunAt = stream.host.clock.millis;
    this.#next = { dueAt: NEVER, due: () => this.#runSoon() };
    this.#inactivity = { dueAt: NEVER, due: (millis) => this.#checkUse(millis) };
  }

  get consumer(): Consumer {
    this.#isUsed = true;
    this.#leader ??= this.#lead(this.#newLeader());
    return this.#leader;
  }

  rest(): boolean {
    const isUsed = this.#isUsed || this.isPlanned;
    this.#isUsed = false;
    // When it was used last is the leader's to know.
    const isKept = this.config.inactive_threshold !== undefined;
    if (isUsed || isKept || this.#leader?.isIdle === false) return false;
    this.#leader = undefined;
    this.#begunAt = this.#stream.host.clock.millis;
    return true;
  }

  /** Somebody is interested in where it pushes to. */
  get isBound(): boolean {
    return this.#leader?.isActive ?? false;
  }

  interestKnown(): Promise<void> | undefined {
    if (this.isGone || this.#watch?.known !== false) return undefined;
    const { agenda, clock } = this.#stream.host;
    this.#interestWait ??= new BoundedWait(agenda, clock.tick() + INTEREST_MS_MAX);
    return this.#interestWait.over;
  }

  /** Of its own life, once the stream is served. */
  begin(): void {
    this.#watchInterest();
    this.#planInactivity();
    this.sendLetters();
  }

  /** There may be dead letters in its state. */
  sendLetters(): void {
    if (this.state.firstLetter > this.state.lettersMade) return;
    this.#deadLetters ??= new DeadLetters(this.#stream, this);
    this.#deadLetters.send();
  }

  /** Those up to this number have arrived. */
  bury(number: number): Promise<void> {
    return this.#logged({ kind: 'buried', number, millis: this.#stream.host.clock.tick() });
  }

  /** To be asked alone is no reason to be led: whoever looks at all consumers would have them all made. */
  info(): ConsumerCounts {
    const millis = this.#stream.host.clock.tick();
    if (this.#leader !== undefined) return this.consumer.info(millis);
    const leader = this.#newLeader();
    if (!leader.isIdle) this.#leader = this.#lead(leader);
    return leader.info(millis);
  }

  request(reply: Address, body: string): void {
    const { consumer } = this;
    const { clock } = this.#stream.host;
    // Those who are gone may be what keeps the others out.
    if (consumer.waiting >= (this.config.max_waiting as number)) this.#lookForAbsent(clock.millis);
    consumer.request(reply, body, clock.tick());
    this.#runSoon();
  }

  forgetAbsent(): Promise<void> | undefined {
    const leader = this.#leader;
    if (leader === undefined || leader.waiting === 0) return undefined;
    this.#absence ??= this.#forgetAbsent(leader).finally(() => {
      this.#absence = undefined;
    });
    return this.#absence;
  }

  async #forgetAbsent(leader: Consumer): Promise<void> {
    const { host, account } = this.#stream;
    this.#lookedAt = host.clock.millis;
    const { waiters } = leader;
    const gone = await host.presence.gone(
      account,
      waiters.map(({ reply }) => reply),
    );
    if (gone.size === 0 || this.isGone) return;
    leader.forget(
      waiters.filter(({ reply }) => gone.has(reply)),
      host.clock.millis,
    );
    this.#planInactivity();
  }

  /** Not for each of those who come too often. */
  #lookForAbsent(millis: number): void {
    if (millis >= this.#lookedAt + RETRY_MS) this.forgetAbsent()?.catch(() => {});
  }

  acknowledge(delivery: Delivery, body: string, reply: Address): void {
    this.consumer.acknowledge(delivery, body, reply, this.#stream.host.clock.tick());
    this.#runSoon();
  }

  /** An answer to flow control. */
  flow(subject: string, content: Buffer, headerBytes: number): void {
    this.#leader?.flow(subject, content, headerBytes);
    this.#runSoon();
  }

  /** Nobody was there to receive it. */
  returned(delivery: Delivery, subject: string): void {
    this.#leader?.returned(delivery, (reply) => subjectOf(reply) === subject);
    this.#runSoon();
  }

  reset(sequence: number): Promise<void> {
    return this.#logged(this.consumer.reset(sequence, this.#stream.host.clock.tick()));
  }

  async pause(until: string | undefined): Promise<void> {
    await this.#stream.updateConsumer(this.name, withPause(this.config, until));
    this.#stream.host.notices.consumerPaused(this.#stream, this.name, until);
  }

  unpin(group: string): void {
    this.consumer.unpin(group, 'admin');
    this.#runSoon();
  }

  /** Its configuration is another from here on; who waits goes on waiting. */
  reconfigure(config: ConsumerConfig): void {
    const { deliver_subject, deliver_group } = this.config;
    this.config = config;
    this.#filter = filterOf(config);
    if (this.#stream.host.isReplaying) return;
    this.#leader?.update(config, this.#stream.host.clock.tick());
    if (deliver_subject !== config.deliver_subject || deliver_group !== config.deliver_group) this.#watchInterest();
    this.#runSoon();
    this.#planInactivity();
  }

  /** Nobody gets anything more from here. */
  close(reason: string): void {
    this.isGone = true;
    const { agenda } = this.#stream.host;
    agenda.plan(this.#next, NEVER);
    agenda.plan(this.#inactivity, NEVER);
    this.#leader?.close(reason);
    this.#endInterestWait();
    this.#stream.host.led.remove(this);
    this.#watch?.end();
    this.#watch = undefined;
    this.#deadLetters?.end();
  }

  /**
   * What it does is not in the journal: a store that is killed forgets what it did since the last flush. Where the stream keeps messages
   * for consumers, or others get what it gave up, all that is made anew from the journal, and has to be the same.
   */
  get #isUnlogged(): boolean {
    const { config } = this;
    return (
      config.mem_storage === true &&
      deadLetterSubject(config) === undefined &&
      this.#stream.stream.config.retention === 'limits'
    );
  }

  /** What it wants of its stream, as the journal has it. */
  isWanted(sequence: number, subject: string): boolean {
    if (!this.matches(subject)) return false;
    if (sequence > this.#loggedDelivered) return true;
    const { pending } = this.state;
    return pending.has(sequence) || this.#unloggedDrops.has(sequence) || this.state.isLetter(sequence);
  }

  matches(subject: string): boolean {
    return this.#filter?.matches(subject) ?? true;
  }

  // ------------------------------------------------------------ what happens in the stream

  stored(sequence: number, subject: string): void {
    const leader = this.#leader;
    if (leader === undefined) return;
    leader.stored(sequence, subject);
    if (leader.isWanted) this.#runSoon();
  }

  removed(sequence: number, subject: string): void {
    if (this.#leader === undefined) this.state.remove(sequence);
    else this.#leader.removed(sequence, subject);
  }

  purged(below: number, filter: string): void {
    if (this.#leader !== undefined) {
      this.#leader.purged(below, filter);
      return;
    }
    this.state.forgetGone(this.#stream.store, below, filter, () => {});
  }

  // ------------------------------------------------------------ the journal

  /** From the journal of an earlier life, or a reset. */
  apply(operation: ConsumerOperation): void {
    const { isReplaying } = this.#stream.host;
    if (operation.kind === 'reset') {
      this.#loggedDelivered = operation.sequence - 1;
      if (this.#leader === undefined || isReplaying) this.state.apply(operation);
      else this.#leader.applyReset(operation);
      this.#stream.host.changed(this);
      return;
    }
    const done = operation.kind === 'buried' ? this.state.lettersThrough(operation.number) : [];
    this.state.apply(operation);
    this.#noteLogged([operation]);
    for (const sequence of done) this.#stream.release(sequence);
    if (operation.kind === 'acked') for (const sequence of operation.sequences) this.#stream.release(sequence);
    this.#stream.host.changed(this);
  }

  endTurn(millis: number): void {
    const leader = this.#leader;
    if (leader === undefined || this.isGone) return;
    const { host } = this.#stream;
    if (host.isFull || host.outbox.isCongested) {
      // What was said is kept, and bounded, in the consumer.
      host.turn.hold(this);
      return;
    }
    if (this.#isToRun) leader.run(millis);
    this.#isToRun = false;
    const turn = leader.takeTurn(millis);
    if (turn !== undefined) this.#log(turn);
    const at = leader.nextAt;
    if (at <= millis) this.#runSoon();
    else host.agenda.plan(this.#next, at);
  }

  save(): void {
    if (this.isGone) return;
    this.#stream.store.setValue(stateKey(this.number), this.state.save());
  }

  #log(turn: ConsumerTurn): void {
    const { host } = this.#stream;
    const entry = new TurnEntry(this, turn);
    for (const operation of turn.operations) {
      if (operation.kind !== 'dropped') continue;
      if (this.#unloggedDrops === NO_DROPS) this.#unloggedDrops = new Set();
      for (const sequence of operation.sequences) this.#unloggedDrops.add(sequence);
    }
    if (turn.operations.length === 0 || this.#isUnlogged) {
      host.afterLogged(entry);
      return;
    }
    const bytes = consumerRecord(this.#stream.number, this.number, turn.operations.map(encodeConsumerOperation));
    if (host.append(bytes, 0, bytes.length, entry) === 0) entry.fail();
  }

  /** A turn is durable. */
  turnApplied(turn: ConsumerTurn): void {
    const { host } = this.#stream;
    this.#noteLogged(turn.operations);
    this.consumer.applied(turn);
    host.changed(this);
    this.#runSoon();
  }

  get isVoid(): boolean {
    return this.isGone || this.#stream.fault !== undefined;
  }

  broke(error: Error): void {
    this.#stream.quarantine(error);
  }

  #noteLogged(operations: readonly ConsumerOperation[]): void {
    const isSilent = this.config.ack_policy === 'none';
    for (const operation of operations) {
      if (operation.kind === 'dropped') {
        for (const sequence of operation.sequences) this.#unloggedDrops.delete(sequence);
      }
      if (operation.kind !== 'delivered') continue;
      for (const { first, length } of operation.runs) {
        this.#loggedDelivered = Math.max(this.#loggedDelivered, first + length - 1);
        if (isSilent) for (let sequence = first; sequence < first + length; sequence++) this.#stream.release(sequence);
      }
    }
  }

  #lead(leader: Consumer): Consumer {
    this.#stream.host.led.add(this);
    return leader;
  }

  #newLeader(): Consumer {
    const { stream, store } = this.#stream;
    const effects = new Effects(this.#stream, this);
    return new Consumer(stream.config, store, this.config, this.state, this.lastsEnd, effects, this.#begunAt);
  }

  #runSoon(): void {
    this.#isToRun = true;
    this.#stream.host.turn.plan(this);
  }

  #logged(operation: ConsumerOperation): Promise<void> {
    const record = consumerRecord(this.#stream.number, this.number, [encodeConsumerOperation(operation)]);
    return this.#stream.logged(record, () => {
      this.apply(operation);
      this.#runSoon();
    });
  }

  /** Where messages go that are for its subject, or whoever asked. */
  addressOf(to: string): Address {
    return to === this.config.deliver_subject ? this.#pushAddress : to;
  }

  #watchInterest(): void {
    const { deliver_subject, deliver_group = '' } = this.config;
    const { host, account } = this.#stream;
    this.#watch?.end();
    this.#endInterestWait();
    this.#watch =
      deliver_subject === undefined
        ? undefined
        : host.watch(account, deliver_subject, deliver_group, () => this.#interestChanged());
    this.#interestChanged();
  }

  #endInterestWait(): void {
    this.#interestWait?.end();
    this.#interestWait = undefined;
  }

  #interestChanged(): void {
    const { known = true, isWanted = false, link } = this.#watch ?? {};
    if (known) this.#endInterestWait();
    // Without a link the way there changes: what is delivered meanwhile would overtake what is under way.
    const isActive = isWanted && link !== undefined;
    if (link !== undefined) this.#pushAddress = addressFor(link.peer.id, this.config.deliver_subject as string);
    if (isActive === this.isBound) return;
    this.consumer.setActive(isActive, this.#stream.host.clock.tick());
    this.#runSoon();
    this.#planInactivity();
  }

  #planInactivity(): void {
    const { inactive_threshold = 0 } = this.config;
    const { host } = this.#stream;
    if (inactive_threshold === 0) host.agenda.plan(this.#inactivity, NEVER);
    // As long as it is used it is looked at now and then, rather than with each use.
    else if (this.#inactiveAt === NEVER)
      host.agenda.plan(this.#inactivity, host.clock.millis + inactive_threshold / MILLISECOND);
    else host.agenda.plan(this.#inactivity, this.#inactiveAt);
  }

  /** When it has not been used for as long as it may; Infinity: it is used. */
  get #inactiveAt(): number {
    const { inactive_threshold = 0, deliver_subject } = this.config;
    if (this.#leader !== undefined) return this.#leader.inactiveAt;
    const isAwaited = deliver_subject === undefined && this.state.pending.size > 0;
    return isAwaited ? NEVER : this.#begunAt + inactive_threshold / MILLISECOND;
  }

  #checkUse(millis: number): void {
    if (this.#inactiveAt > millis) {
      this.#lookForAbsent(millis);
      this.#planInactivity();
      return;
    }
    const { agenda } = this.#stream.host;
    this.#stream.deleteConsumer(this.name).catch(() => agenda.plan(this.#inactivity, millis + RETRY_MS));
  }
}

export function filterOf({ filter_subject, filter_subjects = [] }: ConsumerConfig): SubjectFilter | undefined {
  return subjectFilter(filter_subject ? [filter_subject] : filter_subjects);
}

class TurnEntry implements Entry {
  readonly #consumer: ConsumerHost;
  readonly #turn: ConsumerTurn;

  constructor(consumer: ConsumerHost, turn: ConsumerTurn) {
    this.#consumer = consumer;
    this.#turn = turn;
  }

  get isVoid(): boolean {
    return this.#consumer.isVoid;
  }

  apply(): void {
    this.#consumer.turnApplied(this.#turn);
  }

  /** The journal is opened anew then, and the consumer begins from what it has. */
  fail(): void {}

  broke(error: Error): void {
    this.#consumer.broke(error);
  }
}

class Effects implements ConsumerEffects {
  readonly #stream: StreamHost;
  readonly #consumer: ConsumerHost;

  constructor(stream: StreamHost, consumer: ConsumerHost) {
    this.#stream = stream;
    this.#consumer = consumer;
  }

  deliver(to: Address, subject: string, reply: AckSubjectWriter, content: Buffer, headerBytes: number): void {
    const { host, account } = this.#stream;
    host.outbox.deliver(account, this.#consumer.addressOf(to), subject, reply, content, headerBytes);
  }

  status(to: Address, block: Buffer, reply: string): void {
    const { host, account } = this.#stream;
    const address = this.#consumer.addressOf(to);
    if (reply === '') host.outbox.reply(account, address, block, block.length);
    else host.outbox.deliver(account, address, subjectOf(address), reply, block, block.length);
  }

  confirm(reply: Address): void {
    this.#stream.host.outbox.answer(this.#stream.account, reply, '');
  }

  notice(notice: Notice): void {
    this.#stream.host.notices.consumer(this.#stream, this.#consumer, notice);
  }

  letters(): void {
    this.#consumer.sendLetters();
  }

  release(sequence: number): void {
    this.#stream.release(sequence);
  }

  newPin(): string {
    return crypto.randomUUID().replaceAll('-', '').slice(0, 22);
  }
}
