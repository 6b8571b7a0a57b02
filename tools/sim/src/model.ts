import type { Clock } from './clock.ts';
import type { Disturbances } from './disturbances.ts';
import type { GatewayLife } from './gateway-life.ts';
import { type Ending, Message, NEVER, Session, Subscription } from './records.ts';
import { matches } from './subject.ts';
import type { Trace } from './trace.ts';

/** A gateway is cut off when it has been silent for 2 s; that is looked at every 250 ms. */
const HELD_MS_MAX = 2500;
/** How long a router that was away may take until it settles again: processes come back to it, or are given up. */
const ROUTER_BACK_MS = 3000;

/**
 * What clients did and saw, and what the node owes them for it. Told everything as it happens; what can be judged at once is
 * judged at once, the rest by `judge`, when all is quiet. Whatever is wrong lands in `violations`.
 *
 * Losses are allowed only where a frame was in a broken place (see `Disturbances`): on a link that was cut, or of, to or
 * through a gateway that died, before that was noticed.
 */
export class Model {
  readonly violations: string[] = [];
  readonly sessions: Session[] = [];
  readonly counts = { messages: 0, deliveries: 0, queueDeliveries: 0, noResponders: 0, pongs: 0, excused: 0 };
  private readonly clock: Clock;
  private readonly trace: Trace;
  private readonly disturbances: Disturbances;
  private messages = new Map<number, Message>();
  private requests = new Map<string, Message>();
  private subscriptions: Subscription[] = [];
  /** Flushed messages that something later came before: wrong, unless they turn out to have been in a broken place. */
  private overtaken: { message: Message; subscription: Subscription }[] = [];
  private lastMessage = 0;
  private lastSid = 0;

  constructor(clock: Clock, trace: Trace, disturbances: Disturbances) {
    this.clock = clock;
    this.trace = trace;
    this.disturbances = disturbances;
  }

  // ------------------------------------------------------------ what clients do

  opened(life: GatewayLife): Session {
    const session = new Session(this.sessions.length + 1, life);
    this.sessions.push(session);
    this.note(`s${session.id} opened on ${life.name}`);
    return session;
  }

  ended(session: Session, ending: Ending): void {
    if (!session.open) return;
    session.ending = ending;
    session.endedAt = this.note(`s${session.id} ended, ${ending}`);
    for (const subscription of session.subscriptions.values()) {
      subscription.goneAt = Math.min(subscription.goneAt, session.endedAt);
    }
  }

  subscribe(session: Session, pattern: string, queue: string, max: number): Subscription {
    const sid = String(++this.lastSid);
    const at = this.note(`s${session.id} SUB ${pattern} ${queue} ${sid} max ${max}`);
    const subscription = new Subscription(session, sid, pattern, queue, max, at);
    session.subscriptions.set(sid, subscription);
    this.subscriptions.push(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    subscription.unsubscribedAt = this.note(`s${subscription.session.id} UNSUB ${subscription.sid}`);
  }

  /** What it sends now makes the server close the connection. */
  leaves(session: Session): void {
    const at = this.note(`s${session.id} leaves`);
    for (const subscription of session.subscriptions.values()) {
      subscription.unsubscribedAt = Math.min(subscription.unsubscribedAt, at);
    }
  }

  ping(session: Session): void {
    const sentAt = this.note(`s${session.id} PING`);
    session.pings.push({ sentAt, lastSequence: session.published.length });
  }

  publish(session: Session, subject: string, reply: string): Message {
    const id = ++this.lastMessage;
    const sentAt = this.note(`s${session.id} PUB ${subject} ${reply} = ${id}`);
    const message = new Message(id, session, session.published.length + 1, subject, reply, sentAt);
    session.published.push(message);
    this.messages.set(id, message);
    if (reply !== '') this.requests.set(reply, message);
    this.counts.messages++;
    return message;
  }

  // ------------------------------------------------------------ what they see

  pong(session: Session): void {
    const at = this.note(`s${session.id} PONG`);
    const ping = session.pings.shift();
    if (ping === undefined) {
      this.wrong(`s${session.id} got a PONG that it has not asked for`);
      return;
    }
    this.counts.pongs++;
    this.lookForHeldUp(session, ping.sentAt, at);
    while (session.flushed < ping.lastSequence) session.published[session.flushed++].flushedAt = at;
    for (const subscription of session.subscriptions.values()) {
      if (subscription.unsubscribedAt < ping.sentAt) subscription.goneAt = Math.min(subscription.goneAt, at);
      else {
        this.lookForOvertaken(subscription, ping.sentAt);
        if (subscription.sentAt < ping.sentAt) subscription.confirmedAt = Math.min(subscription.confirmedAt, at);
      }
    }
  }

  received(session: Session, sid: string, subject: string, id: number): Message | undefined {
    const at = this.note(`s${session.id} MSG ${subject} ${sid} = ${id}`);
    const subscription = session.subscriptions.get(sid);
    const message = this.messages.get(id);
    if (subscription === undefined || message === undefined) {
      this.wrong(`s${session.id} got message ${id}, to sid ${sid}: one of them does not exist`);
      return undefined;
    }
    const what = `${subscription.label} got ${message.label}`;
    if (subject !== message.subject || !matches(subscription.pattern, subject)) this.wrong(`${what} as ${subject}`);
    if (subscription.goneAt < at) this.wrong(`${what} after its end`);
    if (subscription.received.has(message)) this.wrong(`${what} twice`);
    this.lookForOvertaken(subscription, message.sentAt);
    subscription.received.add(message);
    subscription.receivedCount++;
    message.deliveries++;
    if (subscription.max > 0) {
      if (subscription.receivedCount > subscription.max) this.wrong(`${what} beyond its maximum ${subscription.max}`);
      if (subscription.receivedCount >= subscription.max) subscription.goneAt = Math.min(subscription.goneAt, at);
    }
    if (message.noResponders > 0) this.wrong(`${what}, which was answered with 503`);
    if (subscription.queue === '') this.plainReceived(subscription, message, what);
    else this.queueReceived(subscription, message, what);
    this.confirmBy(message, at);
    return message;
  }

  noResponders(session: Session, reply: string): void {
    const at = this.note(`s${session.id} 503 ${reply}`);
    const request = this.requests.get(reply);
    if (request === undefined || request.publisher !== session) {
      this.wrong(`s${session.id} got a 503 on ${reply}, which it has not used`);
      return;
    }
    this.counts.noResponders++;
    request.noResponders++;
    request.noRespondersAt = at;
    if (request.noResponders > 1) this.wrong(`a second 503 for ${request.label}`);
    if (request.deliveries > 0) this.wrong(`a 503 for ${request.label}, which was delivered`);
    this.confirmBy(request, at);
  }

  /** -ERR. Slots for connections come from the router, and are waited for for a while only. */
  refused(session: Session, text: string): void {
    const at = this.note(`s${session.id} ${text}`);
    const isSlotMissing = text === "-ERR 'maximum connections exceeded'";
    if (isSlotMissing && this.disturbances.wasAway(session.life, at - ROUTER_BACK_MS, at)) return;
    this.wrong(`s${session.id} on ${session.life.name} was told ${text}`);
  }

  private plainReceived(subscription: Subscription, message: Message, what: string): void {
    this.counts.deliveries++;
    const last = subscription.lastSequences.get(message.publisher) ?? 0;
    if (message.sequence <= last) this.wrong(`${what}, its number ${message.sequence} after ${last}`);
    subscription.lastSequences.set(message.publisher, message.sequence);
  }

  private queueReceived(subscription: Subscription, message: Message, what: string): void {
    this.counts.queueDeliveries++;
    const earlier = message.byQueue.get(subscription.queue);
    if (earlier !== undefined) this.wrong(`${what}, which ${earlier.label} of the same group has got`);
    message.byQueue.set(subscription.queue, subscription);
  }

  /** A publish is handled only when what was subscribed to before it is settled: its arrival says so too. */
  private confirmBy(message: Message, at: number): void {
    for (const subscription of message.publisher.subscriptions.values()) {
      if (subscription.sentAt < message.sentAt) subscription.confirmedAt = Math.min(subscription.confirmedAt, at);
    }
  }

  /** While the router works, a frozen gateway holds the others' clients for a while only: it is cut off. */
  private lookForHeldUp(session: Session, from: number, to: number): void {
    const heldMsMax = HELD_MS_MAX * Math.max(1, this.disturbances.frozen(from, to));
    if (to - from <= heldMsMax || this.disturbances.wasAway(session.life, from - ROUTER_BACK_MS, to)) return;
    this.wrong(`s${session.id} on ${session.life.name} waited ${(to - from).toFixed(0)} ms for a PONG`);
  }

  /** What was flushed before a moment comes before whatever was caused after it. */
  private lookForOvertaken(subscription: Subscription, causedAt: number): void {
    if (subscription.queue !== '' || subscription.max > 0 || subscription.unsubscribedAt !== NEVER) return;
    for (const message of this.messages.values()) {
      if (message.flushedAt >= causedAt || message.sentAt <= subscription.confirmedAt) continue;
      if (!matches(subscription.pattern, message.subject) || subscription.received.has(message)) continue;
      this.overtaken.push({ message, subscription });
    }
  }

  // ------------------------------------------------------------ judgement

  /** All is quiet and everything works: whatever has not arrived will not. Forgets the messages judged. */
  judge(): void {
    for (const session of this.sessions) {
      if (session.open && session.pings.length > 0) {
        this.wrong(`s${session.id} on ${session.life.name} waits for ${session.pings.length} PONGs`);
      }
    }
    for (const { message, subscription } of this.overtaken) {
      if (this.disturbances.between(message.publisher.life, subscription.session.life, message.sentAt, NEVER)) continue;
      this.wrong(`${subscription.label} heard of later things before the flushed ${message.label}`);
    }
    for (const message of this.messages.values()) {
      const matching = this.subscriptions.filter(({ pattern }) => matches(pattern, message.subject));
      for (const subscription of matching) if (subscription.queue === '') this.judgePlain(message, subscription);
      for (const queue of new Set(matching.map((subscription) => subscription.queue))) {
        if (queue !== '')
          this.judgeQueue(
            message,
            queue,
            matching.filter((subscription) => subscription.queue === queue),
          );
      }
      if (message.reply !== '' && this.requests.has(message.reply)) this.judgeRequest(message, matching);
    }
    this.messages = new Map();
    this.requests = new Map();
    this.overtaken = [];
    this.subscriptions = this.subscriptions.filter((subscription) => subscription.goneAt === NEVER);
    for (const subscription of this.subscriptions) subscription.received.clear();
  }

  /** What the publisher sent has surely been handled by its gateway, and left it. */
  private wasSent(message: Message): boolean {
    if (message.flushedAt !== NEVER) return true;
    const { publisher } = message;
    if (publisher.open) return true;
    // The server closed after it. What it had not yet written to a link dies with it.
    return publisher.ending === 'left' && publisher.life.diedAt > this.disturbances.quietAfter(message.sentAt);
  }

  private judgePlain(message: Message, subscription: Subscription): void {
    if (subscription.received.has(message) || subscription.confirmedAt >= message.sentAt) return;
    if (subscription.max > 0 && subscription.goneAt !== NEVER) return;
    if (!this.isOwed(message, subscription)) return;
    const until = message.flushedAt === NEVER ? this.disturbances.quietAfter(message.sentAt) : message.flushedAt;
    if (this.disturbances.between(message.publisher.life, subscription.session.life, message.sentAt, until)) {
      this.counts.excused++;
      return;
    }
    this.wrong(`${subscription.label} missed ${message.label}`);
  }

  private isOwed(message: Message, subscription: Subscription): boolean {
    // Later ones of the same publisher came: this one was passed over.
    const last = subscription.lastSequences.get(message.publisher) ?? 0;
    if (last > message.sequence) return true;
    const { session } = subscription;
    if (session.ending === 'abrupt' || session.ending === 'lost') return false;
    if (subscription.unsubscribedAt !== NEVER) return message.flushedAt < subscription.unsubscribedAt;
    return this.wasSent(message);
  }

  private judgeQueue(message: Message, queue: string, group: Subscription[]): void {
    if (message.byQueue.has(queue) || !this.wasSent(message)) return;
    const stays = group.find((subscription) => staysFrom(subscription, message.sentAt));
    if (stays === undefined) return;
    if (this.mayBeLost(message, group)) {
      this.counts.excused++;
      return;
    }
    this.wrong(`no member of ${queue} got ${message.label}, though ${stays.label} stayed`);
  }

  private judgeRequest(message: Message, matching: Subscription[]): void {
    const quiet = this.disturbances.quietAfter(message.sentAt);
    const { publisher } = message;
    if (!this.wasSent(message) || publisher.endedAt < quiet) return;
    const { deliveries, noResponders } = message;
    const stays = matching.find((subscription) => staysFrom(subscription, message.sentAt));
    const wrong =
      stays !== undefined
        ? noResponders > 0 && `${message.label} got a 503, though ${stays.label} was there`
        : matching.every((subscription) => this.isNotThere(subscription, message))
          ? (deliveries > 0 || noResponders !== 1) && `${message.label} has no responders, and got ${noResponders} 503`
          : deliveries + noResponders === 0 && `${message.label} got neither a responder nor a 503`;
    if (wrong === false) return;
    if (this.mayBeLost(message, matching)) this.counts.excused++;
    else this.wrong(wrong);
  }

  /** Surely no receiver of the message: ended before it was sent, or begun when it was over. */
  private isNotThere(subscription: Subscription, message: Message): boolean {
    const { session } = subscription;
    const goneAt =
      session.ending === 'abrupt' ? this.disturbances.quietAfter(subscription.goneAt) : subscription.goneAt;
    return (
      goneAt < message.sentAt ||
      subscription.sentAt > message.noRespondersAt ||
      subscription.sentAt > this.disturbances.quietAfter(message.sentAt)
    );
  }

  /** The message may have been in a broken place: of its publisher's gateway, or of one that had one of the receivers. */
  private mayBeLost(message: Message, receivers: readonly Subscription[]): boolean {
    const from = message.publisher.life;
    const quiet = this.disturbances.endOf(message);
    if (this.disturbances.died(from, from, message.sentAt, quiet)) return true;
    for (const { session } of receivers) {
      if (this.disturbances.died(session.life, from, message.sentAt, quiet)) return true;
      if (this.disturbances.between(from, session.life, message.sentAt, quiet)) return true;
      if (session.ending !== 'abrupt') continue;
      if (session.endedAt < quiet && this.disturbances.quietAfter(session.endedAt) > message.sentAt) return true;
    }
    return false;
  }

  wrong(text: string): void {
    this.violations.push(text);
    this.note(`WRONG: ${text}`);
  }

  private note(text: string): number {
    const at = this.clock.next();
    this.trace.add(at, text);
    return at;
  }
}

/** The client could rely on it at that moment, and still can. */
function staysFrom(subscription: Subscription, at: number): boolean {
  return (
    subscription.confirmedAt < at &&
    subscription.max === 0 &&
    subscription.unsubscribedAt === NEVER &&
    subscription.session.open
  );
}
