import { RESPONSE_THRESHOLD_DEFAULT_MS, type ServiceWay } from '@skein/accounts';
import type { Runtime, Timer } from '@skein/bus';
import { copyBytes } from '@skein/protocol';
import type { Account } from './account.ts';
import { REPLY_SUBJECT_BYTES_MAX, slotIn, writeReplySubject } from './reply-subject.ts';
import type { LatencyMeasurement } from './service-latency.ts';

/** A request that went into another account, and where its answers go. */
export interface AwaitedReply {
  /** Where the answer is to be published: in this account, to the subject that stands in these bytes. */
  readonly account: Account;
  readonly bytes: Buffer;
  readonly subjectStart: number;
  readonly subjectEnd: number;
  /** Where it goes from there: to what stands behind that. */
  readonly requester: Account;
  readonly replyEnd: number;
  /** What was asked, there. */
  readonly asked: string;
  readonly type: ServiceWay['service']['responseType'];
  readonly thresholdMs: number;
  expiresMs: number;
  latency: LatencyMeasurement | null;
  readonly slot: number;
  /** Those of the same requester, by age. */
  older: AwaitedReply | null;
  newer: AwaitedReply | null;
}

/** All of one requester. */
interface Waiting {
  size: number;
  oldest: AwaitedReply | null;
  newest: AwaitedReply | null;
}

/** Beyond this many, who waits for most of them loses the oldest of its own: that answer, should it come, is nobody's. */
const AWAITED_MAX = 131_072;
const SWEEP_MS = 1000;
/** Subjects stand in blocks of this many bytes: a buffer for each would cost more than to fill it. A longer one has its own. */
const BLOCK_BYTES = 8192;

/**
 * Answers that this gateway waits for, of all its accounts. In slots that their subjects name, and in lists of links: with a map and
 * sets, a request into another account would spend most of its time here.
 */
export class AwaitedReplies {
  readonly #runtime: Runtime;
  readonly #self: () => number;
  readonly #slots: (AwaitedReply | null)[] = [];
  readonly #freeSlots: number[] = [];
  /** By who waits: one account that asks much must not cost the others their answers. */
  readonly #byRequester = new Map<Account, Waiting>();
  /** Waits for most, as far as was seen when one was added. */
  #greediest: Waiting | null = null;
  #timer: Timer | null = null;
  #block: Buffer = Buffer.alloc(0);
  #blockAt = 0;
  size = 0;
  /** Given up because there were too many. */
  dropped = 0;

  constructor(runtime: Runtime, self: () => number) {
    this.#runtime = runtime;
    this.#self = self;
  }

  /** @param reply what is asked to be answered to: its bytes are copied */
  add(
    account: Account,
    requester: Account,
    asked: string,
    {
      responseType,
      thresholdMs = RESPONSE_THRESHOLD_DEFAULT_MS,
    }: Pick<ServiceWay['service'], 'responseType' | 'thresholdMs'>,
    nowMs: number,
    latency: LatencyMeasurement | null,
    reply: Buffer,
    replyStart: number,
    replyEnd: number,
  ): AwaitedReply {
    if (this.size >= AWAITED_MAX) this.#dropOne();
    let own = this.#byRequester.get(requester);
    if (own === undefined) {
      own = { size: 0, oldest: null, newest: null };
      this.#byRequester.set(requester, own);
    }
    const slot = this.#freeSlots.pop() ?? this.#slots.length;
    const bytes = this.#room(REPLY_SUBJECT_BYTES_MAX + replyEnd - replyStart);
    const subjectStart = this.#blockAt;
    const subjectEnd = writeReplySubject(bytes, subjectStart, this.#self(), slot, latency !== null);
    this.#blockAt = copyBytes(reply, replyStart, replyEnd, bytes, subjectEnd);
    const awaited: AwaitedReply = {
      account,
      bytes,
      subjectStart,
      subjectEnd,
      requester,
      replyEnd: this.#blockAt,
      asked,
      type: responseType,
      thresholdMs,
      expiresMs: nowMs + thresholdMs,
      latency,
      slot,
      older: own.newest,
      newer: null,
    };
    this.#slots[slot] = awaited;
    if (own.newest === null) own.oldest = awaited;
    else own.newest.newer = awaited;
    own.newest = awaited;
    this.size++;
    if (++own.size > (this.#greediest?.size ?? 0)) this.#greediest = own;
    this.#timer ??= this.#runtime.setTimer(SWEEP_MS, this.#sweep);
    return awaited;
  }

  /** What is awaited at the subject in these bytes. */
  find(bytes: Buffer, start: number, end: number): AwaitedReply | undefined {
    const awaited = this.#slots[slotIn(bytes, start, end)];
    // The slot is public, the rest of the subject is what can't be guessed.
    return awaited != null && isSubjectOf(awaited, bytes, start, end) ? awaited : undefined;
  }

  get(subject: string): AwaitedReply | undefined {
    const bytes = Buffer.from(subject, 'latin1');
    return this.find(bytes, 0, bytes.length);
  }

  /** A block with that much room at `#blockAt`. */
  #room(bytes: number): Buffer {
    if (this.#blockAt + bytes > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes));
      this.#blockAt = 0;
    }
    return this.#block;
  }

  /** Idempotent. */
  delete(awaited: AwaitedReply): void {
    const { slot, requester, older, newer } = awaited;
    if (this.#slots[slot] !== awaited) return;
    this.#slots[slot] = null;
    this.#freeSlots.push(slot);
    this.size--;
    const own = this.#byRequester.get(requester) as Waiting;
    if (older === null) own.oldest = newer;
    else older.newer = newer;
    if (newer === null) own.newest = older;
    else newer.older = older;
    own.size--;
  }

  #dropOne(): void {
    // It may have got all its answers since.
    if (!this.#greediest?.size) {
      for (const one of this.#byRequester.values()) if (one.size > (this.#greediest?.size ?? 0)) this.#greediest = one;
    }
    const oldest = this.#greediest?.oldest;
    if (!oldest) return;
    this.delete(oldest);
    this.dropped++;
  }

  readonly #sweep = (): void => {
    const now = this.#runtime.now();
    for (const awaited of this.#slots) if (awaited !== null && awaited.expiresMs <= now) this.delete(awaited);
    if (this.size > 0) {
      this.#timer = this.#runtime.setTimer(SWEEP_MS, this.#sweep);
      return;
    }
    this.#timer = null;
    // Accounts come and go.
    this.#byRequester.clear();
    this.#greediest = null;
  };
}

/** Where its answers are awaited, as text. */
export function awaitedAt({ bytes, subjectStart, subjectEnd }: AwaitedReply): string {
  return bytes.toString('latin1', subjectStart, subjectEnd);
}

/** Where they go from there, as text. */
export function answeredTo({ bytes, subjectEnd, replyEnd }: AwaitedReply): string {
  return bytes.toString('latin1', subjectEnd, replyEnd);
}

function isSubjectOf(awaited: AwaitedReply, bytes: Buffer, start: number, end: number): boolean {
  const own = awaited.bytes;
  const { subjectStart } = awaited;
  const length = end - start;
  if (awaited.subjectEnd - subjectStart !== length) return false;
  for (let i = 0; i < length; i++) if (own[subjectStart + i] !== bytes[start + i]) return false;
  return true;
}
