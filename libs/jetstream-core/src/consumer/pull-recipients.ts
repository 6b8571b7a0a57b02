import type { ConsumerConfig } from './consumer-config.ts';
import { PullRefusal, type PullRequest, readPullRequest } from './pull-request.ts';
import { heartbeatLines, type Recipients, type Situation, statusBlock } from './recipients.ts';
import { type Waiting, WaitingRequests } from './waiting-requests.ts';

const MILLISECOND = 1_000_000;
const NEVER = Number.POSITIVE_INFINITY;

interface Pin {
  readonly id: string;
  readonly since: number;
  /** When whoever it is asked for messages last. */
  askedAt: number;
  /** The delivery, by the consumer's number, that told of it. */
  readonly toldBy: number;
}

/** Whoever waits with a pull request (ADR-13), and whom groups are pinned to (ADR-42). */
export class PullRecipients implements Recipients {
  readonly #situation: Situation;
  readonly #waiting = new WaitingRequests();
  readonly #pins = new Map<string, Pin>();
  /** Whose turn it is. */
  #turn: Waiting | undefined;
  /** Who asks repeats himself. */
  #last: { text: string; config: ConsumerConfig; request: PullRequest } | undefined;
  /** When somebody asked for something, or went without. */
  usedAt: number;

  constructor(situation: Situation, millis: number) {
    this.#situation = situation;
    this.usedAt = millis;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get nextAt(): number {
    let at = this.#waiting.nextAt;
    for (const { askedAt } of this.#pins.values()) at = Math.min(at, askedAt + this.#pinMillis);
    return at;
  }

  get to(): string {
    return (this.#turn as Waiting).reply;
  }

  pinOf(group: string): { readonly id: string; readonly since: number } | undefined {
    return this.#pins.get(group);
  }

  /** @param isEmpty there is nothing to give out */
  request(reply: string, text: string, isEmpty: boolean, millis: number): void {
    this.usedAt = millis;
    const { config } = this.#situation;
    try {
      const request = this.#read(text, config);
      const pin = this.#pins.get(request.group);
      if (pin !== undefined && request.pin !== '') {
        if (pin.id !== request.pin) throw new PullRefusal('423 Nats-Pin-Id mismatch');
        pin.askedAt = millis;
      }
      const isAnswerable = request.noWait && request.expiresMillis === 0;
      if (this.#waiting.size >= (config.max_waiting as number)) {
        throw new PullRefusal(isAnswerable && isEmpty ? '404 No Messages' : '409 Exceeded MaxWaiting');
      }
      this.#waiting.add(reply, request, millis);
    } catch (error) {
      if (!(error instanceof PullRefusal)) throw error;
      this.#status(reply, error.message);
    }
  }

  isWanting(millis: number): boolean {
    this.#turn = this.#waiting.first((one) => this.#isEligible(one, millis));
    return this.#turn !== undefined;
  }

  readonly ownBytes = (subject: string): number => subject.length;

  takes(bytes: number): boolean {
    const waiting = this.#turn as Waiting;
    if (waiting.request.maxBytes === 0 || bytes <= waiting.bytesLeft) return true;
    this.#end(waiting, '409 Message Size Exceeds MaxBytes');
    return false;
  }

  /** The group is pinned to this one from now on, if it is to be. Others that believe they are it, are told otherwise. */
  mark(millis: number): string {
    if (this.#situation.config.priority_policy !== 'pinned_client') return '';
    const turn = this.#turn as Waiting;
    const { group } = turn.request;
    let pin = this.#pins.get(group);
    if (pin === undefined) {
      const toldBy = this.#situation.state.delivered.consumer + 1;
      pin = { id: this.#situation.effects.newPin(), since: millis, askedAt: millis, toldBy };
      this.#pins.set(group, pin);
      turn.pin = pin.id;
      this.#situation.effects.pinned(group, pin.id);
      this.#turnAway();
    }
    return `Nats-Pin-Id: ${pin.id}`;
  }

  gave(bytes: number, millis: number): void {
    const waiting = this.#turn as Waiting;
    const { maxBytes, heartbeatMillis } = waiting.request;
    waiting.messagesLeft--;
    waiting.bytesLeft = Math.max(0, waiting.bytesLeft - bytes);
    waiting.hasHadSome = true;
    if (heartbeatMillis > 0) this.#waiting.beatAt(waiting, millis + heartbeatMillis);
    this.#waiting.served(waiting);
    if (waiting.messagesLeft === 0 && maxBytes > 0) this.#end(waiting, '409 Batch Completed');
  }

  run(millis: number, isOver: boolean): void {
    if (isOver) this.#answerEmpty();
    // Nobody may have what there is; so those that would wait in vain for it learn why.
    else if (this.#turn === undefined) this.#turnAway();
    for (const waiting of this.#waiting.due(millis)) {
      if (waiting.expiresAt <= millis) {
        this.usedAt = millis;
        this.#end(waiting, '408 Request Timeout');
        continue;
      }
      this.#waiting.beatAt(waiting, millis + waiting.request.heartbeatMillis);
      this.#status(waiting.reply, '100 Idle Heartbeat', heartbeatLines(this.#situation.state));
    }
  }

  /** Whoever is pinned and did not ask for long enough makes room (ADR-42). To come before messages are given out: others may have them. */
  expirePins(millis: number): void {
    for (const [group, { askedAt }] of this.#pins) {
      if (askedAt + this.#pinMillis <= millis) this.unpin(group, 'timeout');
    }
  }

  unpin(group: string, reason: 'admin' | 'timeout'): void {
    if (this.#pins.delete(group)) this.#situation.effects.unpinned(group, reason);
  }

  /** As it is now; for `forgetThese`. */
  get waiting(): Waiting[] {
    return [...this.#waiting];
  }

  /** Nobody is there any more: they go without a word, and were there until now. */
  forgetThese(gone: Iterable<Waiting>, millis: number): void {
    for (const waiting of gone) {
      this.#waiting.remove(waiting);
      this.usedAt = millis;
    }
  }

  /** A delivery, by the consumer's number, came back: nobody is there, and whoever it was to pin its group to never knew. No advisory says so, as with nats-server. */
  returned(consumerSequence: number, isGone: (reply: string) => boolean): void {
    for (const waiting of [...this.#waiting]) if (isGone(waiting.reply)) this.#waiting.remove(waiting);
    for (const [group, { toldBy }] of this.#pins) if (toldBy === consumerSequence) this.#pins.delete(group);
  }

  close(reason: string): void {
    for (const waiting of [...this.#waiting]) {
      this.#waiting.remove(waiting);
      this.#status(waiting.reply, `409 ${reason}`);
    }
  }

  get #pinMillis(): number {
    return (this.#situation.config.priority_timeout ?? NEVER) / MILLISECOND;
  }

  #read(text: string, config: ConsumerConfig): PullRequest {
    const last = this.#last;
    if (last !== undefined && last.text === text && last.config === config) return last.request;
    const request = readPullRequest(text, config);
    this.#last = { text, config, request };
    return request;
  }

  #isEligible({ request, pin, expiresAt }: Waiting, millis: number): boolean {
    if (expiresAt <= millis) return false;
    const { minPending, minAckPending, group } = request;
    if (minPending > 0 || minAckPending > 0) {
      const { undelivered, state } = this.#situation;
      const isOver = minPending > 0 && undelivered.count >= minPending;
      return isOver || (minAckPending > 0 && state.pending.size >= minAckPending);
    }
    // Who says that it is pinned, when nobody is, has to ask again without saying so (ADR-42).
    if (this.#pins.size === 0) return pin === '';
    return pin === (this.#pins.get(group)?.id ?? '');
  }

  /** Those that believe they are pinned, and are not (any more). */
  #turnAway(): void {
    for (const one of [...this.#waiting]) {
      if (one.pin === '' || one.pin === this.#pins.get(one.request.group)?.id) continue;
      this.#end(one, '423 Nats-Wrong-Pin-Id');
    }
  }

  /** There is nothing: those that do not wait for it are told. */
  #answerEmpty(): void {
    for (const waiting of this.#waiting.impatient) {
      if (waiting.request.expiresMillis > 0 && !waiting.hasHadSome) continue;
      this.#waiting.remove(waiting);
      this.#status(waiting.reply, '404 No Messages');
    }
  }

  #end(waiting: Waiting, status: string): void {
    this.#waiting.remove(waiting);
    const { reply, messagesLeft, bytesLeft } = waiting;
    this.#status(reply, status, [`Nats-Pending-Messages: ${messagesLeft}`, `Nats-Pending-Bytes: ${bytesLeft}`]);
  }

  #status(to: string, status: string, lines: readonly string[] = []): void {
    this.#situation.effects.status(to, statusBlock(status, lines), '');
  }
}
