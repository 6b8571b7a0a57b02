import {
  ApiError,
  apiErrors,
  Intake,
  millisOf,
  type Original,
  parseTime,
  type SourceProgress,
  type StreamSource,
  sequenceAt,
  shortHash,
} from '@skein/jetstream-core';
import type { StoredMessage } from '@skein/storage';
import type { Appointment } from '../agenda.ts';
import type { StreamHost } from '../hosted-stream.ts';
import { storeUnavailable } from '../store-errors.ts';
import type { ListedStream } from '../stores/catalogue.ts';
import type { TurnTask } from '../turn.ts';
import type { RemoteFeed } from './remote-feed.ts';

/** One operation takes so much of an origin; one is on its way at a time. */
const MESSAGES_MAX = 1000;
const BYTES_MAX = 1024 * 1024;
/** What had no place is tried again after so long. */
const RETRY_MS = 5000;
const NANOS_IN_MILLI = 1_000_000;

/** What brings messages of an origin to a stream. */
export interface OriginFeed {
  readonly source: StreamSource;
  /** There may be something to take. */
  wake(): void;
  /** @param isRemoved it is configured no longer */
  end(isRemoved: boolean): void;
  progress(): SourceProgress;
}

/** Where a feed finds the stream that it takes from. */
export type FindStream = (account: string, name: string) => StreamHost | undefined;

/** Where it finds what other stores have. */
export type FindElsewhere = (account: string, name: string) => ListedStream | undefined;

/**
 * Takes messages of a stream of this process into another: what the origin holds is on disk there. Where it is with that, the stream knows
 * that takes (`Stream.takenThrough`), so it goes on there whatever happens in between.
 */
export class Feed implements TurnTask, OriginFeed {
  isPlanned = false;
  readonly source: StreamSource;
  readonly #stream: StreamHost;
  readonly #find: FindStream;
  readonly #intake: Intake;
  readonly #isMirror: boolean;
  readonly #retry: Appointment;
  #origin: StreamHost | undefined;
  #error: ApiError | undefined;
  #heardMillis = -1;
  #isBusy = false;
  #isEnded = false;
  /** The origin gives away what its consumers have acknowledged: this is one of them. */
  #remote: RemoteFeed | undefined;
  /** What it was made for. */
  #remoteKey = '';
  readonly #findElsewhere: FindElsewhere;
  readonly #newRemote: (kind: 'durable' | 'ephemeral', identity?: string) => RemoteFeed;

  /** @param newRemote takes as a consumer of the origin does: a durable one, or one that is made anew each time */
  constructor(
    stream: StreamHost,
    source: StreamSource,
    isMirror: boolean,
    find: FindStream,
    findElsewhere: FindElsewhere,
    newRemote: (kind: 'durable' | 'ephemeral', identity?: string) => RemoteFeed,
  ) {
    this.#findElsewhere = findElsewhere;
    this.#newRemote = newRemote;
    this.source = source;
    this.#stream = stream;
    this.#find = find;
    this.#intake = new Intake(source, isMirror);
    this.#isMirror = isMirror;
    this.#retry = { dueAt: Number.POSITIVE_INFINITY, due: () => this.wake() };
  }

  /** There may be something to take. */
  wake(): void {
    if (!this.#isEnded) this.#stream.host.turn.plan(this);
  }

  end(isRemoved: boolean): void {
    this.#isEnded = true;
    this.#follow(undefined);
    this.#remote?.end(isRemoved);
    this.#stream.host.agenda.plan(this.#retry, Number.POSITIVE_INFINITY);
  }

  endTurn(): void {
    if (this.#isEnded || this.#isBusy) return;
    try {
      this.#takeSome();
    } catch (error) {
      // Damage at the origin.
      this.#stop(error as Error);
    }
  }

  progress(): SourceProgress {
    if (this.#remote !== undefined) return this.#remote.progress();
    const origin = this.#origin;
    const error = this.#error;
    if (origin === undefined) return { lag: 0, seq: 0, active: this.#active, error };
    const through = this.#stream.stream.takenThrough(this.#intake.key, identityOf(origin));
    const from = this.#next(origin);
    const lag = from > origin.store.last ? 0 : origin.store.count(from, this.#intake.filter);
    return { lag, seq: this.#isMirror ? 0 : through, active: this.#active, error };
  }

  /** Nanoseconds since something was heard of the origin: it is here, or it is not. */
  get #active(): number {
    if (this.#heardMillis < 0) return -1;
    const now = this.#stream.host.clock.tick();
    if (this.#origin !== undefined) this.#heardMillis = now;
    return Math.max(1, Math.round((now - this.#heardMillis) * NANOS_IN_MILLI));
  }

  #takeSome(): void {
    const { account } = this.#stream;
    const origin = this.#find(account, this.source.name);
    const listed = origin === undefined ? this.#findElsewhere(account, this.source.name) : undefined;
    if (listed !== undefined) {
      this.#follow(undefined);
      this.#takeRemotely(listed.config.retention !== 'limits', identityOf(listed));
      return;
    }
    if (origin === undefined || origin.isVoid) {
      this.#follow(undefined);
      this.#said(origin?.fault === undefined ? apiErrors.streamNotFound() : storeUnavailable());
      return;
    }
    this.#follow(origin);
    if (origin.stream.config.retention !== 'limits') {
      this.#takeRemotely(true);
      return;
    }
    this.#remote?.end(true);
    this.#remote = undefined;
    const from = this.#next(origin);
    if (this.#isMirror && this.#stream.store.last === 0 && from > 1) {
      this.#change(this.#stream.change({ kind: 'skip', through: from - 1 }));
      return;
    }
    const messages = this.#read(origin, from);
    if (messages.length === 0) {
      this.#said(undefined);
      return;
    }
    const identity = identityOf(origin);
    this.#change(this.#stream.change({ kind: 'ingest', key: this.#intake.key, identity, messages }));
  }

  /** Of an origin that gives away what was acknowledged, durably; of one elsewhere, which is known by its identity, as one that is here. */
  #takeRemotely(isDurable: boolean, identity = ''): void {
    const key = isDurable ? 'durable' : identity;
    if (this.#remote === undefined || this.#remoteKey !== key) {
      this.#remote?.end(true);
      this.#remote = isDurable ? this.#newRemote('durable') : this.#newRemote('ephemeral', identity);
      this.#remoteKey = key;
    }
    this.#remote.wake();
  }

  /** The sequence at the origin that is wanted next. */
  #next(origin: StreamHost): number {
    const through = this.#stream.stream.takenThrough(this.#intake.key, identityOf(origin));
    if (through > 0) return through + 1;
    const { opt_start_seq, opt_start_time } = this.source;
    if (opt_start_seq) return opt_start_seq;
    const start = opt_start_time === undefined ? undefined : parseTime(opt_start_time);
    if (start === undefined) return 1;
    const wanted = millisOf(start.seconds, start.nanos);
    return sequenceAt(origin.store, (millis) => millis >= wanted);
  }

  #read(origin: StreamHost, from: number): Original[] {
    const { store } = origin;
    const { filter } = this.#intake;
    const identity = identityOf(origin);
    const messages: Original[] = [];
    let bytes = 0;
    for (let at = store.next(from, filter); at > 0; at = store.next(at + 1, filter)) {
      const original = this.#intake.original(store.get(at) as StoredMessage, identity);
      bytes += original.content.length + original.subject.length;
      messages.push(original);
      if (messages.length >= MESSAGES_MAX || bytes >= BYTES_MAX) break;
    }
    return messages;
  }

  #change(changed: Promise<number>): void {
    this.#isBusy = true;
    changed.then(
      () => {
        this.#isBusy = false;
        this.#said(undefined);
        this.wake();
      },
      (error: Error) => {
        this.#isBusy = false;
        this.#stop(error);
      },
    );
  }

  /** Until later: what has no place now may have one then. */
  #stop(error: Error): void {
    if (this.#isEnded) return;
    this.#said(error instanceof ApiError ? error : new ApiError(500, 10045, error.message));
    const { agenda, clock } = this.#stream.host;
    agenda.plan(this.#retry, clock.tick() + RETRY_MS);
  }

  #said(error: ApiError | undefined): void {
    const { clock, logger } = this.#stream.host;
    if (this.#origin !== undefined) this.#heardMillis = clock.millis;
    if (error !== undefined && error.message !== this.#error?.message) {
      const { account, name } = this.#stream;
      logger.warn(`JetStream stream '${account} > ${name}' takes nothing from '${this.source.name}': ${error.message}`);
    }
    this.#error = error;
  }

  /** Is woken by what is stored there. */
  #follow(origin: StreamHost | undefined): void {
    if (this.#origin === origin) return;
    this.#origin?.followers.delete(this);
    this.#origin = origin;
    origin?.followers.add(this);
  }
}

/** Another stream of the same name has another: it was made at another time. */
function identityOf({ account, name, created }: Pick<ListedStream, 'account' | 'name' | 'created'>): string {
  return shortHash(`${account} ${name} ${created.seconds}.${created.nanos}`);
}
