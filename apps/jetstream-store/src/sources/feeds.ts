import { type SourceInfo, type StreamSource, sourceInfo } from '@skein/jetstream-core';
import type { StreamHost } from '../hosted-stream.ts';
import { Feed, type FindStream } from './feed.ts';

/** How a stream is with its origins, as info has it; nothing where it has none. */
export interface OriginsInfo {
  mirror?: SourceInfo;
  sources?: SourceInfo[];
}

/** Mirrors and sources of this process's streams (ADR-59). */
export class Feeds {
  readonly #find: FindStream;
  readonly #feeds = new Map<StreamHost, Feed[]>();
  /** Those that take from a stream of that account and name, there or not. */
  readonly #byOrigin = new Map<string, Set<Feed>>();
  /** All that is on disk has been found. */
  #isComplete = false;

  constructor(find: FindStream) {
    this.#find = find;
  }

  /** From now on what cannot be found is not there. */
  start(): void {
    this.#isComplete = true;
    for (const feeds of this.#feeds.values()) for (const feed of feeds) feed.wake();
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
      return same ?? new Feed(stream, source, mirror !== undefined, this.#find);
    });
    for (const feed of before) if (!feeds.includes(feed)) this.#end(stream, feed);
    this.#feeds.set(stream, feeds);
    for (const feed of feeds) {
      this.#followersOf(stream.account, feed.source.name).add(feed);
      if (this.#isComplete) feed.wake();
    }
    if (feeds.length === 0) this.#feeds.delete(stream);
  }

  /** It is no more, or no longer here. */
  closed(stream: StreamHost): void {
    for (const feed of this.#feeds.get(stream) ?? []) this.#end(stream, feed);
    this.#feeds.delete(stream);
    this.#wakeFollowers(stream);
  }

  info(stream: StreamHost): OriginsInfo {
    const feeds = this.#feeds.get(stream) ?? [];
    if (feeds.length === 0) return {};
    const infos = feeds.map((feed) => sourceInfo(feed.source, feed.progress()));
    return stream.stream.config.mirror === undefined ? { sources: infos } : { mirror: infos[0] as SourceInfo };
  }

  #wakeFollowers({ account, name }: StreamHost): void {
    if (!this.#isComplete) return;
    for (const feed of this.#byOrigin.get(keyOf(account, name)) ?? []) feed.wake();
  }

  #followersOf(account: string, name: string): Set<Feed> {
    const key = keyOf(account, name);
    let followers = this.#byOrigin.get(key);
    if (followers === undefined) {
      followers = new Set();
      this.#byOrigin.set(key, followers);
    }
    return followers;
  }

  #end({ account }: StreamHost, feed: Feed): void {
    feed.end();
    const key = keyOf(account, feed.source.name);
    const followers = this.#byOrigin.get(key);
    followers?.delete(feed);
    if (followers?.size === 0) this.#byOrigin.delete(key);
  }
}

const keyOf = (account: string, name: string): string => `${account} ${name}`;
const isSame = (one: StreamSource, other: StreamSource): boolean => JSON.stringify(one) === JSON.stringify(other);
