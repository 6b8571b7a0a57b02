import { type ApiError, apiErrors } from '../api-error.ts';
import { levelFault } from './api-level.ts';
import { type PublishOutcome, pubRefusal } from './publish-outcome.ts';
import type { StreamConfig } from './stream-config.ts';

/** Ends the reply subject of a message that belongs to a fast batch, which says where in which (ADR-50). */
const MARK = '.$FI';
const ID_MAX = 64;
const OPEN_MAX = 1000;
const IDLE_MILLIS = 10_000;
/** Where a publisher names no number of messages after which it wants to hear. */
const FLOW_DEFAULT = 10;
/** Messages that all publishers of a stream together may have sent between two acknowledgements, and their bytes. */
const FLOW_MAX = 500;
const FLOW_BYTES = 8 * 1024 * 1024;

const START = '0';
const APPEND = '1';
const COMMIT = '2';
const END = '3';
const PING = '4';
const operations = new Set([START, APPEND, COMMIT, END, PING]);

interface FastBatch<To> {
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
  end: { readonly to: To; readonly count: number } | undefined;
  /** Its last answer was given. */
  isDone: boolean;
}

/** A message of a fast batch on its way to the stream; what became of it goes to `applied`. */
export interface FastMessage<To> {
  readonly batch: FastBatch<To>;
  /** Its place in the batch. */
  readonly place: number;
  readonly isLast: boolean;
  readonly to: To;
  /** For the operation. */
  readonly run: string;
}

/** What a reply subject says: `<prefix>.<id>.<flow>.<ok|fail>.<place>.<operation>.$FI`. */
interface Place {
  readonly id: string;
  readonly flow: number;
  readonly allowsGaps: boolean;
  readonly place: number;
  readonly operation: string;
}

/**
 * Fast batches of a stream (ADR-50): messages are stored as they come, acknowledged so many at a time. What is here is the leader's memory
 * alone; a batch ends with it. How many at a time is this side's to say: one that is alone starts as fast as it asks to, others double
 * their pace up to their share.
 *
 * `To` is whatever answers a message.
 */
export class FastBatches<To> {
  readonly #opening: string;
  readonly #answer: (to: To, body: string) => void;
  readonly #open = new Map<string, FastBatch<To>>();
  #runs = 0;

  /**
   * @param opening what `ackOpening` gave for the stream
   * @param answer called with JSON
   */
  constructor(opening: string, answer: (to: To, body: string) => void) {
    this.#opening = opening;
    this.#answer = answer;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * A message whose reply subject says that it is of a batch.
   *
   * @param reply with anything before it
   * @param requiredLevel the message's `Nats-Required-Api-Level`
   * @returns what is to be stored; undefined when nothing is
   */
  take(
    reply: string,
    contentBytes: number,
    requiredLevel: string,
    to: To,
    config: StreamConfig,
    millis: number,
  ): FastMessage<To> | undefined {
    const { sealed, allow_batched: isAllowed, max_msg_size: max, no_ack: isSilent = false } = config;
    const place = parsePlace(reply);
    if (sealed) return this.#refuse(to, apiErrors.streamSealed(), isSilent);
    if (max >= 0 && contentBytes > max) return this.#refuse(to, apiErrors.messageTooLarge(), isSilent);
    if (!isAllowed) {
      this.#open.clear();
      return this.#refuse(to, apiErrors.fastBatchDisabled(), isSilent);
    }
    if (place === undefined) return this.#refuse(to, apiErrors.fastBatchPatternInvalid(), isSilent);
    const open = this.#open.get(place.id);
    const fault = levelFault(requiredLevel);
    if (fault !== undefined) {
      if (open !== undefined) {
        open.isDone = true;
        this.#close(open);
      }
      return this.#refuse(to, fault, isSilent);
    }
    if (open !== undefined) return this.#follow(open, place, contentBytes, to, millis);
    const refusal = this.#refusal(place);
    if (refusal !== undefined) return this.#refuse(to, refusal, isSilent);
    return this.#start(place, contentBytes, to, isSilent, millis);
  }

  /** What became of a message, in the order in which they were taken. */
  applied({ batch, place, isLast, to }: FastMessage<To>, outcome: PublishOutcome, isSilent = false): void {
    const { error, isDuplicate, sequence } = outcome;
    batch.pending--;
    if (error === undefined && !isDuplicate) batch.sequence = sequence;
    if (batch.isDone) return;
    if (error !== undefined) this.#failed(batch, place, isLast, to, error);
    else if (isLast) this.#finish(batch, to, place, isDuplicate && place === 1 ? sequence : 0);
    else if (place >= batch.acknowledged + batch.flow) {
      batch.acknowledged = place;
      batch.flow = nextFlow(batch.flow, this.#share(batch));
      if (!isSilent) this.#acknowledge(batch, to);
    }
    this.#settle(batch);
  }

  /** The message could not even be put on its way: nothing more comes of a batch that has to be without gaps. */
  notTaken({ batch, place, isLast, to }: FastMessage<To>, error: ApiError): void {
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

  #refusal({ id, place }: Place): ApiError | undefined {
    if (id.length > ID_MAX) return apiErrors.fastBatchIdInvalid();
    if (place !== 1) return apiErrors.fastBatchUnknown();
    return this.#open.size >= OPEN_MAX ? apiErrors.fastBatchesTooMany() : undefined;
  }

  #start(
    { id, flow, allowsGaps, operation }: Place,
    bytes: number,
    to: To,
    isSilent: boolean,
    millis: number,
  ): FastMessage<To> | undefined {
    if (operation === PING) return this.#refuse(to, apiErrors.fastBatchUnknown(), isSilent);
    const batch: FastBatch<To> = {
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
    const isLast = operation === COMMIT;
    if (!isLast) {
      this.#open.set(id, batch);
      if (this.#open.size === 1) batch.flow = this.#share(batch);
      if (!isSilent) this.#acknowledge(batch, to);
    }
    return { batch, place: 1, isLast, to, run: batch.run };
  }

  #follow(
    batch: FastBatch<To>,
    { place, operation }: Place,
    bytes: number,
    to: To,
    millis: number,
  ): FastMessage<To> | undefined {
    const expected = batch.at + 1;
    batch.touched = millis;
    const isPing = operation === PING;
    // A ping says how far its sender is.
    const came = isPing ? place + 1 : place;
    if (isPing ? came > expected : came !== expected) {
      this.#answer(to, JSON.stringify({ type: 'gap', last_seq: expected, seq: came }));
      if (!batch.allowsGaps || came < expected) {
        return this.#end(batch, to);
      }
      batch.at = came - 1;
    }
    if (isPing) {
      this.#acknowledge(batch, to);
      return undefined;
    }
    if (operation === END) return this.#end(batch, to);
    batch.at = place;
    batch.bytes += bytes;
    batch.messages++;
    batch.pending++;
    const isLast = operation === COMMIT;
    if (isLast) this.#close(batch);
    return { batch, place, isLast, to, run: batch.run };
  }

  #failed(batch: FastBatch<To>, place: number, isLast: boolean, to: To, error: ApiError): void {
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
  #end(batch: FastBatch<To>, to: To): undefined {
    this.#close(batch);
    batch.end = { to, count: batch.at };
    this.#settle(batch);
  }

  #settle(batch: FastBatch<To>): void {
    const { end, pending, isDone } = batch;
    if (end !== undefined && pending === 0 && !isDone) this.#finish(batch, end.to, end.count);
  }

  /** @param repeated sequence of the message that a batch of one repeats */
  #finish(batch: FastBatch<To>, to: To, count: number, repeated = 0): void {
    const { id, sequence } = batch;
    batch.isDone = true;
    const stored = repeated > 0 ? `${repeated},"duplicate":true` : sequence;
    this.#answer(to, `{${this.#opening}${stored},"batch":${JSON.stringify(id)},"count":${count}}`);
  }

  #close({ id }: FastBatch<To>): void {
    this.#open.delete(id);
  }

  /** How many messages the batch may have between two acknowledgements. */
  #share({ flowAsked, bytes, messages }: FastBatch<To>): number {
    const { size } = this.#open;
    const byBytes = (FLOW_BYTES * messages) / Math.max(1, bytes * size);
    return Math.max(1, Math.floor(Math.min(flowAsked, FLOW_MAX / size, byBytes)));
  }

  #acknowledge({ acknowledged, flow }: FastBatch<To>, to: To): void {
    this.#answer(to, `{"type":"ack","seq":${acknowledged},"msgs":${flow}}`);
  }

  #refuse(to: To, error: ApiError, isSilent: boolean): undefined {
    if (!isSilent) this.#answer(to, pubRefusal(this.#opening, error));
  }
}

/** Twice as fast at most, half as fast at least. */
const nextFlow = (flow: number, share: number): number =>
  share < flow ? Math.max(share, flow >> 1) : Math.min(share, flow * 2);

function parsePlace(reply: string): Place | undefined {
  // From the end: there may be any number of tokens before the id.
  const operationAt = reply.lastIndexOf('.', reply.length - MARK.length - 1);
  const placeAt = reply.lastIndexOf('.', operationAt - 1);
  const modeAt = reply.lastIndexOf('.', placeAt - 1);
  const flowAt = reply.lastIndexOf('.', modeAt - 1);
  const idAt = reply.lastIndexOf('.', flowAt - 1);
  if (modeAt < 0 || idAt < 1 || idAt + 1 === flowAt) return undefined;
  const number = reply.slice(placeAt + 1, operationAt);
  const operation = reply.slice(operationAt + 1, reply.length - MARK.length);
  const mode = reply.slice(modeAt + 1, placeAt);
  const flow = reply.slice(flowAt + 1, modeAt);
  const place = Number(number);
  if (!/^\d+$/.test(number) || place < 1 || !operations.has(operation)) return undefined;
  if (mode !== 'ok' && mode !== 'fail') return undefined;
  const isStart = operation === START;
  // A batch of one may be committed at once; nothing else but its start has its first place.
  if (isStart ? place !== 1 : place === 1 && (operation === APPEND || operation === END)) return undefined;
  const asked = /^\d+$/.test(flow) ? Number(flow) : 0;
  const id = reply.slice(idAt + 1, flowAt);
  return { id, flow: asked || FLOW_DEFAULT, allowsGaps: mode === 'ok', place, operation };
}
