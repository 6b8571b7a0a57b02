import type { StoredMessage, StreamStore } from '@skein/storage';
import { withLines } from '../stream/header-block.ts';
import { millisOf, parseTime, timeText } from '../time.ts';
import { AckSubjectWriter } from './ack-subject.ts';
import { type Delivery, isAcknowledged, isFinal, readAcknowledgement } from './acknowledgement.ts';
import { type ConsumerConfig, filtersOf } from './consumer-config.ts';
import type { ConsumerOperation } from './consumer-operation.ts';
import { ConsumerState, type Place } from './consumer-state.ts';
import { type ConsumerTurn, ConsumerTurnLog } from './consumer-turn.ts';
import { type DeadLetter, deadLetterSubject, NAK_BACKOFF } from './dead-letter.ts';
import type { Notice } from './notice.ts';
import { OriginalPace } from './original-pace.ts';
import { ACKED, NEVER } from './pending-messages.ts';
import { PullRecipients } from './pull-recipients.ts';
import { PushRecipient } from './push-recipient.ts';
import { type Recipients, type Situation, statusBlock } from './recipients.ts';
import { Redelivery } from './redelivery.ts';
import { Undelivered } from './undelivered.ts';
import type { Waiting } from './waiting-requests.ts';

const MILLISECOND = 1_000_000;
/** So many messages leave in one turn; then others have theirs. */
const TURN_MESSAGES_MAX = 256;
/** The largest message, where the stream does not say. */
const MESSAGE_BYTES_MAX = 1024 * 1024;

/** What a consumer leads to. */
export interface ConsumerEffects {
  /** A delivery, to whom, under the stream's subject; `reply` acknowledges it, and is lent for the call. */
  deliver(to: string, subject: string, reply: AckSubjectWriter, content: Buffer, headerBytes: number): void;
  /** A message of headers alone. @param reply where its answer goes; '' for none */
  status(to: string, block: Buffer, reply: string): void;
  /** Tells whoever asked that the acknowledgement is there to stay. */
  confirm(reply: string): void;
  notice(notice: Notice): void;
  /** There are letters in its state that are to be sent. */
  letters(): void;
  /** It has no more use for the message. */
  release(sequence: number): void;
  /** A name that nobody had before. */
  newPin(): string;
}

export interface SequenceInfo {
  consumer_seq: number;
  stream_seq: number;
  /** RFC 3339 */
  last_active?: string;
}

export interface ConsumerCounts {
  delivered: SequenceInfo;
  ack_floor: SequenceInfo;
  num_ack_pending: number;
  num_redelivered: number;
  num_waiting: number;
  num_pending: number;
  /** Somebody is interested in its subject. */
  push_bound?: boolean;
  paused?: boolean;
  /** Nanoseconds. */
  pause_remaining?: number;
}

/** What a consumer has to know of its stream. */
export interface StreamOfConsumer {
  readonly name: string;
  readonly max_msg_size: number;
}

/**
 * A consumer, led here: who gets which message. It has no clock: `nextAt` says when `run` has something to do, and what arrives
 * (requests, acknowledgements, messages) is taken up by the next `run`, once a turn. Deliveries leave at once; what was acknowledged
 * counts when the turn that says so is durable.
 */
export class Consumer {
  readonly state: ConsumerState;
  readonly #store: StreamStore;
  readonly #effects: ConsumerEffects;
  readonly #reply: AckSubjectWriter;
  readonly #situation: Situation;
  readonly #lastsEnd: number;
  readonly #redelivery: Redelivery;
  readonly #recipients: Recipients;
  /** One of them is the recipients. */
  readonly #pull: PullRecipients | undefined;
  readonly #push: PushRecipient | undefined;
  readonly #pace: OriginalPace | undefined;
  /** When the next message is due at its pace; Infinity: it does not wait for that. */
  #paceAt = NEVER;
  readonly #turn: ConsumerTurnLog;
  /** Came back without having been received: their next delivery has the same number. */
  readonly #returned = new Set<number>();
  #pausedUntil = 0;
  /** The last turn was over before everything was given out. */
  #hasMore = false;
  /** Of the next acknowledgements, in per cent, as many as there is of this are told of. */
  #sampled = 0;

  /**
   * @param lastsEnd the stream's newest message at the consumer's creation
   * @param millis when it began, in this life of the process
   */
  constructor(
    stream: StreamOfConsumer,
    store: StreamStore,
    config: ConsumerConfig,
    state: ConsumerState,
    lastsEnd: number,
    effects: ConsumerEffects,
    millis: number,
  ) {
    this.state = state;
    this.#store = store;
    this.#effects = effects;
    this.#reply = new AckSubjectWriter(`$JS.ACK.${stream.name}.${config.name}`);
    this.#lastsEnd = config.deliver_policy === 'last_per_subject' ? lastsEnd : 0;
    this.#situation = {
      config,
      state,
      undelivered: this.#undeliveredOf(config),
      effects: {
        status: (to, block, reply) => effects.status(to, block, reply),
        pinned: (group, pinned_id) => effects.notice({ kind: 'pinned', group, pinned_id }),
        unpinned: (group, reason) => effects.notice({ kind: 'unpinned', group, reason }),
        newPin: () => effects.newPin(),
      },
    };
    if (config.deliver_subject === undefined) this.#pull = new PullRecipients(this.#situation, millis);
    else {
      const flowPrefix = `$JS.FC.${stream.name}.${config.name}.`;
      const largest = stream.max_msg_size > 0 ? stream.max_msg_size : MESSAGE_BYTES_MAX;
      this.#push = new PushRecipient(this.#situation, flowPrefix, largest, millis);
    }
    this.#recipients = (this.#pull ?? this.#push) as Recipients;
    this.#redelivery = new Redelivery(state.pending);
    this.#turn = new ConsumerTurnLog(state.lettersMade + 1);
    state.pending.forEach((place) => {
      const sequence = state.pending.sequence(place);
      this.#redelivery.await(sequence, state.pending.millis(place) + this.#ackWait(sequence));
    });
    if (config.replay_policy === 'original') this.#pace = new OriginalPace(store.last);
    this.pause(config.pause_until, millis);
  }

  static newState(store: StreamStore, config: ConsumerConfig): ConsumerState {
    return new ConsumerState(config.ack_policy !== 'none', Undelivered.start(store, config));
  }

  get config(): ConsumerConfig {
    return this.#situation.config;
  }

  /** Another configuration from here on, as `checkConsumerUpdate` gave it; who waits goes on waiting. */
  update(config: ConsumerConfig, millis: number): void {
    const previous = this.config;
    this.#situation.config = config;
    if (JSON.stringify(filtersOf(previous)) !== JSON.stringify(filtersOf(config))) {
      this.#situation.undelivered = this.#undeliveredOf(config);
    }
    this.pause(config.pause_until, millis);
    if (previous.deliver_subject !== config.deliver_subject) this.#moved();
    const isSamePlace =
      previous.deliver_subject === config.deliver_subject && previous.deliver_group === config.deliver_group;
    if (!isSamePlace) this.setActive(false, millis);
  }

  /** Somebody is interested in the subject of a push consumer, or nobody any more. */
  setActive(isActive: boolean, millis: number): void {
    this.#push?.setActive(isActive, millis);
  }

  get isActive(): boolean {
    return this.#push?.isActive ?? false;
  }

  /** Whom a group is pinned to. */
  pinOf(group: string): { readonly id: string; readonly since: number } | undefined {
    return this.#pull?.pinOf(group);
  }

  /** How many pull requests wait. */
  get waiting(): number {
    return this.#pull?.waitingCount ?? 0;
  }

  /** Those requests, as they are now. */
  get waiters(): readonly Waiting[] {
    return this.#pull?.waiting ?? [];
  }

  /** Of some of them nobody is there any more. */
  forget(gone: Iterable<Waiting>, millis: number): void {
    this.#pull?.forgetThese(gone, millis);
  }

  /** Somebody would take a message if there were one. */
  get isWanted(): boolean {
    return this.waiting > 0 || this.isActive;
  }

  /** When it has not been used for as long as it may (`inactive_threshold`); Infinity: it is used, or may be unused for ever. */
  get inactiveAt(): number {
    const { inactive_threshold } = this.config;
    if (inactive_threshold === undefined) return NEVER;
    if (this.#push !== undefined) return this.#push.inactiveSince + inactive_threshold / MILLISECOND;
    const pull = this.#pull as PullRecipients;
    const isUsed = pull.waitingCount > 0 || this.state.pending.size > 0;
    return isUsed ? NEVER : pull.usedAt + inactive_threshold / MILLISECOND;
  }

  /** Its state as the API has it, without names, configuration and times. */
  info(millis: number): ConsumerCounts {
    const { delivered, floor, pending, redeliveredCount, deliveredAt, ackedAt } = this.state;
    const isPaused = this.#pausedUntil > millis;
    return {
      delivered: sequenceInfo(delivered, deliveredAt),
      ack_floor: sequenceInfo(floor, ackedAt),
      num_ack_pending: pending.size,
      num_redelivered: redeliveredCount,
      num_waiting: this.waiting,
      num_pending: this.#situation.undelivered.count,
      ...(this.isActive && { push_bound: true }),
      ...(isPaused && { paused: true, pause_remaining: Math.round((this.#pausedUntil - millis) * MILLISECOND) }),
    };
  }

  /** Milliseconds; 0: at once; Infinity: never. */
  get nextAt(): number {
    if (this.#hasMore) return 0;
    const givesAt = this.isWanted ? Math.min(this.#redelivery.nextAt, this.#paceAt) : NEVER;
    return Math.min(givesAt, this.#recipients.nextAt, this.#pausedUntil || NEVER);
  }

  /** Nobody waits, nothing is under way, and another one made from its state would be the same, at no great price. */
  get isIdle(): boolean {
    const { replay_policy, sample_freq } = this.config;
    const isAlike = this.#pull !== undefined && replay_policy !== 'original' && sample_freq === undefined;
    const isNothingAwaited = this.state.pending.size === 0 && !this.isWanted && this.nextAt === NEVER;
    return isAlike && this.#turn.isEmpty && isNothingAwaited && this.#situation.undelivered.isCheap;
  }

  /** @param until RFC 3339; a time that is over pauses nothing, and is not told of as an end */
  pause(until: string | undefined, millis: number): void {
    const time = until === undefined ? undefined : parseTime(until);
    const untilMillis = time === undefined ? 0 : millisOf(time.seconds, time.nanos);
    this.#pausedUntil = untilMillis > millis ? untilMillis : 0;
  }

  stored(sequence: number, subject: string): void {
    this.#situation.undelivered.stored(sequence, subject);
  }

  removed(sequence: number, subject: string): void {
    this.#situation.undelivered.removed(sequence, subject);
    const { pending } = this.state;
    const place = pending.find(sequence);
    const isAwaited = place >= 0 && pending.due(place) !== ACKED;
    const consumer_seq = place >= 0 ? pending.consumerSequence(place) : 0;
    const deliveries = this.state.deliveries(sequence);
    this.#redelivery.cancel(sequence, NEVER);
    this.#returned.delete(sequence);
    this.state.remove(sequence);
    if (!isAwaited) return;
    const reason = 'Unacknowledged message was deleted';
    this.#effects.notice({ kind: 'terminated', consumer_seq, stream_seq: sequence, deliveries, reason });
  }

  /** Those below that match a filter went; none: all of them. */
  purged(below: number, filter: string): void {
    this.state.forgetGone(this.#store, below, filter, (sequence) => {
      this.#redelivery.cancel(sequence, NEVER);
      this.#returned.delete(sequence);
    });
    this.#situation.undelivered.skipTo(this.state.delivered.stream);
  }

  /** A pull request. */
  request(reply: string, text: string, millis: number): void {
    if (this.#pull === undefined) this.#effects.status(reply, statusBlock('409 Consumer is push based'), '');
    else this.#pull.request(reply, text, this.#isEmpty, millis);
  }

  /** @param confirmTo who wants to know that it counts; empty: nobody, or where the next message goes */
  acknowledge(delivery: Delivery, body: string, confirmTo: string, millis: number): void {
    if (!isAcknowledged(this.config)) return;
    if (this.#pull !== undefined) this.#pull.usedAt = millis;
    const said = readAcknowledgement(body);
    const { sequence, consumerSequence, deliveries } = delivery;
    const place = this.state.pending.find(sequence);
    const isAwaited = place >= 0 && this.state.pending.due(place) !== ACKED;
    // From before a crash that left nothing of the delivery, or made up: it comes (again), and no one may believe that it will not.
    const isUnknown = sequence > this.state.delivered.stream;
    const about = { consumer_seq: consumerSequence, stream_seq: sequence, deliveries };
    const isForAll = this.config.ack_policy === 'all' && (said.kind === 'ack' || said.kind === 'next');
    if (isForAll && !isUnknown) this.#ackThrough(sequence);
    else if (isAwaited) {
      switch (said.kind) {
        case 'unknown':
          break;
        case 'progress':
          this.#redelivery.await(sequence, millis + this.#ackWait(sequence));
          break;
        case 'nak':
          this.#turn.notice({ kind: 'nak', ...about });
          this.#deliverAgain(sequence, said.delayMillis, millis);
          break;
        case 'term':
          this.#turn.notice({ kind: 'terminated', ...about, reason: said.reason });
          if (deadLetterSubject(this.config) === undefined) this.#ack(sequence);
          else this.#bury({ sequence, deliveries, reason: said.reason ? `terminated: ${said.reason}` : 'terminated' });
          break;
        default:
          this.#sample(delivery, this.state.pending.millis(place), millis);
          this.#ack(sequence);
      }
    }
    if (said.kind === 'next') this.request(confirmTo, said.request, millis);
    else if (confirmTo !== '' && !(isUnknown && isFinal(said))) this.#turn.confirm(confirmTo);
  }

  /** An answer to flow control. */
  flow(subject: string, content: Buffer, headerBytes: number): void {
    const received = this.#push?.flowed(subject, content, headerBytes);
    if (received === undefined || this.config.ack_policy !== 'flow_control') return;
    const { pending } = this.state;
    pending.forEach((place) => {
      if (pending.sequence(place) > received.stream || pending.consumerSequence(place) > received.consumer) return;
      if (pending.due(place) !== ACKED) this.#ack(pending.sequence(place));
    });
  }

  /** Nobody was there to receive it: whoever waited there is gone, and it counts as not delivered. @param isThere of a request's reply */
  returned({ sequence, consumerSequence, deliveries }: Delivery, isThere: (reply: string) => boolean): void {
    this.#pull?.returned(consumerSequence, isThere);
    const place = this.state.pending.find(sequence);
    const isAwaited = place >= 0 && this.state.pending.due(place) !== ACKED;
    // Pushed without acknowledgements, what comes back would come behind what went another way since: a gap is better than disorder.
    const isToComeAgain = this.config.ack_policy === 'none' && this.#pull !== undefined;
    if (!(isAwaited ? this.state.deliveries(sequence) === deliveries : isToComeAgain)) return;
    this.#returned.add(sequence);
    this.#redelivery.makeReady(sequence);
  }

  /** Gives out what can be given out, and whatever else the time calls for. */
  run(millis: number): void {
    if (this.#pausedUntil > 0 && this.#pausedUntil <= millis) this.#resume();
    this.#hasMore = false;
    this.#paceAt = NEVER;
    if (this.#redelivery.nextAt <= millis) this.#redelivery.advance(millis);
    this.#pull?.expirePins(millis);
    const isPaused = this.#pausedUntil > 0;
    if (!isPaused) this.#deliverSome(millis);
    this.#recipients.run(millis, isPaused || (this.#isEmpty && !this.#isFull));
  }

  /** What is to become durable; undefined: nothing. */
  takeTurn(millis: number): ConsumerTurn | undefined {
    return this.#turn.take(millis);
  }

  /** The turn is durable: what was acknowledged counts. */
  applied({ operations, confirms, notices }: ConsumerTurn): void {
    for (const operation of operations) {
      if (operation.kind === 'dying') {
        this.state.apply(operation);
        this.#effects.letters();
      }
      if (operation.kind !== 'acked') continue;
      this.state.apply(operation);
      for (const sequence of operation.sequences) this.#effects.release(sequence);
    }
    for (const reply of confirms) this.#effects.confirm(reply);
    for (const notice of notices) this.#effects.notice(notice);
  }

  /** It begins anew; without a sequence where it was acknowledged up to. @returns the operation, to be applied when durable */
  reset(sequence: number, millis: number): ConsumerOperation {
    return { kind: 'reset', sequence: sequence || this.state.floor.stream + 1, millis };
  }

  applyReset(operation: ConsumerOperation): void {
    this.state.apply(operation);
    this.#redelivery.clear();
    this.#returned.clear();
    this.#turn.forgetOperations();
    this.#situation.undelivered.begin(this.state.delivered.stream);
  }

  unpin(group: string, reason: 'admin' | 'timeout'): void {
    this.#pull?.unpin(group, reason);
  }

  /** Nobody gets anything more from here, for this reason: `Consumer Deleted`, `Leadership Change`. */
  close(reason: string): void {
    this.#recipients.close(reason);
  }

  get #isEmpty(): boolean {
    return this.#situation.undelivered.count === 0 && !this.#redelivery.hasReady;
  }

  /** So many messages are to be acknowledged that nothing new leaves, and nobody is told that there is nothing. */
  get #isFull(): boolean {
    const { max_ack_pending = 0 } = this.config;
    return max_ack_pending > 0 && this.state.pending.size >= max_ack_pending;
  }

  #undeliveredOf(config: ConsumerConfig): Undelivered {
    const undelivered = new Undelivered(this.#store, config);
    undelivered.begin(this.state.delivered.stream, this.#lastsEnd);
    return undelivered;
  }

  #resume(): void {
    const pause_until = timeOf(this.#pausedUntil);
    this.#pausedUntil = 0;
    this.#effects.notice({ kind: 'resumed', pause_until });
  }

  /** Its messages go elsewhere: whoever is there gets what nobody has acknowledged. */
  #moved(): void {
    this.#push?.moved();
    const { pending } = this.state;
    pending.forEach((place) => {
      if (pending.due(place) !== ACKED) this.#redelivery.makeReady(pending.sequence(place));
    });
  }

  #ack(sequence: number): void {
    this.#turn.acked(sequence);
    this.#redelivery.cancel(sequence, ACKED);
  }

  #ackThrough(sequence: number): void {
    const { pending } = this.state;
    for (const one of pending.sequences()) {
      if (one > sequence) return;
      if (pending.due(pending.find(one)) !== ACKED) this.#ack(one);
    }
  }

  /** Every so-manieth acknowledgement is told of. */
  #sample({ consumerSequence, sequence, deliveries }: Delivery, deliveredAt: number, millis: number): void {
    const { sample_freq } = this.config;
    if (sample_freq === undefined) return;
    this.#sampled += Math.min(100, Number.parseInt(sample_freq, 10));
    if (this.#sampled < 100) return;
    this.#sampled -= 100;
    const ack_time = Math.round((millis - deliveredAt) * MILLISECOND);
    this.#turn.notice({ kind: 'ack', consumer_seq: consumerSequence, stream_seq: sequence, deliveries, ack_time });
  }

  /** Infinity: it does not come again because of the time. */
  #ackWait(sequence: number): number {
    const { backoff, ack_wait } = this.config;
    if (backoff === undefined) return (ack_wait ?? NEVER) / MILLISECOND;
    const wait = backoff[Math.min(this.state.deliveries(sequence), backoff.length) - 1] ?? ack_wait ?? NEVER;
    return wait / MILLISECOND;
  }

  #deliverSome(millis: number): void {
    for (let left = TURN_MESSAGES_MAX; left > 0; left--) {
      if (!this.#recipients.isWanting(millis)) return;
      const message = this.#nextMessage(millis);
      if (message === undefined) return;
      this.#give(message, millis);
    }
    this.#hasMore = true;
  }

  /** One that is due again before one that is new. */
  #nextMessage(millis: number): StoredMessage | undefined {
    const { max_deliver } = this.config;
    for (let sequence = this.#redelivery.next; sequence !== undefined; sequence = this.#redelivery.next) {
      const deliveries = this.state.deliveries(sequence);
      if (max_deliver > 0 && deliveries >= max_deliver && !this.#returned.has(sequence)) {
        this.#drop(sequence, deliveries);
        continue;
      }
      const message = this.#store.get(sequence);
      if (message !== undefined) return message;
      this.#redelivery.cancel(sequence, NEVER);
    }
    if (this.#isFull) return undefined;
    const message = this.#store.get(this.#situation.undelivered.next());
    if (this.#pace === undefined || message === undefined) return message;
    const dueAt = this.#pace.dueAt(message);
    this.#paceAt = dueAt > millis ? dueAt : NEVER;
    return dueAt > millis ? undefined : message;
  }

  #drop(sequence: number, deliveries: number): void {
    this.#turn.notice({ kind: 'max_deliver', stream_seq: sequence, deliveries });
    if (deadLetterSubject(this.config) !== undefined) {
      this.#bury({ sequence, deliveries, reason: 'max deliveries' });
      return;
    }
    this.#redelivery.cancel(sequence, NEVER);
    this.#turn.dropped(sequence);
    this.state.apply({ kind: 'dropped', sequences: [sequence], millis: 0 });
  }

  /** It goes elsewhere, and is wanted here until it is there. */
  #bury(letter: DeadLetter): void {
    this.#turn.dying(letter);
    this.#redelivery.cancel(letter.sequence, ACKED);
  }

  #deliverAgain(sequence: number, delayMillis: number, millis: number): void {
    const { metadata, backoff } = this.config;
    const byBackoff = backoff !== undefined && metadata?.[NAK_BACKOFF] === 'true';
    if (delayMillis > 0) this.#redelivery.await(sequence, millis + delayMillis);
    else if (byBackoff) this.#redelivery.await(sequence, millis + this.#ackWait(sequence));
    else this.#redelivery.makeReady(sequence);
  }

  #give(message: StoredMessage, millis: number): void {
    const { sequence, subject, seconds, nanos } = message;
    const { state } = this;
    const { undelivered } = this.#situation;
    const isNew = sequence > state.delivered.stream;
    const isReturned = this.#returned.size > 0 && this.#returned.has(sequence);
    const deliveries = isNew ? 1 : Math.max(1, state.deliveries(sequence) + (isReturned ? 0 : 1));
    const delivery = { deliveries, sequence, consumerSequence: state.delivered.consumer + 1 };
    const reply = this.#reply;
    reply.write(delivery, seconds, nanos, undelivered.count - (isNew ? 1 : 0));
    const { content, headerBytes } = this.#dress(message, millis);
    const size = this.#recipients.ownBytes(subject) + reply.end + content.length;
    if (!this.#recipients.takes(size, millis)) return;
    if (isNew) undelivered.take(sequence);
    else this.#redelivery.cancel(sequence, NEVER);
    if (isReturned) this.#returned.delete(sequence);
    state.deliver(sequence, delivery.consumerSequence, deliveries, millis);
    this.#turn.delivered(delivery);
    if (this.config.ack_policy !== 'none') this.#redelivery.await(sequence, millis + this.#ackWait(sequence));
    this.#pace?.gave(message, millis);
    this.#effects.deliver(this.#recipients.to, subject, reply, content, headerBytes);
    this.#recipients.gave(size, millis);
  }

  /** The message as it is delivered: with what the consumer adds, without what it leaves out. */
  #dress(message: StoredMessage, millis: number): { content: Buffer; headerBytes: number } {
    const { headers_only } = this.config;
    const mark = this.#recipients.mark(millis);
    if (!headers_only && mark === '') return message;
    const { content, headerBytes } = message;
    const lines = headers_only ? [`Nats-Msg-Size: ${content.length - headerBytes}`] : [];
    if (mark !== '') lines.push(mark);
    const block = withLines(content, headerBytes, lines);
    const whole = headers_only ? block : Buffer.concat([block, content.subarray(headerBytes)]);
    return { content: whole, headerBytes: block.length };
  }
}

const timeOf = (millis: number): string => timeText(Math.floor(millis / 1000), Math.round((millis % 1000) * 1e6));

const sequenceInfo = ({ consumer, stream }: Place, millis: number): SequenceInfo => ({
  consumer_seq: consumer,
  stream_seq: stream,
  ...(millis > 0 && { last_active: timeOf(millis) }),
});
