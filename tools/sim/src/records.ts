import type { GatewayLife } from './gateway-life.ts';

/** Never: the moment of what has not happened. */
export const NEVER = Number.POSITIVE_INFINITY;

/**
 * How a client's connection ended. `left`: it spoke nonsense, and the server closed after everything before it; `abrupt`: the
 * client closed while messages may have been on the way to it; `lost`: its gateway went away.
 */
export type Ending = 'left' | 'abrupt' | 'lost';

/** One connection of a client. All moments are the model's (`Clock`). */
export class Session {
  readonly id: number;
  readonly life: GatewayLife;
  readonly subscriptions = new Map<string, Subscription>();
  /** Sent and not answered, oldest first: when, and the last message and unsubscribes sent before. */
  readonly pings: { readonly sentAt: number; readonly lastSequence: number }[] = [];
  readonly published: Message[] = [];
  flushed = 0;
  endedAt = NEVER;
  ending: Ending | undefined;

  constructor(id: number, life: GatewayLife) {
    this.id = id;
    this.life = life;
  }

  get open(): boolean {
    return this.ending === undefined;
  }
}

export class Subscription {
  readonly session: Session;
  readonly sid: string;
  readonly pattern: string;
  readonly queue: string;
  /** Messages after which it ends; 0: never. */
  readonly max: number;
  readonly sentAt: number;
  /** The client may rely on it for what is published later. */
  confirmedAt = NEVER;
  /** The client has asked for its end. */
  unsubscribedAt = NEVER;
  /** Its gateway has surely ended it. */
  goneAt = NEVER;
  /** Of those not judged yet. */
  readonly received = new Set<Message>();
  receivedCount = 0;
  readonly lastSequences = new Map<Session, number>();

  constructor(session: Session, sid: string, pattern: string, queue: string, max: number, sentAt: number) {
    this.session = session;
    this.sid = sid;
    this.pattern = pattern;
    this.queue = queue;
    this.max = max;
    this.sentAt = sentAt;
  }

  get label(): string {
    const queue = this.queue === '' ? '' : ` ${this.queue}`;
    return `${this.pattern}${queue} (sid ${this.sid} of s${this.session.id} on ${this.session.life.name})`;
  }
}

export class Message {
  readonly id: number;
  readonly publisher: Session;
  /** Among its publisher's messages, from 1. */
  readonly sequence: number;
  readonly subject: string;
  /** '' is none; a message with one is a request. */
  readonly reply: string;
  readonly sentAt: number;
  /** The publisher has the PONG to a PING sent after it. */
  flushedAt = NEVER;
  deliveries = 0;
  /** Who got it, by queue group. */
  readonly byQueue = new Map<string, Subscription>();
  noResponders = 0;
  noRespondersAt = NEVER;

  constructor(id: number, publisher: Session, sequence: number, subject: string, reply: string, sentAt: number) {
    this.id = id;
    this.publisher = publisher;
    this.sequence = sequence;
    this.subject = subject;
    this.reply = reply;
    this.sentAt = sentAt;
  }

  get label(): string {
    return `message ${this.id} to ${this.subject} (s${this.publisher.id} on ${this.publisher.life.name}, at ${this.sentAt.toFixed(3)})`;
  }
}
