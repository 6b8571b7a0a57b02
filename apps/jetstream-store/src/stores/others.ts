import { HOLDING, type Link, type Member, type Peer, type Runtime, type Timer } from '@skein/bus';
import { ApiError, encodeOperation, type Operation, type StreamConfig } from '@skein/jetstream-core';
import type { ShownStream } from '../hosting.ts';
import { ANYWHERE, type Place, placeOf, subjectIn } from '../sources/place.ts';
import { storeUnavailable } from '../store-errors.ts';
import { Catalogue, type ListedStream, type ListingChanged } from './catalogue.ts';
import { type HandedOn, HeldRequests } from './held-requests.ts';
import type { Seat } from './seat.ts';

const TELL = 'store-streams';
const ASK_MS = 5000;
/** What can be answered without a store waits for it so long: mostly it is back by then when it is started anew. */
const MOMENT_MS = 1000;

/** Publishers of several stores may use more than an account has for so long. */
const USED_MS = 250;

/** How many bytes a store uses of a room of its account, or ('') of the node. */
export type Used = readonly [account: string, room: string, bytes: number];

/** What a store tells the others: all of it, or what has changed. */
type News =
  | {
      readonly kind: 'all';
      readonly streams: readonly ListedStream[];
      readonly listened: readonly Place[];
      readonly takesStreams: boolean;
    }
  | { readonly kind: 'used'; readonly rooms: readonly Used[] }
  | { readonly kind: 'listed'; readonly stream: ListedStream }
  | { readonly kind: 'gone'; readonly account: string; readonly name: string }
  | { readonly kind: 'listening' | 'silent'; readonly place: Place };

export interface OthersOptions {
  readonly member: Pick<Member, 'links' | 'request' | 'handle'>;
  readonly runtime: Pick<Runtime, 'setTimer'>;
  readonly seat: Seat;
  /** What this store has. */
  streams(): Iterable<ListedStream>;
  /** It has a place for new ones. */
  takesStreams(): boolean;
  /** What it uses. */
  used(): Iterable<Used>;
  /** So many bytes are what other stores use now. */
  usedElsewhere(account: string, room: string, bytes: number): void;
  /** Where its mirrors and sources wait for messages. */
  listened(): Iterable<Place>;
  readonly changed: ListingChanged;
  /** Another store has begun to wait for messages on a subject, or has stopped. */
  listeningChanged(subject: string): void;
  /** The store that it is for takes it no more. */
  failed(request: HandedOn): void;
}

/** Another store of the node. */
class Other {
  /** It has said over this link what it has. */
  link: Link | undefined;
  readonly held = new HeldRequests();
  /** Until it is given up. */
  absence: Timer | undefined;
  isGivenUp = false;
  listened = new Set<Place>();
  takesStreams = false;
  /** What it has said that it uses, by account and room. */
  readonly used = new Map<string, Used>();
  /** Streams that it has been asked to make. */
  making = 0;
  waiters: (() => void)[] = [];

  settle(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}

/**
 * The other stores of the node: each is told what this one has before anybody is answered, and tells what it has. What is for a stream of
 * theirs is handed on over the link between stores; while its store is away it is held, bounded in number, bytes and time.
 */
export class Others {
  readonly catalogue: Catalogue;
  readonly #options: OthersOptions;
  readonly #others = new Map<number, Other>();
  readonly #accounts = new Map<string, Buffer>();
  readonly #telling = new Set<Promise<unknown>>();
  /** What the others were told last, by account and room. */
  readonly #usedTold = new Map<string, number>();
  #usedTimer: Timer | undefined;
  /** The others may know what is here. */
  #hasBegun = false;

  constructor(options: OthersOptions) {
    this.#options = options;
    this.catalogue = new Catalogue(options.changed);
    const { number, seats } = options.seat;
    for (let seat = 0; seat < seats; seat++) if (seat !== number) this.#others.set(seat, this.#away(new Other()));
    options.member.handle(TELL, (body, from) => {
      if (from !== undefined) this.#hear(from, JSON.parse(body) as News);
      return '';
    });
  }

  /** This store's. */
  get seat(): Seat {
    return this.#options.seat;
  }

  /** Of the others. */
  get seats(): Iterable<number> {
    return this.#others.keys();
  }

  /** All have said what they have at least once. */
  get isComplete(): boolean {
    return this.catalogue.told === this.#others.size;
  }

  /** Resolves when each is there, or is given up. */
  async awaited(): Promise<void> {
    await Promise.all([...this.#others.values()].map((other) => this.#present(other)));
  }

  /** All that this store has can be found. */
  begin(): void {
    this.#hasBegun = true;
    for (const link of this.#options.member.links.values()) this.linkUp(link);
    this.#tellUsed();
  }

  end(): void {
    this.#usedTimer?.cancel();
  }

  linkUp(link: Link): void {
    if (!this.#hasBegun || !this.#others.has(link.peer.instance) || !isStore(link.peer)) return;
    const { streams, listened, takesStreams } = this.#options;
    const all = { streams: [...streams()], listened: [...listened()], takesStreams: takesStreams() };
    this.#tell(link, { kind: 'all', ...all });
    this.#tell(link, { kind: 'used', rooms: [...this.#options.used()] });
  }

  linkDown({ peer }: Pick<Link, 'peer'>): void {
    const other = isStore(peer) ? this.#others.get(peer.instance) : undefined;
    if (other?.link?.peer.id === peer.id) this.#away(other);
  }

  listed(stream: ListedStream): void {
    this.#tellAll({ kind: 'listed', stream });
  }

  gone(account: string, name: string): void {
    this.#tellAll({ kind: 'gone', account, name });
  }

  listening(place: Place, isListening: boolean): void {
    this.#tellAll({ kind: isListening ? 'listening' : 'silent', place });
  }

  /** By mirrors and sources of another store: of that account, or from another one. */
  isListened(account: string, subject: string): boolean {
    const places = [placeOf(account, subject), placeOf(ANYWHERE, subject)];
    for (const { listened } of this.#others.values()) if (places.some((place) => listened.has(place))) return true;
    return false;
  }

  /** Resolves when the others that are there know all that they were told. */
  async told(): Promise<void> {
    await Promise.all(this.#telling);
  }

  /** The store with the fewest streams; undefined: this one. @param own how many this one has */
  leastUsed(own: number): number | undefined {
    let least: { seat: number | undefined; streams: number } = { seat: undefined, streams: own };
    for (const [seat, { link, making, takesStreams }] of this.#others) {
      const streams = this.catalogue.countOf(seat) + making;
      if (link !== undefined && takesStreams && streams < least.streams) least = { seat, streams };
    }
    return least.seat;
  }

  /** Makes a stream there. @returns as the API shows it. @throws ApiError */
  async create(seat: number, body: { readonly account: string; readonly config: StreamConfig }): Promise<ShownStream> {
    const other = this.#other(seat);
    other.making++;
    try {
      return await this.ask<ShownStream>(seat, 'store-create', body);
    } finally {
      other.making--;
    }
  }

  /** Waits for a store that is away, as a request would. @throws ApiError what it answers; 10008 */
  async ask<T extends object>(seat: number, method: string, body: object): Promise<T> {
    const other = this.#other(seat);
    await this.#present(other);
    if (other.link === undefined) throw storeUnavailable();
    const { member } = this.#options;
    const text = await member.request(other.link.peer.id, method, JSON.stringify(body), ASK_MS).catch(() => {
      throw storeUnavailable();
    });
    const answer = JSON.parse(text) as T | { error: { code: number; err_code: number; description: string } };
    if (!('error' in answer)) return answer;
    const { code, err_code, description } = answer.error;
    throw new ApiError(code, err_code, description);
  }

  /** As `ask`, but waits a moment only. @returns undefined: it has not answered */
  async askSoon<T extends object>(seat: number, method: string, body: object): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const moment = this.#options.runtime.setTimer(MOMENT_MS, () => resolve(undefined));
    const unanswered = (error: unknown): undefined => {
      if (!(error instanceof ApiError)) throw error;
    };
    try {
      return await Promise.race([this.ask<T>(seat, method, body).catch(unanswered), promise]);
    } finally {
      moment.cancel();
    }
  }

  /** How many bytes of a room all of them use, as far as they have said. */
  used(account: string, room: string): number {
    const key = `${account} ${room}`;
    let total = 0;
    for (const { used } of this.#others.values()) total += used.get(key)?.[2] ?? 0;
    return total;
  }

  /** What it has said that it uses of an account's storage, where that has a limit. */
  *usedBy(seat: number, account: string): IterableIterator<Used> {
    for (const used of this.#other(seat).used.values()) if (used[0] === account) yield used;
  }

  /** The stream elsewhere that keeps what is published to a subject. What is changed there is durable when it is answered. */
  keeperOf(account: string, subject: string): { change(operation: Operation): Promise<number> } | undefined {
    const keeper = this.catalogue.keeper(account, subject);
    if (keeper === undefined) return undefined;
    const { seat, name: stream } = keeper;
    return {
      change: async (change) => {
        const bytes = encodeOperation({ operation: change, seconds: 0, nanos: 0 });
        const operation = bytes.toString('base64');
        return (await this.ask<{ taken: number }>(seat, 'store-ingest', { account, stream, operation })).taken;
      },
    };
  }

  /** To the store that has its stream: now, or when that is back. */
  handOn(seat: number, request: HandedOn): void {
    const other = this.#other(seat);
    const isTaken = other.link === undefined ? this.#hold(other, request) : this.#send(other.link, request);
    if (!isTaken) this.#options.failed(request);
  }

  #send(link: Link, { account, subject, reply, content, headerBytes }: HandedOn): boolean {
    const to = Buffer.from(subject, 'latin1');
    const from = Buffer.from(reply, 'latin1');
    const name = this.#accountBytes(account);
    const { length } = content;
    return link.deliver(
      name,
      to,
      0,
      to.length,
      from,
      0,
      from.length,
      headerBytes,
      content,
      0,
      length,
      true,
      [],
      0,
      0,
      0,
    );
  }

  #hold(other: Other, request: HandedOn): boolean {
    return !other.isGivenUp && other.held.add(request);
  }

  #hear(from: Peer, news: News): void {
    const seat = from.instance;
    const other = isStore(from) ? this.#others.get(seat) : undefined;
    if (other === undefined) return;
    switch (news.kind) {
      case 'all':
        this.catalogue.replace(seat, news.streams);
        other.takesStreams = news.takesStreams;
        this.#listens(other, new Set(news.listened));
        this.#uses(
          other,
          Array.from(other.used.values(), ([account, room]) => [account, room, 0]),
        );
        this.#back(other, from);
        break;
      case 'used':
        this.#uses(other, news.rooms);
        break;
      case 'listed':
        this.catalogue.put(seat, news.stream);
        break;
      case 'gone':
        this.catalogue.remove(seat, news);
        break;
      default: {
        const listened = new Set(other.listened);
        if (news.kind === 'listening') listened.add(news.place);
        else listened.delete(news.place);
        this.#listens(other, listened);
      }
    }
  }

  #uses(other: Other, rooms: readonly Used[]): void {
    for (const used of rooms) {
      const [account, room, bytes] = used;
      const key = `${account} ${room}`;
      if (bytes === 0) other.used.delete(key);
      else other.used.set(key, used);
      this.#options.usedElsewhere(account, room, this.used(account, room));
    }
  }

  /** What has changed, now and again. */
  #tellUsed(): void {
    const rooms: Used[] = [];
    for (const used of this.#options.used()) {
      const [account, room, bytes] = used;
      const key = `${account} ${room}`;
      if ((this.#usedTold.get(key) ?? 0) === bytes) continue;
      this.#usedTold.set(key, bytes);
      rooms.push(used);
    }
    if (rooms.length > 0) this.#tellAll({ kind: 'used', rooms });
    this.#usedTimer = this.#options.runtime.setTimer(USED_MS, () => this.#tellUsed());
  }

  #listens(other: Other, listened: Set<Place>): void {
    const before = other.listened;
    other.listened = listened;
    for (const place of before.symmetricDifference(listened)) this.#options.listeningChanged(subjectIn(place));
  }

  #back(other: Other, { id }: Peer): void {
    other.link = this.#options.member.links.get(id);
    if (other.link === undefined) return;
    other.absence?.cancel();
    other.isGivenUp = false;
    for (const request of other.held.take()) if (!this.#send(other.link, request)) this.#options.failed(request);
    other.settle();
  }

  #away(other: Other): Other {
    other.link = undefined;
    other.absence?.cancel();
    other.absence = this.#options.runtime.setTimer(HOLDING.ms, () => {
      other.isGivenUp = true;
      for (const request of other.held.take()) this.#options.failed(request);
      other.settle();
    });
    return other;
  }

  async #present(other: Other): Promise<void> {
    if (other.link === undefined && !other.isGivenUp) await new Promise<void>((resolve) => other.waiters.push(resolve));
  }

  #other(seat: number): Other {
    return this.#others.get(seat) as Other;
  }

  #tellAll(news: News): void {
    if (!this.#hasBegun) return;
    for (const link of this.#options.member.links.values()) if (isStore(link.peer)) this.#tell(link, news);
  }

  #tell({ peer }: Link, news: News): void {
    // Who does not hear it has gone, and is told everything when it is back.
    const telling = this.#options.member.request(peer.id, TELL, JSON.stringify(news), ASK_MS).catch(() => {});
    this.#telling.add(telling);
    void telling.finally(() => this.#telling.delete(telling));
  }

  #accountBytes(account: string): Buffer {
    let bytes = this.#accounts.get(account);
    if (bytes === undefined) {
      bytes = Buffer.from(account);
      this.#accounts.set(account, bytes);
    }
    return bytes;
  }
}

const isStore = ({ component }: Peer): boolean => component === 'jetstream-store';
