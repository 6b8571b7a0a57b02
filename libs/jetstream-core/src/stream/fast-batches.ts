import { type ApiError, apiErrors } from '../api-error.ts';
import { levelFault } from './api-level.ts';
import { type FastHead, FastReplies, FastStep, fastReply } from './fast-reply.ts';
import { type PublishOutcome, pubRefusal } from './publish-outcome.ts';
import type { StreamConfig } from './stream-config.ts';

const ID_MAX = 64;
const OPEN_MAX = 1000;
const IDLE_MILLIS = 10_000;
/** Messages that all publishers of a stream together may have sent between two acknowledgements, and their bytes. */
const FLOW_MAX = 500;
const FLOW_BYTES = 8 * 1024 * 1024;

interface FastBatch {
  readonly id: string;
  readonly flowAsked: number;
  /** Gaps and refusals are told and no more; otherwise they end it. */
  readonly allowsGaps: boolean;
  /** As `Publication.run`. */
  readonly run: string;
  /** Highest place in the batch that came or was given up. */
  at: number;
  /** Up to there, and after how many more the next acknowledgement leaves. */
  acknowledged: number;
  flow: number;
  /** The stream's sequence that the newest message got. */
  sequence: number;
  bytes: number;
  messages: number;
  touched: number;
  /** Messages that are on their way to `applied`. */
  pending: number;
  /** It is over; who hears of that once nothing is pending. */
  end: { readonly to: string; readonly count: number } | undefined;
  /** Its last answer was given. */
  isDone: boolean;
}

/** A message of a fast batch on its way to the stream, as `take` fills it in; what became of it goes to `applied`. */
export class FastMessage {
  batch!: FastBatch;
  head!: FastHead;
  /** Its place in the batch. */
  place = 0;
  /** A `FastStep`. */
  step = 0;

  /** Who hears of it: made when somebody does. */
  get to(): string {
    return fastReply(this.head, this.place, this.step);
  }

  get isLast(): boolean {
    return this.step === FastStep.Commit;
  }

  /** For the operation. */
  get run(): string {
    return this.batch.run;
  }
}

/**
 * Fast batches of a stream (ADR-50): messages are stored as they come, acknowledged so many at a time. What is here is the leader's memory
 * alone; a batch ends with it. How many at a time is this side's to say: one that is alone starts as fast as it asks to, others double
 * their pace up to their share.
 */
export class FastBatches {
  readonly #opening: string;
  readonly #answer: (to: string, body: string) => void;
  readonly #replies = new FastReplies();
  readonly #open = new Map<string, FastBatch>();
  #runs = 0;

  /**
   * @param opening what `ackOpening` gave for the stream
   * @param answer called with where the reply is reached and its subject, and JSON
   */
  constructor(opening: string, answer: (to: string, body: string) => void) {
    this.#opening = opening;
    this.#answer = answer;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * A message whose reply subject says that it is of a batch.
   *
   * @param message filled in
   * @param reply has the subject from `start` to `end`, and before it, from its first byte on, where it is to be reached
   * @param requiredLevel the message's `Nats-Required-Api-Level`
   * @returns whether the message is to be stored
   */
  take(
    message: FastMessage,
    reply: Buffer,
    start: number,
    end: number,
    contentBytes: number,
    requiredLevel: string,
    config: StreamConfig,
    millis: number,
  ): boolean {
    const isSilent = config.no_ack === true;
    if (!config.allow_batched) this.#open.clear();
    const head = this.#replies.read(reply, start, end);
    const refusal = refusalOf(config, contentBytes);
    if (refusal !== undefined || head === undefined) {
      this.#refuse(reply.toString('latin1', 0, end), refusal ?? apiErrors.fastBatchPatternInvalid(), isSilent);
      return false;
    }
    message.head = head;
    message.place = this.#replies.place;
    message.step = this.#replies.step;
    return this.#take(message, contentBytes, requiredLevel, isSilent, millis);
  }

  #take(message: FastMessage, contentBytes: number, requiredLevel: string, isSilent: boolean, millis: number): boolean {
    const { head } = message;
    const open = this.#open.get(head.id);
    const fault = levelFault(requiredLevel);
    if (fault !== undefined) {
      if (open !== undefined) {
        open.isDone = true;
        this.#close(open);
      }
      this.#refuse(message.to, fault, isSilent);
      return false;
    }
    if (open !== undefined) {
      message.batch = open;
      return this.#follow(message, contentBytes, millis);
    }
    const refusal = this.#refusal(message);
    if (refusal === undefined) {
      this.#start(message, contentBytes, isSilent, millis);
      return true;
    }
    this.#refuse(message.to, refusal, isSilent);
    return false;
  }

  /** What became of a message, in the order in which they were taken. */
  applied(message: FastMessage, outcome: PublishOutcome, isSilent = false): void {
    const { batch, place, isLast } = message;
    const { error, isDuplicate, sequence } = outcome;
    batch.pending--;
    if (error === undefined && !isDuplicate) batch.sequence = sequence;
    if (batch.isDone) return;
    if (error !== undefined) this.#failed(message, error);
    else if (isLast) this.#finish(batch, message.to, place, isDuplicate && place === 1 ? sequence : 0);
    else if (place >= batch.acknowledged + batch.flow) {
      batch.acknowledged = place;
      batch.flow = nextFlow(batch.flow, this.#share(batch));
      if (!isSilent) this.#acknowledge(batch, message.to);
    }
    this.#settle(batch);
  }

  /** The message could not even be put on its way: nothing more comes of a batch that has to be without gaps. */
  notTaken({ batch, place, isLast, to }: Readonly<FastMessage>, error: ApiError): void {
    batch.pending--;
    if (batch.isDone) return;
    if (batch.allowsGaps || place > 1) this.#answer(to, JSON.stringify({ type: 'err', seq: place, error }));
    if (!isLast && batch.allowsGaps) {
      this.#settle(batch);
      return;
    }
    this.#close(batch);
    if (place === 1 && !batch.allowsGaps) {
      batch.isDone = true;
      this.#refuse(to, error, false);
      return;
    }
    // Of those on their way it is not known yet whether they will be stored.
    batch.end ??= { to, count: place - 1 };
    this.#settle(batch);
  }

  /** Ends those of which nothing came for ten seconds; nobody is told. */
  abandon(millis: number): void {
    for (const batch of this.#open.values()) {
      if (batch.pending === 0 && millis - batch.touched >= IDLE_MILLIS) this.#close(batch);
    }
  }

  #refusal({ head, place, step }: FastMessage): ApiError | undefined {
    if (head.id.length > ID_MAX) return apiErrors.fastBatchIdInvalid();
    if (place !== 1) return apiErrors.fastBatchUnknown();
    if (this.#open.size >= OPEN_MAX) return apiErrors.fastBatchesTooMany();
    return step === FastStep.Ping ? apiErrors.fastBatchUnknown() : undefined;
  }

  #start(message: FastMessage, bytes: number, isSilent: boolean, millis: number): void {
    const { id, flow, allowsGaps } = message.head;
    const batch: FastBatch = {
      id,
      flowAsked: flow,
      allowsGaps,
      run: allowsGaps ? '' : `${id}/${millis}/${++this.#runs}`,
      at: 1,
      acknowledged: 0,
      flow: 1,
      sequence: 0,
      bytes,
      messages: 1,
      touched: millis,
      pending: 1,
      end: undefined,
      isDone: false,
    };
    message.batch = batch;
    if (message.isLast) return;
    this.#open.set(id, batch);
    if (this.#open.size === 1) batch.flow = this.#share(batch);
    if (!isSilent) this.#acknowledge(batch, message.to);
  }

  #follow(message: FastMessage, bytes: number, millis: number): boolean {
    const { batch, place, step } = message;
    const expected = batch.at + 1;
    batch.touched = millis;
    const isPing = step === FastStep.Ping;
    // A ping says how far its sender is.
    const came = isPing ? place + 1 : place;
    if (isPing ? came > expected : came !== expected) {
      this.#answer(message.to, JSON.stringify({ type: 'gap', last_seq: expected, seq: came }));
      if (!batch.allowsGaps || came < expected) {
        this.#end(batch, message.to);
        return false;
      }
      batch.at = came - 1;
    }
    if (isPing) {
      this.#acknowledge(batch, message.to);
      return false;
    }
    if (step === FastStep.End) {
      this.#end(batch, message.to);
      return false;
    }
    batch.at = place;
    batch.bytes += bytes;
    batch.messages++;
    batch.pending++;
    if (message.isLast) this.#close(batch);
    return true;
  }

  #failed({ batch, place, isLast, to }: Readonly<FastMessage>, error: ApiError): void {
    if (place === 1 && !batch.allowsGaps) {
      batch.isDone = true;
      this.#close(batch);
      this.#refuse(to, error, false);
      return;
    }
    this.#answer(to, JSON.stringify({ type: 'err', seq: place, error }));
    if (!isLast && batch.allowsGaps) return;
    this.#close(batch);
    this.#finish(batch, to, place - 1);
  }

  /** Nothing more is taken; the publisher hears of it when what was taken before is stored. */
  #end(batch: FastBatch, to: string): void {
    this.#close(batch);
    batch.end = { to, count: batch.at };
    this.#settle(batch);
  }

  #settle(batch: FastBatch): void {
    const { end, pending, isDone } = batch;
    if (end !== undefined && pending === 0 && !isDone) this.#finish(batch, end.to, end.count);
  }

  /** @param repeated sequence of the message that a batch of one repeats */
  #finish(batch: FastBatch, to: string, count: number, repeated = 0): void {
    const { id, sequence } = batch;
    batch.isDone = true;
    const stored = repeated > 0 ? `${repeated},"duplicate":true` : sequence;
    this.#answer(to, `{${this.#opening}${stored},"batch":${JSON.stringify(id)},"count":${count}}`);
  }

  #close({ id }: FastBatch): void {
    this.#open.delete(id);
  }

  /** How many messages the batch may have between two acknowledgements. */
  #share({ flowAsked, bytes, messages }: FastBatch): number {
    const { size } = this.#open;
    const byBytes = (FLOW_BYTES * messages) / Math.max(1, bytes * size);
    return Math.max(1, Math.floor(Math.min(flowAsked, FLOW_MAX / size, byBytes)));
  }

  #acknowledge({ acknowledged, flow }: FastBatch, to: string): void {
    this.#answer(to, `{"type":"ack","seq":${acknowledged},"msgs":${flow}}`);
  }

  #refuse(to: string, error: ApiError, isSilent: boolean): void {
    if (!isSilent) this.#answer(to, pubRefusal(this.#opening, error));
  }
}

/** Why no message like this is taken in any batch. */
function refusalOf({ sealed, max_msg_size: max, allow_batched }: StreamConfig, bytes: number): ApiError | undefined {
  if (sealed) return apiErrors.streamSealed();
  if (max >= 0 && bytes > max) return apiErrors.messageTooLarge();
  return allow_batched ? undefined : apiErrors.fastBatchDisabled();
}

/** Twice as fast at most, half as fast at least. */
const nextFlow = (flow: number, share: number): number =>
  share < flow ? Math.max(share, flow >> 1) : Math.min(share, flow * 2);
