import type { StoredMessage, StreamStore } from '@skein/storage';
import { withLines } from '../stream/header-block.ts';
import { millisOf, parseTime, timeText } from '../time.ts';
import { ackSubject, type Delivery, readAcknowledgement } from './acknowledgement.ts';
import type { ConsumerConfig } from './consumer-config.ts';
import type { ConsumerOperation, Run } from './consumer-operation.ts';
import { ConsumerState } from './consumer-state.ts';
import { refuseNotBuilt } from './not-built.ts';
import { PullRefusal, readPullRequest } from './pull-request.ts';
import { Redelivery } from './redelivery.ts';
import { Undelivered } from './undelivered.ts';
import { type Waiting, WaitingRequests } from './waiting-requests.ts';

const MILLISECOND = 1_000_000;
/** So many messages leave in one turn; then others have theirs. */
const TURN_MESSAGES_MAX = 256;
const NEVER = Number.POSITIVE_INFINITY;

/** What a consumer tells the world beside messages: parts of advisories and metrics (ADR-22). */
export type Notice =
  | { readonly kind: 'max_deliver'; readonly stream_seq: number; readonly deliveries: number }
  | { readonly kind: 'nak'; readonly consumer_seq: number; readonly stream_seq: number; readonly deliveries: number }
  | {
      readonly kind: 'terminated';
      readonly consumer_seq: number;
      readonly stream_seq: number;
      readonly deliveries: number;
      readonly reason: string;
    }
  /** A sampled acknowledgement; `ack_time` in nanoseconds since the last delivery. */
  | {
      readonly kind: 'ack';
      readonly consumer_seq: number;
      readonly stream_seq: number;
      readonly deliveries: number;
      readonly ack_time: number;
    }
  /** The pause is over; it was until then. */
  | { readonly kind: 'resumed'; readonly pause_until: string }
  | { readonly kind: 'pinned'; readonly group: string; readonly pinned_id: string }
  | { readonly kind: 'unpinned'; readonly group: string; readonly reason: 'admin' | 'timeout' };

/** What a consumer leads to. */
export interface ConsumerEffects {
  /** A delivery, to whom, under the stream's subject; `reply` acknowledges it. */
  deliver(to: string, subject: string, reply: string, content: Buffer, headerBytes: number): void;
  /** A message of headers alone. */
  status(to: string, block: Buffer): void;
  /** Tells whoever asked that the acknowledgement is there to stay. */
  confirm(reply: string): void;
  notice(notice: Notice): void;
  /** It has no more use for the message. */
  release(sequence: number): void;
  /** A name that nobody had before. */
  newPin(): string;
}

/** What of a turn goes to the journal; `applied` when it is durable. */
export interface ConsumerTurn {
  readonly operations: readonly ConsumerOperation[];
  readonly confirms: readonly string[];
  readonly notices: readonly Notice[];
}

export interface ConsumerCounts {
  delivered: { consumer_seq: number; stream_seq: number };
  ack_floor: { consumer_seq: number; stream_seq: number };
  num_ack_pending: number;
  num_redelivered: number;
  num_waiting: number;
  num_pending: number;
  paused?: boolean;
  /** Nanoseconds. */
  pause_remaining?: number;
}

interface Pin {
  readonly id: string;
  since: number;
}

/**
 * A pull consumer, led here: who waits for messages, and who gets which. It has no clock: `nextAt` says when `run` has
 * something to do. Deliveries leave at once; what was acknowledged counts when the turn that says so is durable.
 */
export class Consumer {
  readonly config: ConsumerConfig;
  readonly state: ConsumerState;
  readonly #store: StreamStore;
  readonly #effects: ConsumerEffects;
  readonly #prefix: string;
  readonly #undelivered: Undelivered;
  readonly #redelivery = new Redelivery();
  readonly #waiting = new WaitingRequests();
  readonly #pins = new Map<string, Pin>();
  #runs: Run[] = [];
  #runsBegin = 0;
  #acked = new Set<number>();
  #dropped: number[] = [];
  #confirms: string[] = [];
  #notices: Notice[] = [];
  #pausedUntil = 0;
  /** The last turn was over before everything was given out. */
  #hasMore = false;

  /**
   * @param lastsEnd the stream's newest message at the consumer's creation
   * @throws ApiError for what is not built yet
   */
  constructor(
    stream: string,
    store: StreamStore,
    config: ConsumerConfig,
    state: ConsumerState,
    lastsEnd: number,
    effects: ConsumerEffects,
  ) {
    refuseNotBuilt(config);
    this.config = config;
    this.state = state;
    this.#store = store;
    this.#effects = effects;
    this.#prefix = `$JS.ACK.${stream}.${config.name}`;
    this.#undelivered = new Undelivered(store, config);
    this.#undelivered.begin(state.delivered.stream, config.deliver_policy === 'last_per_subject' ? lastsEnd : 0);
    for (const [sequence, { millis }] of state.pending)
      this.#redelivery.await(sequence, millis + this.#ackWait(sequence));
    this.pause(config.pause_until);
  }

  static newState(store: StreamStore, config: ConsumerConfig): ConsumerState {
    return new ConsumerState(config.ack_policy !== 'none', Undelivered.start(store, config));
  }

  /** Whom a group is pinned to. */
  pinOf(group: string): { readonly id: string; readonly since: number } | undefined {
    return this.#pins.get(group);
  }

  /** How many pull requests wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes the place of one with another configuration: who waited there waits here. */
  adopt(previous: Consumer): void {
    for (const waiting of previous.#waiting.remove(() => true)) this.#waiting.enter(waiting);
    for (const [group, pin] of previous.#pins) this.#pins.set(group, pin);
  }

  /** Its state as the API has it, without names, configuration and times. */
  info(millis: number): ConsumerCounts {
    const { delivered, floor, pending, redeliveredCount } = this.state;
    const isPaused = this.#pausedUntil > millis;
    return {
      delivered: { consumer_seq: delivered.consumer, stream_seq: delivered.stream },
      ack_floor: { consumer_seq: floor.consumer, stream_seq: floor.stream },
      num_ack_pending: pending.size,
      num_redelivered: redeliveredCount,
      num_waiting: this.#waiting.size,
      num_pending: this.#undelivered.count,
      ...(isPaused && { paused: true, pause_remaining: Math.round((this.#pausedUntil - millis) * MILLISECOND) }),
    };
  }

  /** Milliseconds; 0: at once; Infinity: never. */
  get nextAt(): number {
    if (this.#hasMore) return 0;
    const unpinAt = [...this.#pins.values()].map(({ since }) => since + this.#pinMillis);
    return Math.min(this.#redelivery.nextAt, this.#waiting.nextAt, this.#pausedUntil || NEVER, ...unpinAt);
  }

  /** @param until RFC 3339 */
  pause(until: string | undefined): void {
    const time = until === undefined ? undefined : parseTime(until);
    this.#pausedUntil = time === undefined ? 0 : millisOf(time.seconds, time.nanos);
  }

  #resume(): void {
    const pause_until = timeText(Math.floor(this.#pausedUntil / 1000), Math.round((this.#pausedUntil % 1000) * 1e6));
    this.#pausedUntil = 0;
    this.#effects.notice({ kind: 'resumed', pause_until });
  }

  stored(sequence: number, subject: string): void {
    this.#undelivered.stored(sequence, subject);
  }

  removed(sequence: number, subject: string): void {
    this.#undelivered.removed(sequence, subject);
    const { pending } = this.state;
    const delivery = pending.get(sequence);
    const deliveries = this.state.deliveries(sequence);
    this.#redelivery.cancel(sequence);
    if (delivery === undefined || !this.state.remove(sequence)) return;
    const reason = 'Unacknowledged message was deleted';
    const { consumerSequence: consumer_seq } = delivery;
    this.#effects.notice({ kind: 'terminated', consumer_seq, stream_seq: sequence, deliveries, reason });
  }

  /** Those below that match a filter went; none: all of them. */
  purged(below: number, filter: string): void {
    for (const sequence of [...this.state.pending.keys()]) {
      if (sequence >= below || this.#store.get(sequence) !== undefined) continue;
      this.#redelivery.cancel(sequence);
      this.state.remove(sequence);
    }
    if (filter === '') this.state.skipBelow(below);
    this.#undelivered.skipTo(this.state.delivered.stream);
  }

  /** A pull request. */
  request(reply: string, text: string, millis: number): void {
    try {
      const request = readPullRequest(text, this.config);
      const pin = this.#pins.get(request.group);
      if (request.pin !== '' && pin?.id !== request.pin) throw new PullRefusal('423 Nats-Pin-Id mismatch');
      if (pin !== undefined && request.pin !== '') pin.since = millis;
      const isAnswerable = request.noWait && request.expiresMillis === 0;
      if (this.#waiting.size >= (this.config.max_waiting as number)) {
        throw new PullRefusal(isAnswerable && this.#isEmpty ? '404 No Messages' : '409 Exceeded MaxWaiting');
      }
      this.#waiting.add(reply, request, millis);
    } catch (error) {
      if (!(error instanceof PullRefusal)) throw error;
      this.#status(reply, error.message);
    }
    this.run(millis);
  }

  /** @param confirmTo who wants to know that it counts; empty: nobody, or where the next message goes */
  acknowledge(
    { sequence, consumerSequence, deliveries }: Delivery,
    body: string,
    confirmTo: string,
    millis: number,
  ): void {
    const said = readAcknowledgement(body);
    const isPending = this.state.pending.has(sequence);
    const about = { consumer_seq: consumerSequence, stream_seq: sequence, deliveries };
    switch (said.kind) {
      case 'unknown':
        break;
      case 'progress':
        if (isPending) this.#redelivery.await(sequence, millis + this.#ackWait(sequence));
        break;
      case 'nak':
        if (!isPending) break;
        this.#notices.push({ kind: 'nak', ...about });
        if (said.delayMillis > 0) this.#redelivery.await(sequence, millis + said.delayMillis);
        else this.#redelivery.makeReady(sequence);
        break;
      default:
        if (said.kind === 'term' && isPending)
          this.#notices.push({ kind: 'terminated', ...about, reason: said.reason });
        this.#ack(sequence, said.kind);
    }
    if (said.kind === 'next') this.request(confirmTo, said.request, millis);
    else {
      if (confirmTo !== '') this.#confirms.push(confirmTo);
      this.run(millis);
    }
  }

  /** Gives out what can be given out, and whatever else the time calls for. */
  run(millis: number): void {
    if (this.#pausedUntil > 0 && this.#pausedUntil <= millis) this.#resume();
    this.#hasMore = false;
    this.#redelivery.advance(millis);
    this.#expirePins(millis);
    if (this.#pausedUntil === 0) this.#deliverSome(millis);
    if (this.#pausedUntil > 0 || (this.#isEmpty && !this.#isFull)) this.#answerEmpty();
    for (const waiting of this.#waiting.remove(({ expiresAt }) => expiresAt <= millis)) {
      this.#end(waiting, '408 Request Timeout');
    }
    this.#beat(millis);
  }

  /** What is to become durable; undefined: nothing. */
  takeTurn(millis: number): ConsumerTurn | undefined {
    const operations: ConsumerOperation[] = [];
    // In this order: what is acknowledged was delivered before.
    if (this.#runs.length > 0) {
      operations.push({ kind: 'delivered', consumerSequence: this.#runsBegin, runs: this.#runs, millis });
    }
    if (this.#dropped.length > 0) operations.push({ kind: 'dropped', sequences: this.#dropped, millis });
    if (this.#acked.size > 0) operations.push({ kind: 'acked', sequences: [...this.#acked], millis });
    const turn = { operations, confirms: this.#confirms, notices: this.#notices };
    this.#runs = [];
    this.#acked = new Set();
    this.#dropped = [];
    this.#confirms = [];
    this.#notices = [];
    const isNothing = operations.length + turn.confirms.length + turn.notices.length === 0;
    return isNothing ? undefined : turn;
  }

  /** The turn is durable: what was acknowledged counts. */
  applied({ operations, confirms, notices }: ConsumerTurn, millis: number): void {
    for (const operation of operations) {
      if (operation.kind !== 'acked') continue;
      this.state.apply(operation);
      for (const sequence of operation.sequences) this.#effects.release(sequence);
    }
    for (const reply of confirms) this.#effects.confirm(reply);
    for (const notice of notices) this.#effects.notice(notice);
    this.run(millis);
  }

  /** It begins anew; without a sequence where it was acknowledged up to. @returns the operation, to be applied when durable */
  reset(sequence: number, millis: number): ConsumerOperation {
    return { kind: 'reset', sequence: sequence || this.state.floor.stream + 1, millis };
  }

  applyReset(operation: ConsumerOperation, millis: number): void {
    this.state.apply(operation);
    this.#redelivery.clear();
    this.#runs = [];
    this.#acked.clear();
    this.#undelivered.begin(this.state.delivered.stream);
    this.run(millis);
  }

  unpin(group: string, reason: 'admin' | 'timeout', millis: number): void {
    if (!this.#pins.delete(group)) return;
    this.#effects.notice({ kind: 'unpinned', group, reason });
    this.run(millis);
  }

  /** Nobody gets anything more from here, for this reason: `Consumer Deleted`, `Leadership Change`. */
  close(reason: string): void {
    for (const { reply } of this.#waiting.remove(() => true)) this.#status(reply, `409 ${reason}`);
  }

  get #isEmpty(): boolean {
    return this.#undelivered.count === 0 && !this.#redelivery.hasReady;
  }

  /** So many messages are to be acknowledged that nothing new leaves, and nobody is told that there is nothing. */
  get #isFull(): boolean {
    const { max_ack_pending = 0 } = this.config;
    return max_ack_pending > 0 && this.state.pending.size >= max_ack_pending;
  }

  get #pinMillis(): number {
    return (this.config.priority_timeout ?? 0) / MILLISECOND;
  }

  #ack(sequence: number, kind: 'ack' | 'term' | 'next'): void {
    const isAll = this.config.ack_policy === 'all' && kind !== 'term';
    const sequences = isAll ? pendingUpTo(this.state, sequence) : [sequence];
    for (const one of sequences) {
      if (!this.state.pending.has(one)) continue;
      this.#acked.add(one);
      this.#redelivery.cancel(one);
    }
  }

  #ackWait(sequence: number): number {
    const { backoff = [], ack_wait = 0 } = this.config;
    const wait = backoff[Math.min(this.state.deliveries(sequence), backoff.length) - 1] ?? ack_wait;
    return wait / MILLISECOND;
  }

  #deliverSome(millis: number): void {
    for (let left = TURN_MESSAGES_MAX; left > 0; left--) {
      const waiting = this.#waiting.first((one) => this.#isEligible(one, millis));
      if (waiting === undefined) return;
      const message = this.#nextMessage();
      if (message === undefined) return;
      this.#give(message, waiting, millis);
    }
    this.#hasMore = true;
  }

  #isEligible({ request, pin, expiresAt }: Waiting, millis: number): boolean {
    if (expiresAt <= millis) return false;
    const { minPending, minAckPending, group } = request;
    if (minPending > 0 || minAckPending > 0) {
      const isOver = minPending > 0 && this.#undelivered.count >= minPending;
      return isOver || (minAckPending > 0 && this.state.pending.size >= minAckPending);
    }
    const current = this.#pins.get(group);
    return current === undefined || current.id === pin;
  }

  /** One that is due again before one that is new. */
  #nextMessage(): StoredMessage | undefined {
    const { max_deliver } = this.config;
    for (let sequence = this.#redelivery.take(); sequence !== undefined; sequence = this.#redelivery.take()) {
      const deliveries = this.state.deliveries(sequence);
      if (max_deliver > 0 && deliveries >= max_deliver) {
        this.#drop(sequence, deliveries);
        continue;
      }
      const message = this.#store.get(sequence);
      if (message !== undefined) return message;
    }
    if (this.#isFull) return undefined;
    return this.#store.get(this.#undelivered.next());
  }

  #drop(sequence: number, deliveries: number): void {
    this.state.apply({ kind: 'dropped', sequences: [sequence], millis: 0 });
    this.#dropped.push(sequence);
    this.#notices.push({ kind: 'max_deliver', stream_seq: sequence, deliveries });
  }

  #give(message: StoredMessage, waiting: Waiting, millis: number): void {
    const { sequence, subject, seconds, nanos } = message;
    const { delivered } = this.state;
    const deliveries = this.state.deliveries(sequence) + 1;
    const delivery = { deliveries, sequence, consumerSequence: delivered.consumer + 1 };
    const isNew = sequence > delivered.stream;
    const reply = ackSubject(this.#prefix, delivery, seconds, nanos, this.#undelivered.count - (isNew ? 1 : 0));
    const size = subject.length + reply.length + message.content.length;
    if (waiting.request.maxBytes > 0 && size > waiting.bytesLeft) {
      this.#waiting.remove((one) => one === waiting);
      this.#end(waiting, '409 Message Size Exceeds MaxBytes');
      if (!isNew) this.#redelivery.putBack(sequence);
      return;
    }
    if (isNew) this.#undelivered.take(sequence);
    this.#note(delivery, millis);
    if (this.config.ack_policy !== 'none') this.#redelivery.await(sequence, millis + this.#ackWait(sequence));
    const { content, headerBytes } = this.#dress(message, this.#pin(waiting, millis));
    this.#effects.deliver(waiting.reply, subject, reply, content, headerBytes);
    waiting.messagesLeft--;
    waiting.bytesLeft = Math.max(0, waiting.bytesLeft - size);
    waiting.hasHadSome = true;
    if (waiting.request.heartbeatMillis > 0) waiting.beatAt = millis + waiting.request.heartbeatMillis;
    this.#waiting.served(waiting);
  }

  /** Into the state and the turn's record. */
  #note({ sequence, consumerSequence, deliveries }: Delivery, millis: number): void {
    const run = { first: sequence, length: 1, deliveries };
    this.state.apply({ kind: 'delivered', consumerSequence, runs: [run], millis });
    if (this.#runs.length === 0) this.#runsBegin = consumerSequence;
    const last = this.#runs.at(-1);
    if (last !== undefined && last.first + last.length === sequence && last.deliveries === deliveries) {
      this.#runs[this.#runs.length - 1] = { ...last, length: last.length + 1 };
    } else this.#runs.push(run);
  }

  /** The message as it is delivered: with what the consumer adds, without what it leaves out. */
  #dress({ content, headerBytes }: StoredMessage, pin: string): { content: Buffer; headerBytes: number } {
    const { headers_only } = this.config;
    const lines: string[] = [];
    if (headers_only) lines.push(`Nats-Msg-Size: ${content.length - headerBytes}`);
    if (pin !== '') lines.push(`Nats-Pin-Id: ${pin}`);
    if (lines.length === 0) return { content, headerBytes };
    const block = withLines(content, headerBytes, lines);
    const whole = headers_only ? block : Buffer.concat([block, content.subarray(headerBytes)]);
    return { content: whole, headerBytes: block.length };
  }

  /** Whom the group is pinned to from now on, if it is to be. Others that say they are it, are told otherwise. */
  #pin(waiting: Waiting, millis: number): string {
    if (this.config.priority_policy !== 'pinned_client') return '';
    const { group } = waiting.request;
    const current = this.#pins.get(group);
    if (current !== undefined) return current.id;
    const id = this.#effects.newPin();
    this.#pins.set(group, { id, since: millis });
    waiting.pin = id;
    this.#effects.notice({ kind: 'pinned', group, pinned_id: id });
    const wrong = this.#waiting.remove((one) => one.request.group === group && one.pin !== '' && one.pin !== id);
    for (const { reply } of wrong) this.#status(reply, '423 Nats-Pin-Id mismatch');
    return id;
  }

  #expirePins(millis: number): void {
    for (const [group, { since }] of this.#pins) {
      if (since + this.#pinMillis > millis) continue;
      this.#pins.delete(group);
      this.#effects.notice({ kind: 'unpinned', group, reason: 'timeout' });
    }
  }

  /** There is nothing: those that do not wait for it are told. */
  #answerEmpty(): void {
    const isDone = ({ request, hasHadSome }: Waiting): boolean =>
      request.noWait && (request.expiresMillis === 0 || hasHadSome);
    for (const { reply } of this.#waiting.remove(isDone)) this.#status(reply, '404 No Messages');
  }

  #beat(millis: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.beatAt > millis) continue;
      waiting.beatAt = millis + waiting.request.heartbeatMillis;
      const { consumer, stream } = this.state.delivered;
      this.#status(waiting.reply, '100 Idle Heartbeat', [
        `Nats-Last-Consumer: ${consumer}`,
        `Nats-Last-Stream: ${stream}`,
      ]);
    }
  }

  #end({ reply, messagesLeft, bytesLeft }: Waiting, status: string): void {
    this.#status(reply, status, [`Nats-Pending-Messages: ${messagesLeft}`, `Nats-Pending-Bytes: ${bytesLeft}`]);
  }

  #status(to: string, status: string, lines: readonly string[] = []): void {
    this.#effects.status(to, statusBlock(status, lines));
  }
}

function pendingUpTo({ pending }: ConsumerState, sequence: number): number[] {
  const all: number[] = [];
  for (const one of pending.keys()) {
    if (one > sequence) break;
    all.push(one);
  }
  return all;
}

const statusBlock = (status: string, lines: readonly string[]): Buffer =>
  Buffer.from(`NATS/1.0 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1');
