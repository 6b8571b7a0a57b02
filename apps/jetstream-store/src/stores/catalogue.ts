import type { StreamConfig } from '@skein/jetstream-core';
import { overlaps } from '@skein/subjects';
import { standsInFor } from '../direct-mirrors.ts';
import type { Moment } from '../hosting.ts';

/** A stream, as its store tells the others of it. */
export interface ListedStream {
  readonly account: string;
  readonly name: string;
  readonly created: Moment;
  readonly config: StreamConfig;
}

/** A stream that another store has. */
export interface StreamElsewhere extends ListedStream {
  readonly seat: number;
}

/** What became of a stream elsewhere; one of the two may be absent. */
export type ListingChanged = (before: StreamElsewhere | undefined, after: StreamElsewhere | undefined) => void;

/** Subjects of which it is known whose they are. */
const KNOWN_MAX = 4096;

/** What other stores have, by what they said last: those that are away keep theirs. */
export class Catalogue {
  readonly #changed: ListingChanged;
  readonly #accounts = new Map<string, Map<string, StreamElsewhere>>();
  /** By account and subject. */
  readonly #known = new Map<string, StreamElsewhere | undefined>();
  readonly #told = new Set<number>();
  /** Streams by seat. */
  readonly #counts = new Map<number, number>();

  constructor(changed: ListingChanged) {
    this.#changed = changed;
  }

  /** Seats that have said what they have. */
  get told(): number {
    return this.#told.size;
  }

  countOf(seat: number): number {
    return this.#counts.get(seat) ?? 0;
  }

  stream(account: string, name: string): StreamElsewhere | undefined {
    return this.#accounts.get(account)?.get(name);
  }

  /** A mirror that answers direct gets in the place of a stream. */
  mirror(account: string, origin: string): StreamElsewhere | undefined {
    // No subject has a blank.
    return this.#find(`${account}  ${origin}`, account, ({ config }) => standsInFor(config) === origin);
  }

  /** The stream that keeps what is published to a literal subject. */
  keeper(account: string, subject: string): StreamElsewhere | undefined {
    const keeps = ({ config: { subjects = [] } }: StreamElsewhere): boolean =>
      subjects.some((one) => overlaps(one, subject));
    return this.#find(`${account} ${subject}`, account, keeps);
  }

  #find(key: string, account: string, fits: (stream: StreamElsewhere) => boolean): StreamElsewhere | undefined {
    if (!this.#known.has(key)) {
      if (this.#known.size >= KNOWN_MAX) this.#known.clear();
      this.#known.set(key, [...this.of(account)].find(fits));
    }
    return this.#known.get(key);
  }

  *of(account: string): IterableIterator<StreamElsewhere> {
    yield* this.#accounts.get(account)?.values() ?? [];
  }

  /** All that a store has, in place of what it had. */
  replace(seat: number, streams: readonly ListedStream[]): void {
    this.#told.add(seat);
    const before = [...this.#accounts.values()].flatMap((account) => [...account.values()]);
    const listed = new Set(streams.map(keyOf));
    for (const one of before) if (one.seat === seat && !listed.has(keyOf(one))) this.remove(seat, one);
    for (const one of streams) this.put(seat, one);
  }

  put(seat: number, listed: ListedStream): void {
    const { account, name } = listed;
    const streams = this.#accounts.get(account) ?? new Map<string, StreamElsewhere>();
    this.#accounts.set(account, streams);
    const before = streams.get(name);
    const after = { ...listed, seat };
    streams.set(name, after);
    if (before !== undefined) this.#count(before.seat, -1);
    this.#count(seat, 1);
    this.#known.clear();
    this.#changed(before, after);
  }

  remove(seat: number, { account, name }: Pick<ListedStream, 'account' | 'name'>): void {
    const streams = this.#accounts.get(account);
    const before = streams?.get(name);
    if (before?.seat !== seat) return;
    streams?.delete(name);
    if (streams?.size === 0) this.#accounts.delete(account);
    this.#count(seat, -1);
    this.#known.clear();
    this.#changed(before, undefined);
  }

  #count(seat: number, more: number): void {
    this.#counts.set(seat, this.countOf(seat) + more);
  }
}

const keyOf = ({ account, name }: Pick<ListedStream, 'account' | 'name'>): string => `${account} ${name}`;
