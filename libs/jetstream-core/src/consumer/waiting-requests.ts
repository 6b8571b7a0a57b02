import type { PullRequest } from './pull-request.ts';

/** A pull request that waits for messages. */
export interface Waiting {
  readonly reply: string;
  readonly request: PullRequest;
  /** Infinity: never. */
  readonly expiresAt: number;
  messagesLeft: number;
  /** 0 without a limit. */
  bytesLeft: number;
  hasHadSome: boolean;
  /** When it gets a heartbeat; Infinity: never. */
  beatAt: number;
  /** Whom its group is pinned to, as far as it knows. */
  pin: string;
}

/** The waiting requests of a consumer: those of lower priority numbers first, in turns among equals (ADR-42). */
export class WaitingRequests {
  #all: Waiting[] = [];

  get size(): number {
    return this.#all.length;
  }

  get nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { expiresAt, beatAt } of this.#all) at = Math.min(at, expiresAt, beatAt);
    return at;
  }

  add(reply: string, request: PullRequest, millis: number): Waiting {
    const { expiresMillis, heartbeatMillis, batch, maxBytes, pin } = request;
    const waiting: Waiting = {
      reply,
      request,
      expiresAt: expiresMillis === 0 ? Number.POSITIVE_INFINITY : millis + expiresMillis,
      messagesLeft: batch,
      bytesLeft: maxBytes,
      hasHadSome: false,
      beatAt: heartbeatMillis === 0 ? Number.POSITIVE_INFINITY : millis + heartbeatMillis,
      pin,
    };
    this.#insert(waiting);
    return waiting;
  }

  /** One that waited elsewhere. */
  enter(waiting: Waiting): void {
    this.#insert(waiting);
  }

  /** The one whose turn it is, of those that may have a message. */
  first(isEligible: (waiting: Waiting) => boolean): Waiting | undefined {
    return this.#all.find(isEligible);
  }

  /** It had a message: it goes when that was all, or to the end of those of its priority. */
  served(waiting: Waiting): void {
    this.#drop(waiting);
    if (waiting.messagesLeft > 0) this.#insert(waiting);
  }

  /** Takes out those that something holds for. */
  remove(isOut: (waiting: Waiting) => boolean): Waiting[] {
    const out = this.#all.filter(isOut);
    if (out.length > 0) this.#all = this.#all.filter((waiting) => !out.includes(waiting));
    return out;
  }

  *[Symbol.iterator](): IterableIterator<Waiting> {
    yield* this.#all;
  }

  #drop(waiting: Waiting): void {
    this.#all.splice(this.#all.indexOf(waiting), 1);
  }

  #insert(waiting: Waiting): void {
    const { priority } = waiting.request;
    const at = this.#all.findIndex((other) => other.request.priority > priority);
    this.#all.splice(at < 0 ? this.#all.length : at, 0, waiting);
  }
}
