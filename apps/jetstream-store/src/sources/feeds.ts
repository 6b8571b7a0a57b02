import { type SourceInfo, type StreamSource, sourceInfo } from '@skein/jetstream-core';
import type { StreamHost } from '../hosted-stream.ts';
import { Feed, type FindElsewhere, type FindStream, type OriginFeed } from './feed.ts';
import { ANYWHERE, accountIn, type Place, placeOf, subjectIn } from './place.ts';
import { type ConsumerKind, type FeedBus, RemoteFeed } from './remote-feed.ts';

/** How a stream is with its origins, as info has it; nothing where it has none. */
export interface OriginsInfo {
  mirror?: SourceInfo;
  sources?: SourceInfo[];
}

/** What feeds have of the bus. */
export interface ProcessBus {
  /** The process wants a subject of an account: 1, or no longer: 0. */
  declare(account: string, subject: string, weight: number): void;
  settled(): Promise<void>;
  /** A message as a client of the account would publish it. */
  publish(account: string, subject: string, reply: string, content: Buffer, headerBytes: number): void;
  /** Feeds listen to it from now on, or no longer. */
  listeningChanged(place: Place, isListened: boolean): void;
  readonly elsewhere: FindElsewhere;
}

/** Mirrors and sources of this process's streams (ADR-59). */
export class Feeds implements FeedBus {
  readonly #find: FindStream;
  readonly #bus: ProcessBus;
  /** `$JS.<domain>.API`: an origin behind it is one of the account's own streams. */
  readonly #ownApi: string;
  readonly #feeds = new Map<StreamHost, OriginFeed[]>();
  /** Those that take from a stream of that account and name, there or not. */
  readonly #byOrigin = new Map<string, Set<OriginFeed>>();
  /** All that is on disk has been found. */
  #isComplete = false;

  /** Who waits for what comes there. */
  readonly #awaited = new Map<Place, RemoteFeed>();
  /** How many listen. */
  readonly #listened = new Map<Place, number>();

  constructor(find: FindStream, domain: string, bus: ProcessBus) {
    this.#find = find;
    this.#bus = bus;
    this.#ownApi = `$JS.${domain}.API`;
  }

  /** What of an account's messages is waited for. */
  *interest(): IterableIterator<[account: string, subject: string]> {
    for (const place of this.#awaited.keys()) yield [accountIn(place), subjectIn(place)];
  }

  /** @returns false: it is nothing that a feed waits for */
  deliver(
    account: string,
    subject: string,
    shown: string,
    reply: string,
    content: Buffer,
    headerBytes: number,
  ): boolean {
    const feed = this.#awaited.get(placeOf(account, subject));
    feed?.deliver(subject, shown, reply, content, headerBytes);
    return feed !== undefined;
  }

  /** From now on what cannot be found is not there. */
  start(): void {
    this.#isComplete = true;
    for (const feeds of this.#feeds.values()) for (const feed of feeds) feed.wake();
  }

  listen(account: string, subject: string, feed: RemoteFeed): boolean {
    const place = placeOf(account, subject);
    if (this.#awaited.has(place)) return false;
    this.#awaited.set(place, feed);
    this.#bus.declare(account, subject, 1);
    this.#count(place, 1);
    if (this.#isAnywhere(feed)) this.#count(placeOf(ANYWHERE, subject), 1);
    return true;
  }

  unlisten(account: string, subject: string, feed: RemoteFeed): void {
    const place = placeOf(account, subject);
    if (this.#awaited.get(place) !== feed) return;
    this.#awaited.delete(place);
    this.#bus.declare(account, subject, 0);
    this.#count(place, -1);
    if (this.#isAnywhere(feed)) this.#count(placeOf(ANYWHERE, subject), -1);
  }

  get listened(): Iterable<Place> {
    return this.#listened.keys();
  }

  /** By feeds of that account, or by those that take from another one by a subject of their own. */
  isListened(account: string, subject: string): boolean {
    return this.#listened.has(placeOf(account, subject)) || this.#listened.has(placeOf(ANYWHERE, subject));
  }

  #count(place: Place, more: 1 | -1): void {
    const before = this.#listened.get(place) ?? 0;
    if (before + more === 0) this.#listened.delete(place);
    else this.#listened.set(place, before + more);
    if (before === 0 || before + more === 0) this.#bus.listeningChanged(place, before === 0);
  }

  /**
   * Of which account its messages come, only exports and imports know. A subject that it has made up is nobody else's anywhere; of one that
   * was chosen gateways tell where it is wanted.
   */
  #isAnywhere({ source: { external, consumer } }: RemoteFeed): boolean {
    return external !== undefined && external.api !== this.#ownApi && consumer === undefined;
  }

  settled(): Promise<void> {
    return this.#bus.settled();
  }

  publish(account: string, subject: string, reply: string, content: Buffer, headerBytes: number): void {
    this.#bus.publish(account, subject, reply, content, headerBytes);
  }

  /** It can be found, and takes what it is to take from now on. */
  served(stream: StreamHost): void {
    this.reconfigured(stream);
    this.#wakeFollowers(stream);
  }

  /** Feeds of which nothing changed go on. */
  reconfigured(stream: StreamHost): void {
    const { mirror, sources = [] } = stream.stream.config;
    const wanted = mirror === undefined ? sources : [mirror];
    const before = this.#feeds.get(stream) ?? [];
    if (before.length === 0 && wanted.length === 0) return;
    const feeds = wanted.map((source) => {
      const same = before.find((feed) => isSame(feed.source, source));
      return same ?? this.#newFeed(stream, source, mirror !== undefined);
    });
    for (const feed of before) if (!feeds.includes(feed)) this.#end(stream, feed, true);
    this.#feeds.set(stream, feeds);
    for (const feed of feeds) {
      this.#followersOf(stream.account, feed.source.name).add(feed);
      if (this.#isComplete) feed.wake();
    }
    if (feeds.length === 0) this.#feeds.delete(stream);
  }

  /** It is no more, or no longer here. */
  closed(stream: StreamHost): void {
    for (const feed of this.#feeds.get(stream) ?? []) this.#end(stream, feed, false);
    this.#feeds.delete(stream);
    this.#wakeFollowers(stream);
  }

  info(stream: StreamHost): OriginsInfo {
    const feeds = this.#feeds.get(stream) ?? [];
    if (feeds.length === 0) return {};
    const infos = feeds.map((feed) => sourceInfo(feed.source, feed.progress()));
    return stream.stream.config.mirror === undefined ? { sources: infos } : { mirror: infos[0] as SourceInfo };
  }

  #newFeed(stream: StreamHost, source: StreamSource, isMirror: boolean): OriginFeed {
    const { external, consumer } = source;
    const remote = (kind: ConsumerKind, identity?: string): RemoteFeed =>
      new RemoteFeed(stream, source, isMirror, kind, this, identity);
    if (consumer !== undefined) return remote('prepared');
    if (external !== undefined && external.api !== this.#ownApi) return remote('ephemeral');
    return new Feed(stream, source, isMirror, this.#find, this.#bus.elsewhere, remote);
  }

  /** A stream elsewhere came, went or is another. */
  originChanged(origin: { readonly account: string; readonly name: string }): void {
    this.#wakeFollowers(origin);
  }

  #wakeFollowers({ account, name }: { readonly account: string; readonly name: string }): void {
    if (!this.#isComplete) return;
    for (const feed of this.#byOrigin.get(keyOf(account, name)) ?? []) feed.wake();
  }

  #followersOf(account: string, name: string): Set<OriginFeed> {
    const key = keyOf(account, name);
    let followers = this.#byOrigin.get(key);
    if (followers === undefined) {
      followers = new Set();
      this.#byOrigin.set(key, followers);
    }
    return followers;
  }

  #end({ account }: StreamHost, feed: OriginFeed, isRemoved: boolean): void {
    feed.end(isRemoved);
    const key = keyOf(account, feed.source.name);
    const followers = this.#byOrigin.get(key);
    followers?.delete(feed);
    if (followers?.size === 0) this.#byOrigin.delete(key);
  }
}

const keyOf = (account: string, name: string): string => `${account} ${name}`;
const isSame = (one: StreamSource, other: StreamSource): boolean => JSON.stringify(one) === JSON.stringify(other);
