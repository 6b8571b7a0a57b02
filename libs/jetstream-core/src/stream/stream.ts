import { type StoredMessage, type StreamStore, subjectFilter } from '@skein/storage';
import { matches, SubjectTransform } from '@skein/subjects';
import { ApiError, apiErrors } from '../api-error.ts';
import { millisOf } from '../time.ts';
import { BatchSoFar } from './batch-so-far.ts';
import { counterValue, parseIncrement } from './counter.ts';
import { countOriginal, withValue } from './counter-sources.ts';
import { Deadlines } from './deadlines.ts';
import { draws } from './draws.ts';
import { DuplicateWindow } from './duplicate-window.ts';
import { headerOf, withLines } from './header-block.ts';
import { Intake } from './intake.ts';
import { isMarker, markerBlock, NEVER, parseTtl, withTtl } from './message-ttl.ts';
import type { Original, OriginPosition } from './original.ts';
import type { Publication } from './publication.ts';
import { noHeaders, type PublishHeaders, readPublishHeaders } from './publish-headers.ts';
import { PublishOutcome } from './publish-outcome.ts';
import { PublishRules } from './publish-rules.ts';
import { Republisher } from './republish.ts';
import { nextTurn, readSchedule, type Schedule, turnMessage } from './schedule.ts';
import { sequenceAt, timeOf } from './sequence-at.ts';
import { StoppedRuns } from './stopped-runs.ts';
import type { StreamConfig } from './stream-config.ts';

const MILLISECOND = 1_000_000;
/** A roll-up removes so many messages at once. */
const ROLL_UP_MAX = 10_000;
/** Beyond that, positions in origins that are configured no longer are forgotten. */
const ORIGINS_MAX = 1024;

/** What a stream's changes lead to outside of it. Not called while an operation is applied again. */
export interface StreamEffects {
  /** Its message is there for consumers. */
  stored(sequence: number, subject: string): void;
  /** One message went; `purged` for many. */
  removed(sequence: number, subject: string): void;
  /** All that match the filter went, of those below a sequence. */
  purged(below: number, filter: string): void;
  republish(subject: string, content: Buffer, headerBytes: number): void;
}

/** What a stream that keeps messages for its consumers asks them. */
export interface Interest {
  /** Whether somebody has to have the message yet. */
  isWanted(sequence: number, subject: string): boolean;
}

/** Which messages go: all, those that match, those below a sequence, all but the newest `keep`. */
export interface Purge {
  readonly filter?: string;
  /** With a filter: what matches below this sequence has gone before, and is not looked for. */
  readonly from?: number;
  readonly seq?: number;
  readonly keep?: number;
}

/** What of a stream is neither configuration nor message. */
interface Remembered {
  lastId: string;
  lastSeconds: number;
  lastNanos: number;
  stoppedRuns?: readonly string[];
  /** Roll-ups of which messages are left. */
  unfinished?: readonly { readonly subject: string; readonly below: number }[];
  /** By `Intake.key`. Those of origins that are configured no longer stay: they may come back. */
  origins?: Record<string, OriginPosition>;
}

/**
 * A stream as a deterministic state machine: what it holds depends on the operations applied and their times alone. It has no clock:
 * `expiresAt` says when `expire` has something to do.
 */
export class Stream {
  readonly store: StreamStore;
  readonly outcome = new PublishOutcome();
  readonly #effects: StreamEffects;
  readonly #interest: Interest;
  readonly #duplicates: DuplicateWindow;
  /** Of messages with a TTL (ADR-43). */
  readonly #deadlines: Deadlines;
  /** Of schedules (ADR-51). */
  readonly #turns: Deadlines;
  readonly #remembered: Remembered;
  readonly #stoppedRuns: StoppedRuns;
  #config: StreamConfig;
  #transform: SubjectTransform | undefined;
  #republisher: Republisher | undefined;
  #rules: PublishRules;
  #maxAgeMillis = 0;
  /** Messages before this one are not removed by `max_age`. */
  #agesFrom = 0;

  /** On a store that `Stream.create` prepared. */
  constructor(store: StreamStore, effects: StreamEffects, interest: Interest) {
    this.store = store;
    this.#effects = effects;
    this.#interest = interest;
    this.#config = readValue(store, 'config') as StreamConfig;
    this.#remembered = readValue(store, 'state') as Remembered;
    this.#stoppedRuns = new StoppedRuns(this.#remembered.stoppedRuns);
    this.#duplicates = new DuplicateWindow(store);
    this.#deadlines = new Deadlines(store, 'deadline/');
    this.#turns = new Deadlines(store, 'turn/');
    this.#rules = this.#configure();
  }

  /** @param config as `checkStreamConfig` gave it */
  static create(store: StreamStore, config: StreamConfig, effects: StreamEffects, interest: Interest): Stream {
    writeValue(store, 'config', config);
    writeValue(store, 'state', { lastId: '', lastSeconds: 0, lastNanos: 0 } satisfies Remembered);
    if (config.first_seq !== undefined && config.first_seq > 1) store.skipTo(config.first_seq - 1);
    return new Stream(store, effects, interest);
  }

  get config(): StreamConfig {
    return this.#config;
  }

  /** When the newest sequence was given; zero for both parts: not known. */
  get lastTime(): { seconds: number; nanos: number } {
    return { seconds: this.#remembered.lastSeconds, nanos: this.#remembered.lastNanos };
  }

  /** To be called before the store's changes go to disk together with the number of the last operation applied. */
  save(): void {
    writeValue(this.store, 'state', { ...this.#remembered, stoppedRuns: this.#stoppedRuns.toJSON() });
    this.#duplicates.save(this.store);
    this.#deadlines.save(this.store);
    this.#turns.save(this.store);
  }

  /**
   * Stores a message, or refuses it, or finds that it was stored before: `outcome` says which.
   *
   * @param run as `Publication.run`
   * @returns the sequence; 0 when it was refused
   */
  publish(subject: string, content: Buffer, headerBytes: number, seconds: number, nanos: number, run = ''): number {
    if (run !== '') return this.#publishInRun(subject, content, headerBytes, seconds, nanos, run);
    const { outcome } = this;
    outcome.reset();
    const own = this.#ownSubject(subject);
    outcome.error = this.#rules.refusal(content, headerBytes);
    if (outcome.error !== undefined) return 0;
    const headers = readPublishHeaders(content, headerBytes);
    const { lastId } = this.#remembered;
    outcome.error = this.#rules.fault(own, content, headerBytes, headers, millisOf(seconds, nanos), lastId);
    if (outcome.error !== undefined) return 0;
    outcome.sequence = this.#rules.duplicateOf;
    outcome.isDuplicate = outcome.sequence > 0;
    if (!outcome.isDuplicate) outcome.sequence = this.#store(own, content, headerBytes, headers, seconds, nanos);
    return outcome.sequence;
  }

  #publishInRun(
    subject: string,
    content: Buffer,
    headerBytes: number,
    seconds: number,
    nanos: number,
    run: string,
  ): number {
    if (this.#stoppedRuns.has(run)) {
      this.outcome.reset();
      this.outcome.error = apiErrors.fastBatchUnknown();
      return 0;
    }
    const sequence = this.publish(subject, content, headerBytes, seconds, nanos);
    if (sequence === 0) this.#stoppedRuns.add(run);
    return sequence;
  }

  /**
   * Stores all messages of an atomic batch, or none (ADR-50). `outcome` is that of its last message.
   *
   * @returns the last one's sequence; 0 when it was refused
   */
  commitBatch(id: string, messages: readonly Publication[], seconds: number, nanos: number): number {
    const { outcome } = this;
    outcome.reset();
    const headersOf = messages.map(({ content, headerBytes }) => readPublishHeaders(content, headerBytes));
    outcome.error = this.#batchFault(messages, headersOf, millisOf(seconds, nanos));
    if (outcome.error !== undefined) return 0;
    for (let i = 0; i < messages.length; i++) {
      const { subject, content, headerBytes } = messages[i] as Publication;
      const headers = headersOf[i] as Readonly<PublishHeaders>;
      outcome.sequence = this.#store(this.#ownSubject(subject), content, headerBytes, headers, seconds, nanos);
    }
    outcome.value = '';
    outcome.batch = id;
    outcome.count = messages.length;
    return outcome.sequence;
  }

  #batchFault(
    messages: readonly Publication[],
    headersOf: readonly Readonly<PublishHeaders>[],
    millis: number,
  ): ApiError | undefined {
    if (!this.#config.allow_atomic) return apiErrors.batchDisabled();
    const batch = new BatchSoFar();
    const { lastId } = this.#remembered;
    for (let i = 0; i < messages.length; i++) {
      const { subject, content, headerBytes } = messages[i] as Publication;
      const headers = headersOf[i] as Readonly<PublishHeaders>;
      const own = this.#ownSubject(subject, batch.messages);
      const fault =
        this.#rules.refusal(content, headerBytes) ??
        this.#rules.fault(own, content, headerBytes, headers, millis, lastId, batch);
      if (fault !== undefined) return fault;
      batch.add(own, this.store.sizeOf(own, content.length, headerBytes), headers.messageId);
    }
    return undefined;
  }

  /** Removes messages (ADR-1). @returns how many. @throws ApiError */
  purge({ filter = '', from = 0, seq = 0, keep = 0 }: Purge): number {
    if (seq > 0 && keep > 0) throw apiErrors.badRequest();
    if (this.#config.sealed) throw apiErrors.streamSealed();
    if (this.#config.deny_purge) throw apiErrors.purgeDenied();
    return filter === '' || filter === '>' ? this.#purgeAll(seq, keep) : this.#purgeSubjects(filter, seq, keep, from);
  }

  /** @param secure its bytes are overwritten. @throws ApiError */
  deleteMessage(sequence: number, secure: boolean): void {
    if (this.#config.sealed) throw apiErrors.streamSealed();
    if (this.#config.deny_delete) throw apiErrors.messageDeleteDenied();
    if (!this.#remove(sequence, secure)) throw apiErrors.sequenceNotFound(sequence);
  }

  /** A consumer has no more use for the message: it goes when the stream keeps messages for consumers only, and nobody wants it. */
  release(sequence: number): void {
    if (this.#config.retention === 'limits') return;
    const message = this.store.get(sequence);
    if (message !== undefined && !this.#interest.isWanted(sequence, message.subject)) this.#remove(sequence, false);
  }

  /** @param config as `checkStreamUpdate` gave it */
  update(config: StreamConfig): void {
    const { max_msgs_per_subject: before } = this.#config;
    this.#config = config;
    writeValue(this.store, 'config', config);
    this.#rules = this.#configure();
    const { max_msgs_per_subject: max } = config;
    if (max > 0 && (before < 0 || max < before)) {
      const over = [...this.store.subjects()].filter(([, { messages }]) => messages > max);
      for (const [subject] of over) this.#enforceSubject(subject);
    }
    this.#enforceTotals();
  }

  /** Something that was begun goes on with `expire`. */
  get isUnfinished(): boolean {
    return (this.#remembered.unfinished?.length ?? 0) > 0;
  }

  /** The moment at which `expire` has something to do, in milliseconds; Infinity when nothing here ages. */
  get expiresAt(): number {
    if (this.isUnfinished) return 0;
    const oldest = this.#maxAgeMillis > 0 ? this.store.next(Math.max(this.#agesFrom, this.store.first)) : 0;
    const message = oldest > 0 ? this.store.get(oldest) : undefined;
    const byAge = message === undefined ? Number.POSITIVE_INFINITY : timeOf(message) + this.#maxAgeMillis;
    return Math.min(this.#deadlines.first, this.#turns.first, byAge);
  }

  /** Removes what has grown too old by now, with markers where the stream wants them (ADR-43); schedules have their turns. */
  expire(seconds: number, nanos: number): void {
    const now = millisOf(seconds, nanos);
    this.#goOn();
    for (;;) {
      const sequence = this.#deadlines.take(this.store, now);
      if (sequence === undefined) break;
      this.#age(sequence, seconds, nanos);
    }
    this.#takeTurns(now, seconds, nanos);
    if (this.#maxAgeMillis <= 0) return;
    const { store } = this;
    if (!this.#config.allow_msg_ttl) {
      this.#removeBelow(sequenceAt(store, (millis) => millis + this.#maxAgeMillis > now));
      return;
    }
    // No marker that is stored meanwhile is looked at.
    const { last } = store;
    for (let at = store.next(Math.max(this.#agesFrom, store.first)); at > 0 && at <= last; at = store.next(at + 1)) {
      if (!this.#isAged(at, now)) break;
      this.#agesFrom = at + 1;
      const { content, headerBytes } = store.get(at) as StoredMessage;
      if (parseTtl(headerOf(content, headerBytes, 'Nats-TTL') ?? '') !== NEVER) this.#age(at, seconds, nanos);
    }
  }

  /**
   * Takes messages of an origin, in their order, as far as there is place; those taken before are left out. A mirror keeps their
   * sequences and times. What they asked of the origin is not asked again (ADR-59).
   *
   * @param key of the `Intake`; '' for a mirror
   * @returns the last one's sequence at the origin
   * @throws ApiError why not even the first has a place
   */
  ingest(key: string, identity: string, messages: readonly Original[], seconds: number, nanos: number): number {
    const isMirror = key === '';
    let through = 0;
    for (const original of messages) {
      const { origin } = original;
      if (origin > this.takenThrough(key, identity)) {
        const fault = isMirror ? this.#mirror(original) : this.#takeIn(original, seconds, nanos);
        if (fault !== undefined) {
          if (through === 0) throw fault;
          break;
        }
        if (!isMirror) this.#keepPosition(key, { sequence: origin, identity });
      }
      through = origin;
    }
    return through;
  }

  /** Up to which of an origin's sequences messages were taken. @param identity of the origin as it is now */
  takenThrough(key: string, identity: string): number {
    if (key === '') return this.store.last;
    const position = this.#remembered.origins?.[key];
    return position?.identity === identity ? position.sequence : 0;
  }

  #keepPosition(key: string, position: OriginPosition): void {
    const { origins = {} } = this.#remembered;
    this.#remembered.origins = origins;
    if (origins[key] === undefined && Object.keys(origins).length >= ORIGINS_MAX) this.#forgetOrigins(origins);
    origins[key] = position;
  }

  /** Those that are not configured. */
  #forgetOrigins(origins: Record<string, OriginPosition>): void {
    const { sources = [] } = this.#config;
    const configured = new Set(sources.map((source) => new Intake(source, false).key));
    for (const key of Object.keys(origins)) if (!configured.has(key)) delete origins[key];
  }

  #mirror({ origin, subject, content, headerBytes, seconds, nanos }: Original): ApiError | undefined {
    const own = this.#ownSubject(subject);
    const fault = this.#rules.placeFault(own, content, headerBytes);
    if (fault !== undefined) return fault;
    this.#keep(origin, own, content, headerBytes, seconds, nanos);
    return undefined;
  }

  #takeIn({ subject, content, headerBytes }: Original, seconds: number, nanos: number): ApiError | undefined {
    const { store } = this;
    const own = this.#ownSubject(subject);
    const counted = this.#config.allow_msg_counter
      ? countOriginal(store, own, content, headerBytes)
      : { content, headerBytes };
    if (counted instanceof ApiError) return counted;
    const fault = this.#rules.placeFault(own, counted.content, counted.headerBytes);
    if (fault !== undefined) return fault;
    const { messageId } = readPublishHeaders(content, headerBytes);
    if (messageId !== '' && this.#rules.isDuplicate(messageId, millisOf(seconds, nanos))) return undefined;
    this.#keep(store.last + 1, own, counted.content, counted.headerBytes, seconds, nanos);
    return undefined;
  }

  /** Stores an origin's message. */
  #keep(sequence: number, subject: string, content: Buffer, headerBytes: number, seconds: number, nanos: number): void {
    const { allow_msg_ttl, allow_rollup_hdrs, duplicate_window = 0 } = this.#config;
    const { messageId, rollup, ttl } = readPublishHeaders(content, headerBytes);
    const remembered = this.#remembered;
    remembered.lastSeconds = seconds;
    remembered.lastNanos = nanos;
    remembered.lastId = messageId;
    if (messageId !== '' && duplicate_window > 0) this.#duplicates.add(messageId, sequence, millisOf(seconds, nanos));
    if (this.#isUnwanted(sequence, subject)) {
      this.store.skipTo(sequence);
      return;
    }
    const lifetime = allow_msg_ttl && ttl !== '' ? (parseTtl(ttl) ?? 0) : 0;
    this.#appendWithTtl(sequence, subject, content, headerBytes, lifetime, seconds, nanos);
    if (allow_rollup_hdrs && /^(?:sub|all)$/i.test(rollup)) this.#rollUp(rollup, subject, sequence);
  }

  /**
   * Puts back a message of a backup, as it was stored, on a stream that nobody uses yet. What its headers asked for was done then; its
   * own end and a schedule's next turn are still to come.
   *
   * @throws RangeError when its sequence was given before
   */
  restore({ sequence, subject, content, headerBytes, seconds, nanos }: StoredMessage): void {
    this.store.append(sequence, subject, content, headerBytes, seconds, nanos);
    const { messageId, ttl, schedule } = readPublishHeaders(content, headerBytes);
    this.#remembered.lastId = messageId;
    this.#remembered.lastSeconds = seconds;
    this.#remembered.lastNanos = nanos;
    const lifetime = this.#config.allow_msg_ttl && ttl !== '' ? (parseTtl(ttl) ?? 0) : 0;
    if (lifetime > 0) this.#deadlines.add(sequence, millisOf(seconds + lifetime, nanos));
    if (schedule !== '') this.#plan(sequence, millisOf(seconds, nanos));
  }

  /** The backup's newest sequence, whose message may have gone, and when it was given. */
  restoreEnd(last: number, seconds: number, nanos: number): void {
    if (last <= this.store.last) return;
    this.store.skipTo(last);
    this.#remembered.lastId = '';
    this.#remembered.lastSeconds = seconds;
    this.#remembered.lastNanos = nanos;
  }

  #isAged(sequence: number, now: number): boolean {
    const message = this.store.get(sequence);
    return message !== undefined && timeOf(message) + this.#maxAgeMillis <= now;
  }

  #configure(): PublishRules {
    const { name, subject_transform, republish, max_age, compression } = this.#config;
    this.store.isCompressed = compression === 's2';
    this.#transform = subject_transform && new SubjectTransform(subject_transform.src || '>', subject_transform.dest);
    this.#republisher = republish && new Republisher(name, republish);
    this.#maxAgeMillis = max_age / MILLISECOND;
    this.#agesFrom = 0;
    return new PublishRules(this.store, this.#duplicates, this.#config);
  }

  /** @param ahead how many messages, not stored yet, come before this one */
  #ownSubject(subject: string, ahead = 0): string {
    const transform = this.#transform;
    if (transform === undefined || !matches(transform.source, subject)) return subject;
    return transform.isRandom ? transform.apply(subject, draws(this.store.last + ahead)) : transform.apply(subject);
  }

  #store(
    subject: string,
    content: Buffer,
    headerBytes: number,
    headers: Readonly<PublishHeaders>,
    seconds: number,
    nanos: number,
  ): number {
    const { store } = this;
    const { messageId, increment, rollup, ttl } = headers;
    const sequence = store.last + 1;
    const remembered = this.#remembered;
    remembered.lastSeconds = seconds;
    remembered.lastNanos = nanos;
    remembered.lastId = messageId;
    if (messageId !== '') this.#duplicates.add(messageId, sequence, millisOf(seconds, nanos));
    if (this.#isUnwanted(sequence, subject)) {
      store.skipTo(sequence);
      return sequence;
    }
    const lifetime = ttl === '' ? 0 : (parseTtl(ttl) as number);
    if (increment !== '') {
      const value = counterValue(store, subject) + (parseIncrement(increment) as bigint);
      this.outcome.value = String(value);
      const counter = withValue(store, subject, content, headerBytes, value);
      this.#append(sequence, subject, counter.content, counter.headerBytes, 0, seconds, nanos);
    } else if (headers.schedule !== '' && rollup === '') {
      const block = withLines(content, headerBytes, ['Nats-Rollup: sub']);
      const stored = Buffer.concat([block, content.subarray(headerBytes)]);
      this.#append(sequence, subject, stored, block.length, lifetime, seconds, nanos);
    } else {
      this.#appendWithTtl(sequence, subject, content, headerBytes, lifetime, seconds, nanos);
    }
    if (rollup !== '') this.#rollUp(rollup, subject, sequence);
    if (headers.schedule !== '') {
      // A new schedule takes the place of what is on its subject.
      this.#rollUp('sub', subject, sequence);
      this.#plan(sequence, millisOf(seconds, nanos));
    } else if (headers.scheduler !== '') {
      this.#purgeSubjects(headers.scheduler, 0, 0);
    }
    return sequence;
  }

  #plan(sequence: number, after: number): void {
    const schedule = this.#scheduleOf(sequence);
    const turn = schedule && nextTurn(schedule, after);
    if (turn !== undefined) this.#turns.add(sequence, turn);
  }

  /** Undefined when its message has gone, or the stream's subjects are no longer such that it holds. */
  #scheduleOf(sequence: number): Schedule | undefined {
    const message = this.store.get(sequence);
    if (message === undefined) return undefined;
    const read = readSchedule(message.subject, message.content, message.headerBytes, this.#config);
    return read instanceof Error ? undefined : read;
  }

  #takeTurns(now: number, seconds: number, nanos: number): void {
    // One each: a schedule whose turns were missed does not catch up.
    const due: number[] = [];
    for (let one = this.#turns.take(this.store, now); one !== undefined; one = this.#turns.take(this.store, now)) {
      due.push(one);
    }
    for (const sequence of due) {
      const schedule = this.#scheduleOf(sequence);
      if (schedule !== undefined) this.#takeTurn(sequence, schedule, seconds, nanos);
    }
  }

  #takeTurn(sequence: number, schedule: Schedule, seconds: number, nanos: number): void {
    const { store } = this;
    const now = millisOf(seconds, nanos);
    const own = store.get(sequence) as StoredMessage;
    const { target, source, ttl, isRollup } = schedule;
    const isOnce = schedule.pattern.kind === 'at';
    const next = isOnce ? undefined : nextTurn(schedule, now);
    const from = store.get(store.subject(source)?.last ?? 0) ?? own;
    const { content, headerBytes } = turnMessage(own.subject, schedule, from, next);
    const to = this.#ownSubject(target);
    if (this.#rules.fault(to, content, headerBytes, noHeaders, now, '') === undefined) {
      const lifetime = ttl === '' ? 0 : (parseTtl(ttl) as number);
      const given = this.#give(to, content, headerBytes, lifetime, seconds, nanos);
      if (isRollup) this.#rollUp('sub', to, given);
    }
    if (isOnce) this.#remove(sequence, false);
    else if (next !== undefined) this.#turns.add(sequence, next);
  }

  /** Stores what the stream itself makes. */
  #give(subject: string, content: Buffer, headerBytes: number, ttl: number, seconds: number, nanos: number): number {
    const sequence = this.store.last + 1;
    this.#remembered.lastSeconds = seconds;
    this.#remembered.lastNanos = nanos;
    if (this.#isUnwanted(sequence, subject)) this.store.skipTo(sequence);
    else this.#append(sequence, subject, content, headerBytes, ttl, seconds, nanos);
    return sequence;
  }

  #isUnwanted(sequence: number, subject: string): boolean {
    return this.#config.retention === 'interest' && !this.#interest.isWanted(sequence, subject);
  }

  /** Seconds: a marker outlives no message that it follows, except where each message takes the last one's place (ADR-43). */
  #leastTtl(): number {
    const { subject_delete_marker_ttl = 0, max_msgs_per_subject } = this.#config;
    return max_msgs_per_subject === 1 ? 0 : Math.floor(subject_delete_marker_ttl / 1e9);
  }

  /** @param lifetime in seconds; 0: none */
  #appendWithTtl(
    sequence: number,
    subject: string,
    content: Buffer,
    headerBytes: number,
    lifetime: number,
    seconds: number,
    nanos: number,
  ): void {
    const least = this.#leastTtl();
    if (lifetime > 0 && lifetime < least) {
      const raised = withTtl(content, headerBytes, least);
      this.#append(sequence, subject, raised.content, raised.headerBytes, least, seconds, nanos);
    } else {
      this.#append(sequence, subject, content, headerBytes, lifetime, seconds, nanos);
    }
  }

  #append(
    sequence: number,
    subject: string,
    content: Buffer,
    headerBytes: number,
    ttl: number,
    seconds: number,
    nanos: number,
  ): void {
    const { store } = this;
    const previous = this.#republisher === undefined ? 0 : (store.subject(subject)?.last ?? 0);
    store.append(sequence, subject, content, headerBytes, seconds, nanos);
    if (ttl > 0) this.#deadlines.add(sequence, millisOf(seconds + ttl, nanos));
    this.#effects.stored(sequence, subject);
    if (this.#config.max_msgs_per_subject > 0) this.#enforceSubject(subject);
    this.#enforceTotals();
    const target = this.#republisher?.subjectFor(subject);
    if (target !== undefined) {
      const stored = { sequence, subject, content, headerBytes, seconds, nanos };
      const message = (this.#republisher as Republisher).message(stored, previous);
      this.#effects.republish(target, message.content, message.headerBytes);
    }
  }

  #enforceSubject(subject: string): void {
    const { max_msgs_per_subject: max } = this.#config;
    for (;;) {
      const state = this.store.subject(subject);
      if (state === undefined || state.messages <= max) return;
      this.#remove(state.first, false);
    }
  }

  #enforceTotals(): void {
    const { max_msgs, max_bytes } = this.#config;
    const { store } = this;
    while (max_msgs > 0 && store.messages > max_msgs) this.#remove(store.first, false);
    while (max_bytes > 0 && store.bytes > max_bytes && store.messages > 0) this.#remove(store.first, false);
  }

  #rollUp(rollup: string, subject: string, sequence: number): void {
    if (rollup.toLowerCase() === 'all') this.#removeBelow(sequence);
    else this.#rollUpSubject(subject, sequence);
  }

  /** What is too much for one operation goes with the next ones. */
  #rollUpSubject(subject: string, sequence: number): void {
    if (this.#purgeSubjects(subject, sequence, 0, 0, ROLL_UP_MAX) < ROLL_UP_MAX) return;
    const remembered = this.#remembered;
    const others = (remembered.unfinished ?? []).filter((one) => one.subject !== subject);
    remembered.unfinished = [...others, { subject, below: sequence }];
  }

  #goOn(): void {
    const [first, ...others] = this.#remembered.unfinished ?? [];
    if (first === undefined) return;
    this.#remembered.unfinished = others;
    this.#rollUpSubject(first.subject, first.below);
  }

  #purgeAll(seq: number, keep: number): number {
    const { store } = this;
    if (keep > 0) return keep >= store.messages ? 0 : this.#removeBelow(this.#newest(keep));
    if (seq === 0) return this.#removeBelow(store.last + 1);
    return this.#removeBelow(seq);
  }

  /** The sequence from which on there are so many messages. */
  #newest(count: number, filter = ''): number {
    const { store } = this;
    const pattern = filter === '' ? undefined : subjectFilter([filter]);
    let at = store.last + 1;
    for (let left = count; left > 0; left--) at = store.previous(at - 1, pattern);
    return at;
  }

  /** The first sequence that a purge of these subjects leaves alone. */
  #purgeEnd(filter: string, seq: number, keep: number): number {
    const { store } = this;
    if (keep === 0) return seq > 0 ? seq : store.last + 1;
    return store.count(store.first, subjectFilter([filter])) <= keep ? store.first : this.#newest(keep, filter);
  }

  #purgeSubjects(filter: string, seq: number, keep: number, from = 0, max = Number.POSITIVE_INFINITY): number {
    const { store } = this;
    const pattern = subjectFilter([filter]);
    const below = this.#purgeEnd(filter, seq, keep);
    let removed = 0;
    let last = 0;
    for (let at = store.next(from, pattern, below - 1); at > 0 && removed < max; ) {
      store.remove(at);
      removed++;
      last = at;
      at = store.next(at + 1, pattern, below - 1);
    }
    if (removed > 0) this.#effects.purged(removed < max ? below : last + 1, filter);
    return removed;
  }

  #removeBelow(sequence: number): number {
    if (sequence <= this.store.first) return 0;
    const removed = this.store.removeThrough(sequence - 1);
    this.#effects.purged(sequence, '');
    return removed;
  }

  #remove(sequence: number, secure: boolean): boolean {
    const message = this.store.get(sequence);
    if (message === undefined) return false;
    const { subject } = message;
    this.store.remove(sequence, secure);
    this.#effects.removed(sequence, subject);
    return true;
  }

  /** Its age removes a message. */
  #age(sequence: number, seconds: number, nanos: number): void {
    const message = this.store.get(sequence);
    if (message === undefined) return;
    const { subject, content, headerBytes } = message;
    this.#remove(sequence, false);
    const { subject_delete_marker_ttl: ttl = 0 } = this.#config;
    if (ttl === 0 || this.store.subject(subject) !== undefined) return;
    if (isMarker(content, headerBytes)) return;
    const block = markerBlock(ttl);
    this.#give(subject, block, block.length, Math.ceil(ttl / 1e9), seconds, nanos);
  }
}

const readValue = (store: StreamStore, key: string): unknown => JSON.parse((store.value(key) as Buffer).toString());

function writeValue(store: StreamStore, key: string, value: object): void {
  store.setValue(key, Buffer.from(JSON.stringify(value)));
}
