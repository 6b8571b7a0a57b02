import {
  ApiError,
  apiErrors,
  headerOf,
  Intake,
  type Original,
  parseAckSubject,
  type SourceProgress,
  type StreamSource,
  shortHash,
} from '@skein/jetstream-core';
import type { Appointment } from '../agenda.ts';
import type { StreamHost } from '../hosted-stream.ts';
import { readConsumerAnswer } from './consumer-answer.ts';
import type { OriginFeed } from './feed.ts';

/** One operation takes so much; what waits may be what flow control lets through, and no more. */
const MESSAGES_MAX = 1000;
const BYTES_MAX = 1024 * 1024;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
/** What something that waits takes beside its content: what has none is bounded, too. */
const WAITING_OVERHEAD = 256;
const ANSWER_MS = 5000;
const RETRY_MS = 5000;
/** Without a heartbeat for so long, the consumer is made anew. */
const SILENCE_MS = 5000;
const SECOND = 1_000_000_000;
const NANOS_IN_MILLI = 1_000_000;
/** Beyond it no stream is; what is stored here after such a message needs numbers, too. */
const SEQUENCE_MAX = 2 ** 52;
/** Where a consumer's questions about flow are answered. */
const FLOW = /^\$JS\.FC\.([^\s*>]+)$/;
const STATUS = /^NATS\/1\.0 (\d{3}) ?(.*?)\r\n/;

/** What a feed has of the process. */
export interface FeedBus {
  /** What comes on the account's subject is for this feed. @returns false: it is for another one */
  listen(account: string, subject: string, feed: RemoteFeed): boolean;
  unlisten(account: string, subject: string, feed: RemoteFeed): void;
  /** What was said to be listened to reaches us. */
  settled(): Promise<void>;
  /** A message as a client of the account would publish it. */
  publish(account: string, subject: string, reply: string, content: Buffer, headerBytes: number): void;
}

/** Made for one attempt; made once and found again, where the origin gives away what was acknowledged; made by somebody, to be read from. */
export type ConsumerKind = 'ephemeral' | 'durable' | 'prepared';

/** What waits to be taken: a message, or a question that is answered when all before it is. */
type Waiting = { readonly original: Original; readonly place: number } | { readonly flow: string };

/**
 * Takes messages of an origin as any client could: by a push consumer there, over its API's prefix (ADR-59). Of an origin that gives away what
 * was acknowledged the consumer is durable, and what is stored here is acknowledged by flow control, as to one that was made beforehand (ADR-60).
 */
export class RemoteFeed implements OriginFeed {
  readonly source: StreamSource;
  readonly #stream: StreamHost;
  readonly #intake: Intake;
  readonly #bus: FeedBus;
  readonly #isMirror: boolean;
  readonly #kind: ConsumerKind;
  readonly #identity: string;
  readonly #name: string;
  readonly #deliverPrefix: string;
  readonly #inbox: string;
  readonly #watchdog: Appointment;
  readonly #retry: Appointment;
  #deliverSubject = '';
  #attempts = 0;
  #state: 'away' | 'asking' | 'resetting' | 'reading' = 'away';
  #place = 0;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #stored = { place: 0, sequence: 0 };
  #lag = 0;
  #error: ApiError | undefined;
  #heardMillis = -1;
  #isBusy = false;
  #hasBegun = false;
  #isEnded = false;

  /** @param identity of an origin that is known better than by its name */
  constructor(
    stream: StreamHost,
    source: StreamSource,
    isMirror: boolean,
    kind: ConsumerKind,
    bus: FeedBus,
    identity?: string,
  ) {
    const { external, consumer } = source;
    this.source = source;
    this.#stream = stream;
    this.#bus = bus;
    this.#isMirror = isMirror;
    this.#kind = kind;
    this.#intake = new Intake(source, isMirror);
    this.#identity = identity ?? shortHash(`${external?.api ?? ''} ${source.name}`);
    // The same in each life: a durable consumer is found again.
    const own = shortHash(`${stream.account} ${stream.name} ${this.#intake.key}`);
    this.#name = consumer?.name ?? `JS_${isMirror ? 'MIRROR' : 'SRC'}_${own}`;
    const prefix = external?.deliver ? `${external.deliver}.${stream.name}` : `$JS.${isMirror ? 'M' : 'S'}`;
    this.#deliverPrefix = consumer?.deliver_subject ?? `${prefix}.${own}`;
    this.#inbox = `$JSC.R.${own}`;
    this.#watchdog = { dueAt: Number.POSITIVE_INFINITY, due: (millis) => this.#listen(millis) };
    this.#retry = { dueAt: Number.POSITIVE_INFINITY, due: () => void this.#connect() };
  }

  wake(): void {
    if (this.#hasBegun || this.#isEnded) return;
    this.#hasBegun = true;
    this.#bus.listen(this.#stream.account, this.#inbox, this);
    void this.#connect();
  }

  /** @param isRemoved nothing will go on where it was */
  end(isRemoved: boolean): void {
    const { account, host } = this.#stream;
    this.#isEnded = true;
    if (isRemoved && this.#kind === 'durable') this.#ask(`CONSUMER.DELETE.${this.source.name}.${this.#name}`, '', '');
    this.#hear('');
    this.#bus.unlisten(account, this.#inbox, this);
    host.agenda.plan(this.#watchdog, Number.POSITIVE_INFINITY);
    host.agenda.plan(this.#retry, Number.POSITIVE_INFINITY);
  }

  progress(): SourceProgress {
    const now = this.#stream.host.clock.tick();
    const active = this.#heardMillis < 0 ? -1 : Math.max(1, Math.round((now - this.#heardMillis) * NANOS_IN_MILLI));
    const seq = this.#isMirror ? 0 : this.#through;
    return { lag: this.#lag, seq, active, error: this.#error };
  }

  /**
   * Something came on one of its subjects. The content may be kept. Anybody may have sent it, of another account, too: what cannot be read is
   * this feed's trouble, and nobody else's.
   */
  deliver(subject: string, shown: string, reply: string, content: Buffer, headerBytes: number): void {
    if (this.#isEnded) return;
    try {
      this.#take(subject, shown, reply, content, headerBytes);
    } catch (error) {
      this.#failed(error as Error);
    }
  }

  #take(subject: string, shown: string, reply: string, content: Buffer, headerBytes: number): void {
    if (subject === this.#inbox) {
      this.#answered(content.toString('latin1', headerBytes));
      return;
    }
    if (this.#state === 'away' || subject !== this.#deliverSubject) return;
    this.#heardMillis = this.#stream.host.clock.millis;
    const status = headerBytes > 0 ? STATUS.exec(content.toString('latin1', 0, headerBytes)) : null;
    if (status !== null) this.#status(status[1] as string, status[2] as string, reply, content, headerBytes);
    else this.#message(shown, reply, content, headerBytes);
  }

  get #through(): number {
    return this.#stream.stream.takenThrough(this.#intake.key, this.#identity);
  }

  async #connect(): Promise<void> {
    this.#state = 'asking';
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#place = 0;
    // What an ephemeral consumer of an earlier attempt still sends is heard no more.
    const isHeard = this.#hear(
      this.#isKept
        ? this.#deliverPrefix
        : `${this.#deliverPrefix}-${this.#stream.host.clock.millis.toString(36).replace('.', '')}${++this.#attempts}`,
    );
    if (!isHeard) {
      // Two would take each other's places for losses.
      this.#stop(new ApiError(503, this.#setupFailed, 'another mirror or source takes what comes to its subject'));
      return;
    }
    await this.#bus.settled();
    if (this.#isEnded || this.#isBusy) return;
    this.#askFirst();
    const { agenda, clock } = this.#stream.host;
    agenda.plan(this.#watchdog, clock.tick() + ANSWER_MS);
  }

  /** It outlives this process, and is reset rather than made anew. */
  get #isKept(): boolean {
    return this.#kind !== 'ephemeral';
  }

  #askFirst(): void {
    const { name, external } = this.source;
    if (this.#kind !== 'prepared') {
      const path = this.#isKept ? `CONSUMER.DURABLE.CREATE.${name}.${this.#name}` : `CONSUMER.CREATE.${name}`;
      this.#ask(path, this.#inbox, JSON.stringify({ stream_name: name, config: this.#consumer(), action: '' }));
    } else if (external === undefined) {
      // One that is for something else must not lose its place.
      this.#ask(`CONSUMER.INFO.${name}.${this.#name}`, this.#inbox, '');
    } else {
      // All that another account has to let in (ADR-60); its answer has the configuration, too.
      this.#reset();
    }
  }

  /** It begins again behind what it knows to be stored here, and counts from one. */
  #reset(): void {
    this.#state = 'resetting';
    this.#ask(`CONSUMER.RESET.${this.source.name}.${this.#name}`, this.#inbox, '');
  }

  /** Messages are to come to this subject, and to no other; '' is none. @returns false: they are another feed's */
  #hear(subject: string): boolean {
    const { account } = this.#stream;
    const before = this.#deliverSubject;
    if (subject === before) return true;
    if (before !== '') this.#bus.unlisten(account, before, this);
    const isHeard = subject === '' || this.#bus.listen(account, subject, this);
    this.#deliverSubject = isHeard ? subject : '';
    return isHeard;
  }

  #consumer(): Record<string, unknown> {
    const { opt_start_seq, opt_start_time } = this.source;
    const { patterns = [] } = this.#intake.filter ?? {};
    const through = this.#through;
    const start =
      this.#isKept || (through === 0 && !opt_start_seq && opt_start_time === undefined)
        ? { deliver_policy: 'all' }
        : through > 0 || opt_start_seq
          ? { deliver_policy: 'by_start_sequence', opt_start_seq: through > 0 ? through + 1 : opt_start_seq }
          : { deliver_policy: 'by_start_time', opt_start_time };
    const kept = this.#isKept
      ? { durable_name: this.#name, ack_policy: 'flow_control', max_deliver: -1, max_ack_pending: MESSAGES_MAX }
      : {
          ack_policy: 'none',
          ack_wait: 22 * 3600 * SECOND,
          max_deliver: 1,
          direct: true,
          inactive_threshold: 10 * SECOND,
        };
    const kind = this.#isMirror ? 'mirror' : 'src';
    return {
      ...start,
      ...kept,
      ...(patterns.length === 1 && { filter_subject: patterns[0] }),
      ...(patterns.length > 1 && { filter_subjects: patterns }),
      replay_policy: 'instant',
      flow_control: true,
      idle_heartbeat: SECOND,
      deliver_subject: this.#deliverSubject,
      metadata: { [`_nats.${kind}.stream`]: this.#stream.name, [`_nats.${kind}.acc`]: this.#stream.account },
    };
  }

  #answered(text: string): void {
    if (this.#state !== 'asking' && this.#state !== 'resetting') return;
    const { error, ackPolicy } = readConsumerAnswer(text);
    if (error !== undefined) {
      this.#stop(error);
      return;
    }
    if (this.#kind === 'prepared' && ackPolicy !== 'flow_control') {
      this.#stop(this.#isMirror ? apiErrors.mirrorConsumerNotByFlow() : apiErrors.sourceConsumerNotByFlow());
      return;
    }
    if (this.#isKept && this.#state === 'asking') {
      this.#reset();
      return;
    }
    this.#state = 'reading';
    this.#error = undefined;
    this.#heardMillis = this.#stream.host.clock.tick();
  }

  #status(code: string, words: string, reply: string, content: Buffer, headerBytes: number): void {
    if (code !== '100') {
      this.#stop(new ApiError(503, this.#setupFailed, words));
      return;
    }
    const isQuestion = words.startsWith('FlowControl');
    const flow = isQuestion ? reply : headerOf(content, headerBytes, 'Nats-Consumer-Stalled');
    // One that is asked in vain is asked again, by heartbeats.
    if (flow !== undefined && this.#isOfOrigin(flow) && this.#hasRoom) this.#wait({ flow });
    if (isQuestion) {
      this.#pump();
      return;
    }
    const last = Number(headerOf(content, headerBytes, 'Nats-Last-Consumer') ?? 0);
    // More: something was lost. Less: somebody else has reset it.
    if (this.#state === 'reading' && last !== this.#place) void this.#connect();
    else this.#pump();
  }

  #message(subject: string, reply: string, content: Buffer, headerBytes: number): void {
    const delivery = parseAckSubject(reply);
    if (delivery === undefined || delivery.consumerSequence <= this.#place) return;
    if (this.#isKept && delivery.consumer !== this.#name) return;
    if (delivery.sequence > SEQUENCE_MAX) throw new RangeError(`a message of sequence ${delivery.sequence}`);
    if (delivery.consumerSequence !== this.#place + 1 || !this.#hasRoom) {
      // Something was lost on the way. Before the answer has come it may be of an earlier life.
      if (this.#state === 'reading') void this.#connect();
      return;
    }
    this.#place++;
    const [time = '', pending = ''] = reply.split('.').slice(-2);
    const seconds = Number(time.slice(0, -9));
    const { sequence } = delivery;
    const message = { sequence, subject, content, headerBytes, seconds, nanos: Number(time.slice(-9)) };
    this.#wait({ original: this.#intake.original(message, this.#identity), place: this.#place });
    this.#lag = Number(pending);
    this.#pump();
  }

  get #hasRoom(): boolean {
    return this.#waitingBytes <= WAITING_BYTES_MAX;
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#waitingBytes += sizeOf(waiting);
  }

  /** Nothing else is published to for whoever asks: the account would trust it. */
  #isOfOrigin(flow: string): boolean {
    const [stream, consumer, ...rest] = FLOW.exec(flow)?.[1]?.split('.') ?? [];
    return stream === this.source.name && rest.length > 0 && (!this.#isKept || consumer === this.#name);
  }

  #pump(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    const flows: string[] = [];
    const messages: Original[] = [];
    let bytes = 0;
    let place = this.#stored.place;
    for (const next of this.#waiting) {
      if (messages.length >= MESSAGES_MAX || bytes >= BYTES_MAX) break;
      if ('flow' in next) {
        if (messages.length > 0) break;
        flows.push(next.flow);
      } else {
        messages.push(next.original);
        bytes += next.original.content.length;
        place = next.place;
      }
      this.#waitingBytes -= sizeOf(next);
    }
    this.#waiting.splice(0, flows.length + messages.length);
    for (const flow of flows) this.#answerFlow(flow);
    if (messages.length > 0) void this.#store(messages, place);
  }

  async #store(messages: readonly Original[], place: number): Promise<void> {
    this.#isBusy = true;
    const last = messages.at(-1) as Original;
    const operation = { kind: 'ingest', key: this.#intake.key, identity: this.#identity, messages } as const;
    try {
      const through = await this.#stream.change(operation);
      this.#isBusy = false;
      this.#stored = { place, sequence: through };
      // What found no place is asked for again, from there on.
      if (this.#isEnded || through === last.origin) this.#pump();
      else void this.#connect();
    } catch (error) {
      this.#isBusy = false;
      if (!this.#isEnded) this.#failed(error as Error);
    }
  }

  /** All before it is stored. */
  #answerFlow(reply: string): void {
    const { place, sequence } = this.#stored;
    const headers = Buffer.from(`NATS/1.0\r\nNats-Last-Consumer: ${place}\r\nNats-Last-Stream: ${sequence}\r\n\r\n`);
    const isSaid = this.#isKept && place > 0;
    const content = isSaid ? headers : Buffer.alloc(0);
    this.#bus.publish(this.#stream.account, reply, '', content, content.length);
  }

  /** The answer, or the next heartbeat, is due. */
  #listen(millis: number): void {
    const { agenda } = this.#stream.host;
    const isSilent = this.#state !== 'reading' || millis - this.#heardMillis >= SILENCE_MS;
    if (!isSilent) agenda.plan(this.#watchdog, this.#heardMillis + SILENCE_MS);
    else if (this.#state !== 'away') this.#stop(new ApiError(503, this.#setupFailed, 'no answer from the origin'));
  }

  get #setupFailed(): number {
    return this.#isMirror ? 10029 : 10045;
  }

  #failed(error: Error): void {
    this.#stop(error instanceof ApiError ? error : new ApiError(500, this.#setupFailed, error.message));
  }

  /** Until later. */
  #stop(error: ApiError): void {
    const { account, name, host } = this.#stream;
    if (error.message !== this.#error?.message) {
      host.logger.warn(
        `JetStream stream '${account} > ${name}' takes nothing from '${this.source.name}': ${error.message}`,
      );
    }
    this.#error = error;
    this.#state = 'away';
    host.agenda.plan(this.#watchdog, Number.POSITIVE_INFINITY);
    host.agenda.plan(this.#retry, host.clock.tick() + RETRY_MS);
  }

  #ask(path: string, reply: string, body: string): void {
    const prefix = this.source.external?.api || '$JS.API';
    this.#bus.publish(this.#stream.account, `${prefix}.${path}`, reply, Buffer.from(body, 'latin1'), 0);
  }
}

const sizeOf = (waiting: Waiting): number =>
  WAITING_OVERHEAD + ('flow' in waiting ? waiting.flow.length : waiting.original.content.length);
