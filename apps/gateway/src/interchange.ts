import { AccountGraph, type ServiceWay } from '@skein/accounts';
import { copyBytes } from '@skein/protocol';
import type { Account } from './account.ts';
import { AwaitedReplies, type AwaitedReply, answeredTo, awaitedAt } from './awaited-replies.ts';
import type { Connection } from './connection.ts';
import type { Crossing, Destination } from './crossing.ts';
import { copyMessage, type Message, sendNoResponders, subjectOf } from './deliver.ts';
import type { Gateway } from './gateway.ts';
import { InterestWatches } from './interest-watches.ts';
import { newId } from './reply-subject.ts';
import { addRequestInfo, briefInfo, type ClientInfo, clientInfo, ToldInfo } from './request-info.ts';
import type { Route } from './route.ts';
import { routeMessage, routeWithin } from './routing.ts';
import { type LatencyMeasurement, type LatencyOutcome, latencyMetric, sampled } from './service-latency.ts';

/** A request may go on from account to account, and its answer comes back as far. */
const HOPS_MAX = 16;
/** Requests that one message may become beyond its first step: tenants in operator mode may import each other crosswise. */
const FURTHER_REQUESTS_MAX = 1024;
/** Measurements and refusals of one turn; beyond it they are dropped. */
const WORDS_MAX = 10_000;
const RESPONDER_MS = 5000;
/** Under way. Anybody may publish what looks like a timed answer: other questions to processes must not wait for it. */
const NAMINGS_MAX = 64;

/**
 * Takes messages from one account to another, where exports and imports say so. All of it happens on the gateway that a
 * message was published at: it knows every account's interest, so that nothing has to be declared for an import, and what
 * leaves for another process is in its last account already. Answers come back by a subject that names this gateway.
 */
export class Interchange {
  readonly graph = new AccountGraph();
  readonly replies: AwaitedReplies;
  readonly watches: InterestWatches;
  readonly #gateway: Gateway;
  /** Of interest, of ways: in any account. */
  changes = 0;
  /** Accounts that the message being routed has come through. */
  #hops = 0;
  /** Which they are. */
  readonly #path: Account[] = [];
  /** Where on it the last answer began: it may ask where its question has been. */
  #begun = 0;
  #furtherRequests = 0;
  /** What the message was before each of them. */
  readonly #kept: Message[] = [];
  #namings = 0;
  /** To be published at the end of the turn: a message is being routed. */
  #words: { account: Account; subject: Buffer; payload: Buffer; headerBytes: number }[] = [];

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.watches = new InterestWatches(gateway);
    this.replies = new AwaitedReplies(gateway.runtime, () => gateway.member.id);
  }

  /** An answer's subject names its gateway. Nothing else is reached by such a subject: anybody can publish to it. */
  leadBack(route: Route): void {
    const { member } = this.#gateway;
    const { replyProcess } = route;
    route.awaitsHere = replyProcess === member.id;
    const isGateway = member.links.get(replyProcess)?.peer.component === 'gateway';
    route.replyGateway = isGateway ? replyProcess : 0;
  }

  account(name: string): Account {
    return this.#gateway.account(name);
  }

  /** Where messages on a subject are seen in other accounts, as a stream that these import. */
  importers(account: Account, subject: string): { account: Account; subject: string }[] {
    const leading = this.graph.ways(account.name)?.match(subject).plain ?? [];
    return leading
      .filter(({ kind }) => kind === 'stream')
      .map(({ account: name, transform }) => ({
        account: this.account(name),
        subject: transform?.apply(subject) ?? subject,
      }));
  }

  /** To everybody in other accounts. Returns how many took it; leaves the message as it was. */
  carry(from: Connection | null, account: Account, route: Route, message: Message, request: number): number {
    if (route.leadingAt !== this.changes) this.#findLeading(route);
    const { leading } = route;
    if ((leading.length === 0 && !route.awaitsHere) || this.#hops >= HOPS_MAX) return 0;
    if (this.#hops === 0) this.#furtherRequests = 0;
    this.#path[this.#hops] = account;
    this.#kept[this.#hops] ??= { ...message };
    const kept = this.#kept[this.#hops++];
    copyMessage(message, kept);
    let taken = 0;
    try {
      // What is awaited is no request and no part of a stream.
      if (route.awaitsHere) {
        taken = this.answer(from, account, route, message);
        copyMessage(kept, message);
      }
      for (const crossing of leading) {
        const { way, destination } = crossing;
        if (way.kind === 'service') {
          taken += this.#request(from, account, way, destination, route, message, taken === 0 ? request : 0);
        } else if (this.#hops === 1) {
          // What has come as a request or an answer is no part of a stream: nats-server sees it so.
          taken += this.#stream(from, crossing, message);
        }
        copyMessage(kept, message);
      }
    } finally {
      // One client's bytes that we fail on must not close the ways for all.
      this.#hops--;
    }
    return taken;
  }

  /** Accounts that import a stream and do not listen cost nothing. */
  #findLeading(route: Route): void {
    route.leading = route.crossings.filter(
      ({ way, destination }) => way.kind === 'service' || destination.route.hasReceivers,
    );
    // Finding out may have met an account for the first time.
    route.leadingAt = this.changes;
  }

  /** What an exporter's message is to those who import the stream. It goes no further than to them. */
  #stream(from: Connection | null, { way, destination }: Crossing, message: Message): number {
    const { route } = destination;
    const { trace } = message;
    trace?.exported(destination.account.name, destination.subject);
    const wasHidden = hideTrace(message, way.allowTrace);
    retarget(message, destination.subject, 0, destination.subject.length);
    const { links, runtime } = this.#gateway;
    const taken = routeWithin(from, destination.account, route, message, links, runtime, 0);
    if (trace !== null) trace.isHidden = wasHidden;
    return taken;
  }

  /** A request to a service of another account. */
  #request(
    from: Connection | null,
    account: Account,
    way: ServiceWay,
    destination: Destination,
    route: Route,
    message: Message,
    request: number,
  ): number {
    if (this.#leadsRound(account, destination.account)) return 0;
    if (this.#hops > 1 && ++this.#furtherRequests > FURTHER_REQUESTS_MAX) return 0;
    const { links, runtime, settings } = this.#gateway;
    const target =
      destination.route.remapping === null ? destination : destination.route.remapping.draw(runtime.random());
    if (target === null) return 0;
    const { trace } = message;
    trace?.imported(target.account.name, route.subject, target.subject);
    const wasHidden = hideTrace(message, way.allowTrace);
    const info = this.#infoOf(from, account, way);
    const measurement = this.#measured(way, message, info);
    const awaited = this.#await(target.account, account, route.subject, way, message, measurement);
    retarget(message, target.subject, 0, target.subject.length);
    if (settings.headers) {
      addRequestInfo(message, info, this.#traceFurther(target.account, account, way, message));
    }
    const taken = routeMessage(from, target.account, target.route, message, links, runtime, request);
    if (trace !== null) trace.isHidden = wasHidden;
    if (awaited !== null && taken === 0) this.replies.delete(awaited);
    if (measurement !== null && (awaited === null || taken === 0)) {
      this.#publishMetric(target.account, measurement, { status: awaited === null ? 400 : 503, elapsedMs: 0 });
    }
    return taken;
  }

  /** A request has been in that account before. A configuration's imports form no cycle; tokens may. */
  #leadsRound(from: Account, to: Account): boolean {
    const at = this.#path.indexOf(to, this.#begun);
    return to !== from && at >= 0 && at < this.#hops;
  }

  /** Who asks, as the service is told: the same as last time, for whoever asks again. */
  #infoOf(from: Connection | null, account: Account, way: ServiceWay): ToldInfo {
    const { serverName } = this.#gateway;
    if (from === null) return new ToldInfo(briefInfo(null, account.name, way.namesServer ? serverName : ''));
    const told = from.toldServices;
    if (told !== null && told.way === way && told.account === from.account && told.rttMs === from.rttMs)
      return told.info;
    const info = new ToldInfo(
      way.share
        ? JSON.stringify(clientInfo(from, account.name, serverName))
        : briefInfo(from, account.name, way.namesServer ? serverName : ''),
    );
    from.toldServices = { way, account: from.account, rttMs: from.rttMs, info };
    return info;
  }

  /** The request gets a reply subject of its own. Null: it wants no answer. */
  #await(
    account: Account,
    requester: Account,
    asked: string,
    way: ServiceWay,
    message: Message,
    latency: LatencyMeasurement | null,
  ): AwaitedReply | null {
    if (message.replyEnd === message.replyStart) return null;
    const now = this.#gateway.turn.nowMs();
    const { reply, replyStart, replyEnd } = message;
    const awaited = this.replies.add(account, requester, asked, way.service, now, latency, reply, replyStart, replyEnd);
    answerTo(message, awaited);
    return awaited;
  }

  /** An answer that is awaited here is published where it was asked from. Returns how many took it. Changes the message. */
  answer(from: Connection | null, account: Account, route: Route, message: Message): number {
    const { subject, subjectStart, subjectEnd } = message;
    // What is shown goes by its route's subject.
    const awaited = message.isShown
      ? this.replies.get(route.subject)
      : this.replies.find(subject, subjectStart, subjectEnd);
    // Who guesses at it from an account that was not asked gets nothing out of it.
    if (awaited === undefined || awaited.account !== account) return 0;
    const now = this.#gateway.turn.nowMs();
    const { type, requester } = awaited;
    const isEmpty = message.payloadEnd - message.payloadStart === message.headerBytes;
    if (type === 'Singleton' || (type === 'Chunked' && isEmpty)) this.replies.delete(awaited);
    else awaited.expiresMs = now + awaited.thresholdMs;
    this.#measure(from, awaited);
    // An answer that is a question itself: its answer takes the same way in the other direction. A stream's message is
    // acknowledged by a service of its own, as it says.
    if (message.replyEnd > message.replyStart && !message.isShown) {
      const service = { responseType: 'Singleton' } as const;
      const asked = subjectOf(route, message);
      const { reply, replyStart, replyEnd } = message;
      const further = this.replies.add(requester, account, asked, service, now, null, reply, replyStart, replyEnd);
      answerTo(message, further);
    }
    const { bytes, subjectEnd: replyStart, replyEnd } = awaited;
    retarget(message, bytes, replyStart, replyEnd);
    const { links, runtime } = this.#gateway;
    const found = message.isShown
      ? requester.route(bytes, replyStart, replyEnd)
      : requester.answerRoute(bytes, replyStart, replyEnd);
    const begun = this.#begun;
    this.#begun = this.#hops;
    try {
      return routeMessage(from, requester, found, message, links, runtime, 0);
    } finally {
      this.#begun = begun;
    }
  }

  /** Nobody took a request: who made it is told, over however many accounts. */
  noResponders(connection: Connection, subject: string, reply: string): void {
    let [toldSubject, toldReply] = [subject, reply];
    for (let hops = 0; hops < HOPS_MAX; hops++) {
      const awaited = this.replies.get(toldReply);
      if (awaited === undefined) break;
      this.replies.delete(awaited);
      if (awaited.latency !== null) {
        this.#publishMetric(awaited.account, awaited.latency, { status: 503, elapsedMs: 0 });
      }
      [toldSubject, toldReply] = [awaited.asked, answeredTo(awaited)];
    }
    sendNoResponders(connection, toldSubject, toldReply);
  }

  /** What the service is told of where traces go: a subject that leads back, or that there is none. Undefined: nobody asked. */
  #traceFurther(
    account: Account,
    requester: Account,
    { allowTrace }: ServiceWay,
    { trace }: Message,
  ): string | undefined {
    if (trace === null || trace.isWanted) return undefined;
    if (!allowTrace) return 'trace disabled';
    const { destination } = trace;
    const service = { responseType: 'Streamed' } as const;
    const reply = Buffer.from(destination, 'latin1');
    const now = this.#gateway.turn.nowMs();
    return awaitedAt(this.replies.add(account, requester, destination, service, now, null, reply, 0, reply.length));
  }

  // ---------------------------------------------------------------- latency

  #measured({ service }: ServiceWay, message: Message, info: ToldInfo): LatencyMeasurement | null {
    if (service.latency === undefined) return null;
    const { runtime } = this.#gateway;
    const chosen = sampled(service, message, () => runtime.random());
    if (chosen === undefined) return null;
    return {
      subject: service.latency.subject,
      requestor: JSON.parse(info.json),
      header: chosen.header,
      startedMs: runtime.now(),
      startedWallMs: runtime.wallMs(),
      responder: undefined,
    };
  }

  /** A timed answer goes to another gateway, which does not know whose it is: it is told, on the same link, before. */
  nameResponder(from: Connection, account: Account, route: Route): void {
    // Without it the measurement says less.
    if (this.#namings >= NAMINGS_MAX) return;
    this.#namings++;
    const { member, serverName } = this.#gateway;
    const responder = clientInfo(from, account.name, serverName);
    const body = JSON.stringify({ subject: route.subject, responder });
    const done = (): void => {
      this.#namings--;
    };
    member.request(route.replyGateway, 'responder', body, RESPONDER_MS).then(done, done);
  }

  /** The other gateway says who is about to answer. */
  responderNamed({ subject, responder }: { subject: string; responder: ClientInfo }): void {
    const latency = this.replies.get(subject)?.latency;
    if (latency) latency.responder = responder;
  }

  #measure(from: Connection | null, awaited: AwaitedReply): void {
    const { latency, account } = awaited;
    if (latency === null) return;
    awaited.latency = null;
    const responder = from === null ? latency.responder : clientInfo(from, account.name, this.#gateway.serverName);
    const elapsedMs = this.#gateway.runtime.now() - latency.startedMs;
    this.#publishMetric(account, latency, { status: 200, responder, elapsedMs });
  }

  #publishMetric(
    account: Account,
    measurement: LatencyMeasurement,
    outcome: Pick<LatencyOutcome, 'status' | 'responder' | 'elapsedMs'>,
  ): void {
    const metric = latencyMetric(measurement, { ...outcome, id: newId(), wallMs: this.#gateway.runtime.wallMs() });
    this.#say(account, Buffer.from(measurement.subject), Buffer.from(metric), 0);
  }

  /**
   * A store takes no more: who publishes to a stream is told so, as by nats-server when it can't follow. False: it is no such
   * publish, or nobody wants to know.
   */
  tellTooMany(account: Account, { subject }: Route, message: Message): boolean {
    if (message.replyEnd === message.replyStart || subject.startsWith('$JS.')) return false;
    this.#say(account, replyOf(message), TOO_MANY, TOO_MANY_HEADER.length);
    return true;
  }

  #say(account: Account, subject: Buffer, payload: Buffer, headerBytes: number): void {
    if (this.#words.length >= WORDS_MAX) return;
    this.#words.push({ account, subject, payload, headerBytes });
    if (this.#words.length === 1) this.#gateway.runtime.defer(this.#publishWords);
  }

  readonly #publishWords = (): void => {
    for (const { account, subject, payload, headerBytes } of this.#words.splice(0)) {
      this.#gateway.publish(account, subject, payload, headerBytes);
    }
  };
}

// Recorded from nats-server 2.15.2, but for the name of the stream, which is not known here.
const TOO_MANY_HEADER = 'NATS/1.0 429 Too Many Requests\r\n\r\n';
const TOO_MANY = Buffer.from(
  `${TOO_MANY_HEADER}{"error":{"code":429,"err_code":10167,"description":"too many requests"},"stream":"","seq":0}`,
);

/** Returns whether it was hidden before. */
function hideTrace({ trace }: Message, allowed: boolean): boolean {
  if (trace === null) return false;
  const before = trace.isHidden;
  if (!allowed) trace.isHidden = true;
  return before;
}

/** A copy: the message's bytes are lent. */
function replyOf({ reply, replyStart, replyEnd }: Message): Buffer {
  const copy = Buffer.allocUnsafe(replyEnd - replyStart);
  copyBytes(reply, replyStart, replyEnd, copy, 0);
  return copy;
}

function answerTo(message: Message, { bytes, subjectStart, subjectEnd }: AwaitedReply): void {
  message.reply = bytes;
  message.replyStart = subjectStart;
  message.replyEnd = subjectEnd;
}

/** What is shown stays. */
function retarget(message: Message, subject: Buffer, start: number, end: number): void {
  if (message.isShown) return;
  message.subject = subject;
  message.subjectStart = start;
  message.subjectEnd = end;
}
