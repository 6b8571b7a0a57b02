import type { AccountLimits, Mapper, TraceDestination, Way } from '@skein/accounts';
import { LiteralIndex, Sublist } from '@skein/subjects';
import type { Connection } from './connection.ts';
import { type Crossing, Destination, Remapping } from './crossing.ts';
import type { Interchange } from './interchange.ts';
import type { InterestWatch } from './interest-watches.ts';
import { RemoteInterest } from './remote-interest.ts';
import { isReplySubject } from './reply-subject.ts';
import { Route, RouteCache } from './route.ts';
import type { Subscription } from './subscription.ts';

interface WaysOut {
  ways: Sublist<Way> | null;
  mapper: Mapper | null;
}

const NO_WAYS: WaysOut = { ways: null, mapper: null };

/** A tenant: its subjects, subscriptions and caches are seen by nobody else. */
export class Account {
  readonly name: string;
  readonly nameBytes: Buffer;
  /** What people call it. */
  nameTag: string;
  /** This gateway's clients. */
  readonly local = new Sublist<Subscription>();
  /** The other processes of the node. */
  readonly remote = new Sublist<RemoteInterest>();
  readonly connections = new Set<Connection>();
  limits: AccountLimits = {};
  traceDestination: TraceDestination | undefined;
  /** What connections have moved that are no longer in it. */
  readonly moved = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
  slowConsumers = 0;
  /** Subjects that inner processes watch; null: none. */
  watched: LiteralIndex<InterestWatch> | null = null;
  /** Subscriptions that came and went, and routes that were not in the cache, or not as things stand. */
  inserts = 0;
  removes = 0;
  misses = 0;
  /** Other processes' interest, by process and then pattern, so that it can be changed and withdrawn. */
  readonly remoteEntries = new Map<number, Map<string, RemoteInterest>>();
  #routes = new RouteCache();
  /** Of answers, by what stands before their last token, dot included. */
  #answerRoutes = new RouteCache();
  /** What its routes have been found to hold since the caches were empty. */
  #routedWeight = 0;
  /** Rises with each change of interest: a route of an older generation is matched again. */
  #generation = 0;
  /** How it hangs together with other accounts; null where there are none. */
  readonly interchange: Interchange | null;
  /** Where its messages go beside itself, and how they are mapped. Undefined until one asks. */
  #ways: WaysOut | undefined;
  /** Rises when these change. */
  #waysGeneration = 0;

  constructor(name: string, interchange: Interchange | null = null) {
    this.name = name;
    this.interchange = interchange;
    this.nameBytes = Buffer.from(name);
    this.nameTag = name;
  }

  /** A connection comes in; what it has moved before was in another account. */
  enter(connection: Connection): void {
    this.connections.add(connection);
    this.#add(connection, -1);
  }

  /** A connection goes; what it has moved stays. */
  leave(connection: Connection): void {
    if (this.connections.delete(connection)) this.#add(connection, 1);
  }

  #add({ inMsgs, inBytes, outMsgs, outBytes }: Connection, sign: 1 | -1): void {
    const { moved } = this;
    moved.inMsgs += sign * inMsgs;
    moved.inBytes += sign * inBytes;
    moved.outMsgs += sign * outMsgs;
    moved.outBytes += sign * outBytes;
  }

  #changed(): void {
    this.#generation++;
    if (this.interchange !== null) this.interchange.changes++;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Returns how many subscriptions here now share the pattern and queue name. */
  insert(subscription: Subscription): number {
    this.#changed();
    this.inserts++;
    const count = this.local.insert(subscription);
    if (this.watched !== null && count === 1) this.interchange?.watches.changed(this, subscription.subject);
    return count;
  }

  /** Returns how many are left; -1 when it was not there. */
  remove(subscription: Subscription): number {
    this.#changed();
    const left = this.local.remove(subscription);
    if (left >= 0) this.removes++;
    if (this.watched !== null && left === 0) this.interchange?.watches.changed(this, subscription.subject);
    return left;
  }

  /** The routes at hand. */
  get routes(): Iterable<Route> & { readonly size: number } {
    return this.#routes;
  }

  /** Another process's weight on a pattern; 0 withdraws. */
  setRemote(process: number, subject: string, queue: string, weight: number): void {
    let patterns = this.remoteEntries.get(process);
    if (patterns === undefined) {
      patterns = new Map();
      this.remoteEntries.set(process, patterns);
    }
    const key = patternKey(subject, queue);
    const present = patterns.get(key);
    if (present !== undefined) {
      if (weight === present.weight) return;
      if (weight > 0) present.weight = weight;
      else {
        patterns.delete(key);
        this.remote.remove(present);
        if (patterns.size === 0) this.remoteEntries.delete(process);
        this.#watchedRemotely(process, subject);
      }
    } else if (weight > 0) {
      const added = new RemoteInterest(process, subject, queue, weight);
      patterns.set(key, added);
      this.remote.insert(added);
      this.#watchedRemotely(process, subject);
    }
    this.#changed();
  }

  withdrawRemote(process: number): void {
    const patterns = this.remoteEntries.get(process);
    if (patterns === undefined) return;
    for (const entry of patterns.values()) this.remote.remove(entry);
    this.remoteEntries.delete(process);
    this.#changed();
    // What it was is not known any more.
    if (this.watched !== null)
      for (const { subject } of patterns.values()) this.interchange?.watches.changed(this, subject);
  }

  /** Another process wants a pattern from now on, or no longer. */
  #watchedRemotely(process: number, subject: string): void {
    if (this.watched !== null) this.interchange?.watches.remoteChanged(this, process, subject);
  }

  /** The up-to-date route of the subject that these bytes are. @param isAnswer most likely, and seen never again */
  route(buffer: Buffer, start: number, end: number, isAnswer = false): Route {
    const route = isReplySubject(buffer, start, end)
      ? // Seen once and never again: kept, it would cost more in garbage than it saves.
        new Route(buffer.toString('latin1', start, end), 0)
      : this.#routes.get(buffer, start, end, isAnswer || buffer[start] === UNDERSCORE);
    if (route.generation !== this.#generation) this.refresh(route);
    return route;
  }

  /**
   * As `route`, for answers, mostly to a subject that nobody uses again: where no interest tells inboxes of one requester apart, they have
   * one route (`isShared`), and so have the answers that this gateway awaits, and the acknowledgements of a consumer's messages. Its
   * `subject` is then not the message's.
   */
  answerRoute(buffer: Buffer, start: number, end: number): Route {
    return this.#sharedRoute(buffer, start, end) ?? this.route(buffer, start, end, true);
  }

  /** As `route`, for what a client publishes: it may be an answer. */
  publishedRoute(buffer: Buffer, start: number, end: number): Route {
    return this.#sharedRoute(buffer, start, end) ?? this.route(buffer, start, end);
  }

  #sharedRoute(buffer: Buffer, start: number, end: number): Route | undefined {
    const tail = tailOf(buffer, start, end);
    if (tail < 0) return undefined;
    const route = this.#answerRoutes.get(buffer, start, tail, true);
    if (route.sharedAt !== this.#generation) this.#share(route);
    return route.generation === this.#generation ? route : undefined;
  }

  /** A route that can't be shared is never up to date. */
  #share(route: Route): void {
    route.isShared = true;
    route.sharedAt = this.#generation;
    const { subject, replyProcess } = route;
    const prefix = subject.slice(0, -1);
    if (!this.local.isUniformBelow(prefix) || !this.remote.isUniformBelow(prefix)) return;
    const any = `${subject}x`;
    if (replyProcess !== 0) {
      this.interchange?.leadBack(route);
      // Another gateway's may come when there is a way to it, whatever interest there is.
      if (!route.awaitsHere) return;
    } else {
      const { ways, mapper } = this.#waysOut() ?? NO_WAYS;
      if (mapper !== null) return;
      if (ways !== null && (!ways.isUniformBelow(prefix) || ways.match(any).plain.length > 0)) return;
    }
    this.misses++;
    route.refresh(this.local.match(any), this.remote.match(any), this.#generation);
    this.#weigh(route);
  }

  watch(subject: string, watch: InterestWatch): void {
    this.watched ??= new LiteralIndex();
    this.watched.add(subject, watch);
  }

  unwatch(subject: string, watch: InterestWatch): void {
    this.watched?.delete(subject, watch);
    if (this.watched?.isEmpty) this.watched = null;
  }

  /** Its exports, imports or mappings, or those of accounts beside it, are other now. */
  waysChanged(): void {
    this.#ways = undefined;
    this.#waysGeneration++;
    this.#changed();
    this.interchange?.watches.waysChanged();
  }

  /** Where messages on this route go beside this account. */
  #lead(route: Route): void {
    route.waysGeneration = this.#waysGeneration;
    const { interchange } = this;
    const out = this.#waysOut();
    // An answer goes to whom it is for, and is nobody's request, stream or mapping.
    if (interchange === null || out === undefined || route.replyProcess !== 0) return;
    const { ways, mapper } = out;
    const { subject } = route;
    const mapping = mapper?.find(subject);
    route.remapping = mapping === undefined ? null : new Remapping(this, subject, mapping);
    const leading = ways?.match(subject).plain ?? [];
    route.crossings = leading.map(
      (way): Crossing => ({
        way,
        destination: new Destination(interchange.account(way.account), way.transform?.apply(subject) ?? subject),
      }),
    );
  }

  #waysOut(): WaysOut | undefined {
    if (this.interchange === null) return undefined;
    const { graph } = this.interchange;
    this.#ways ??= { ways: graph.ways(this.name), mapper: graph.mapper(this.name) };
    return this.#ways;
  }

  refresh(route: Route): void {
    this.misses++;
    if (route.waysGeneration !== this.#waysGeneration) this.#lead(route);
    if (route.replyProcess !== 0) this.interchange?.leadBack(route);
    route.refresh(this.local.match(route.subject), this.remote.match(route.subject), this.#generation);
    this.#weigh(route);
  }

  #weigh({ weight }: Route): void {
    this.#routedWeight += weight;
    if (this.#routedWeight <= ROUTED_WEIGHT_MAX) return;
    this.#routedWeight = 0;
    this.#routes = new RouteCache();
    this.#answerRoutes = new RouteCache();
  }
}

/** Where that begins of a subject which no other has: an inbox's last token, or what an acknowledgement has behind the consumer. -1: nowhere. */
function tailOf(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] === UNDERSCORE) return lastToken(bytes, start, end);
  return bytes[start] === ACK[0] ? fifthToken(bytes, start, end) : -1;
}

/** Of an acknowledgement's subject. -1: it is none, or has an empty token. */
function fifthToken(bytes: Buffer, start: number, end: number): number {
  const third = start + ACK.length;
  for (let at = start; at < third; at++) if (bytes[at] !== ACK[at - start]) return -1;
  let dots = 0;
  let fifth = -1;
  for (let at = third; at < end; at++) {
    if (bytes[at] !== DOT) continue;
    if (bytes[at - 1] === DOT) return -1;
    if (++dots === 2) fifth = at + 1;
  }
  return bytes[end - 1] === DOT ? -1 : fifth;
}

/** Where it begins. -1: it is empty, or the only one. */
function lastToken(bytes: Buffer, start: number, end: number): number {
  let dot = end - 1;
  while (dot > start && bytes[dot] !== DOT) dot--;
  return dot > start && dot < end - 1 ? dot + 1 : -1;
}

const ACK = Buffer.from('$JS.ACK.');
const DOT = 0x2e;
/** Inboxes begin with it: each request has one of its own. */
const UNDERSCORE = 0x5f;

/** Routes to many receivers are large: the cache starts anew when they may have come to this many list entries. */
const ROUTED_WEIGHT_MAX = 1_000_000;

/** One string for a pattern and its queue; a space can stand in neither. */
export function patternKey(subject: string, queue: string): string {
  return queue === '' ? subject : `${subject} ${queue}`;
}
