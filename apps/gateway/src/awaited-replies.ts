import { RESPONSE_THRESHOLD_DEFAULT_MS, type ServiceWay } from '@skein/accounts';
import type { Runtime, Timer } from '@skein/bus';
import type { Account } from './account.ts';
import { newReplySubject } from './reply-subject.ts';
import type { LatencyMeasurement } from './service-latency.ts';

/** A request that went into another account, and where its answers go. */
export interface AwaitedReply {
  /** Where the answer is to be published: in this account, to this subject. */
  readonly account: Account;
  readonly subject: string;
  /** Where it goes from there. */
  readonly requester: Account;
  readonly reply: string;
  /** What was asked, there. */
  readonly asked: string;
  readonly type: ServiceWay['service']['responseType'];
  readonly thresholdMs: number;
  expiresMs: number;
  latency: LatencyMeasurement | null;
}

/** Beyond this many, who waits for most of them loses the oldest of its own: that answer, should it come, is nobody's. */
const AWAITED_MAX = 131_072;
const SWEEP_MS = 1000;

/** Answers that this gateway waits for, of all its accounts. */
export class AwaitedReplies {
  readonly #runtime: Runtime;
  readonly #self: () => number;
  readonly #bySubject = new Map<string, AwaitedReply>();
  /** The same, oldest first, by who waits: one account that asks much must not cost the others their answers. */
  readonly #byRequester = new Map<Account, Set<AwaitedReply>>();
  /** Waits for most, as far as was seen when one was added. */
  #greediest: Set<AwaitedReply> | undefined;
  #timer: Timer | null = null;
  /** Given up because there were too many. */
  dropped = 0;

  constructor(runtime: Runtime, self: () => number) {
    this.#runtime = runtime;
    this.#self = self;
  }

  get size(): number {
    return this.#bySubject.size;
  }

  add(
    account: Account,
    requester: Account,
    reply: string,
    asked: string,
    {
      responseType,
      thresholdMs = RESPONSE_THRESHOLD_DEFAULT_MS,
    }: Pick<ServiceWay['service'], 'responseType' | 'thresholdMs'>,
    nowMs: number,
    latency: LatencyMeasurement | null = null,
  ): AwaitedReply {
    const subject = newReplySubject(this.#self(), latency !== null);
    const awaited: AwaitedReply = {
      account,
      subject,
      requester,
      reply,
      asked,
      type: responseType,
      thresholdMs,
      expiresMs: nowMs + thresholdMs,
      latency,
    };
    if (this.#bySubject.size >= AWAITED_MAX) this.#dropOne();
    this.#bySubject.set(subject, awaited);
    let own = this.#byRequester.get(requester);
    if (own === undefined) {
      own = new Set();
      this.#byRequester.set(requester, own);
    }
    own.add(awaited);
    if (this.#greediest === undefined || own.size > this.#greediest.size) this.#greediest = own;
    this.#timer ??= this.#runtime.setTimer(SWEEP_MS, this.#sweep);
    return awaited;
  }

  get(subject: string): AwaitedReply | undefined {
    return this.#bySubject.get(subject);
  }

  delete(subject: string): void {
    const awaited = this.#bySubject.get(subject);
    if (awaited === undefined) return;
    this.#bySubject.delete(subject);
    this.#byRequester.get(awaited.requester)?.delete(awaited);
  }

  #dropOne(): void {
    const [oldest] = this.#greediest?.size ? this.#greediest : this.#bySubject.values();
    this.delete(oldest.subject);
    this.dropped++;
  }

  readonly #sweep = (): void => {
    const now = this.#runtime.now();
    for (const [subject, { expiresMs }] of this.#bySubject) if (expiresMs <= now) this.delete(subject);
    this.#timer = this.#bySubject.size === 0 ? null : this.#runtime.setTimer(SWEEP_MS, this.#sweep);
  };
}
