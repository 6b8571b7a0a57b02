import { headerOf } from '../stream/header-block.ts';
import { FlowControl } from './flow-control.ts';
import { RateLimit } from './rate-limit.ts';
import { heartbeatLines, type Recipients, type Situation, statusBlock } from './recipients.ts';

const MILLISECOND = 1_000_000;
const NEVER = Number.POSITIVE_INFINITY;

/** What acknowledges a window (ADR-60): up to where, in the consumer's order and in the stream's. */
export interface Received {
  readonly consumer: number;
  readonly stream: number;
}

/** The subject of a push consumer, as long as somebody is interested in it. */
export class PushRecipient implements Recipients {
  readonly #situation: Situation;
  readonly #rate: RateLimit;
  readonly #flow: FlowControl;
  #isActive = false;
  #beatAt: number;
  /** When the last one that was interested went. */
  #inactiveSince: number;

  /**
   * @param stalledPrefix what subjects for flow control begin with
   * @param messageBytesMax the largest message there may be
   */
  constructor(situation: Situation, stalledPrefix: string, messageBytesMax: number, millis: number) {
    this.#situation = situation;
    this.#flow = new FlowControl(stalledPrefix);
    this.#rate = new RateLimit(messageBytesMax);
    this.#beatAt = millis + this.#beatMillis;
    this.#inactiveSince = millis;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Infinity: it is active. */
  get inactiveSince(): number {
    return this.#isActive ? NEVER : this.#inactiveSince;
  }

  get nextAt(): number {
    return this.#isActive ? Math.min(this.#beatAt, this.#rate.freeAt) : NEVER;
  }

  get to(): string {
    return this.#situation.config.deliver_subject as string;
  }

  readonly ownBytes = (): number => this.to.length;

  setActive(isActive: boolean, millis: number): void {
    if (this.#isActive && !isActive) this.#inactiveSince = millis;
    this.#isActive = isActive;
    if (isActive) this.#skipBeats(millis);
  }

  /** Messages go somewhere else from now on: what is under way there does not count. */
  moved(): void {
    this.#flow.reset();
  }

  isWanting(millis: number): boolean {
    return this.#isActive && !this.#flow.isStalled && this.#rate.isFree(millis);
  }

  mark(): string {
    return '';
  }

  takes(bytes: number, millis: number): boolean {
    const { rate_limit_bps = 0 } = this.#situation.config;
    return rate_limit_bps === 0 || this.#rate.takes(bytes, rate_limit_bps, millis);
  }

  gave(bytes: number, millis: number): void {
    this.#beatAt = millis + this.#beatMillis;
    const { config, state } = this.#situation;
    if (!config.flow_control) return;
    this.#flow.sent(bytes);
    const { ack_policy, max_ack_pending = 0 } = config;
    const isFull = ack_policy === 'flow_control' && max_ack_pending > 0 && state.pending.size >= max_ack_pending;
    if (isFull || this.#flow.isHalfFull) this.#askForFlow(millis);
  }

  /** Somebody has received what was sent before this was asked. @returns up to where, if it says so */
  flowed(subject: string, content: Buffer, headerBytes: number): Received | undefined {
    if (!this.#flow.received(subject)) return undefined;
    const consumer = Number(headerOf(content, headerBytes, 'Nats-Last-Consumer'));
    const stream = Number(headerOf(content, headerBytes, 'Nats-Last-Stream'));
    return consumer > 0 && stream > 0 ? { consumer, stream } : undefined;
  }

  run(millis: number): void {
    if (!this.#isActive) return;
    if (this.#beatAt > millis) return;
    this.#beatAt += this.#beatMillis;
    this.#skipBeats(millis);
    const { state, effects, config } = this.#situation;
    const { asked } = this.#flow;
    const stalled = asked === '' ? [] : [`Nats-Consumer-Stalled: ${asked}`];
    effects.status(this.to, statusBlock('100 Idle Heartbeat', [...heartbeatLines(state), ...stalled]), '');
    // ADR-60: what was received is acknowledged, also when little is sent.
    if (config.ack_policy === 'flow_control' && state.pending.size > 0) this.#askForFlow(millis);
  }

  close(): void {}

  get #beatMillis(): number {
    return (this.#situation.config.idle_heartbeat ?? NEVER) / MILLISECOND;
  }

  /** Those that were missed are not made up for; their pace stays. */
  #skipBeats(millis: number): void {
    if (this.#beatAt < millis) {
      this.#beatAt += Math.ceil((millis - this.#beatAt) / this.#beatMillis) * this.#beatMillis;
    }
  }

  #askForFlow(millis: number): void {
    if (this.#flow.asked !== '') return;
    this.#situation.effects.status(this.to, statusBlock('100 FlowControl Request'), this.#flow.ask(millis));
  }
}
