import { TimeQueue } from '../time-queue.ts';
import type { PullRequest } from './pull-request.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** So many times that nothing happens at are kept before they are swept out. */
const STALE_MAX = 64;

/** A pull request that waits for messages. */
export interface Waiting {
  readonly id: number;
  readonly reply: string;
  readonly request: PullRequest;
  /** Infinity: never. */
  readonly expiresAt: number;
  messagesLeft: number;
  /** 0 without a limit. */
  bytesLeft: number;
  hasHadSome: boolean;
  /** When it gets a heartbeat; Infinity: never. Changed by `beatAt`. */
  readonly beatAt: number;
  /** Whom its group is pinned to, as far as it knows. */
  pin: string;
}

/** In the list of those of its priority. */
class Entry implements Waiting {
  readonly id: number;
  readonly reply: string;
  readonly request: PullRequest;
  readonly expiresAt: number;
  messagesLeft: number;
  bytesLeft: number;
  hasHadSome = false;
  beatAt: number;
  pin: string;
  /** What stands in the queue for it. */
  queuedAt = NEVER;
  before: Entry | undefined;
  after: Entry | undefined;

  constructor(id: number, reply: string, request: PullRequest, millis: number) {
    const { expiresMillis, heartbeatMillis, batch, maxBytes, pin } = request;
    this.id = id;
    this.reply = reply;
    this.request = request;
    this.expiresAt = expiresMillis === 0 ? NEVER : millis + expiresMillis;
    this.messagesLeft = batch;
    this.bytesLeft = maxBytes;
    this.beatAt = heartbeatMillis === 0 ? NEVER : millis + heartbeatMillis;
    this.pin = pin;
  }
}

interface List {
  first: Entry | undefined;
  last: Entry | undefined;
}

/** The waiting requests of a consumer: those of lower priority numbers first, in turns among equals (ADR-42). */
export class WaitingRequests {
  /** By priority, 0 to 9. */
  readonly #lists: (List | undefined)[] = [];
  readonly #byId = new Map<number, Entry>();
  /** Those that do not wait when there is nothing. */
  readonly #impatient = new Set<Entry>();
  /** When something happens to one; no later than that. */
  readonly #times = new TimeQueue();
  #ids = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** When the first one expires or gets a heartbeat. */
  get nextAt(): number {
    for (let id = this.#times.key; id !== undefined; id = this.#times.key) {
      const entry = this.#byId.get(id);
      if (entry !== undefined && entry.queuedAt === this.#times.time) {
        const at = Math.min(entry.expiresAt, entry.beatAt);
        if (at === entry.queuedAt) break;
        this.#times.pop();
        this.#queue(entry, at);
      } else this.#times.pop();
    }
    return this.#times.time;
  }

  add(reply: string, request: PullRequest, millis: number): Waiting {
    const entry = new Entry(++this.#ids, reply, request, millis);
    this.#byId.set(entry.id, entry);
    if (request.noWait) this.#impatient.add(entry);
    this.#append(entry);
    this.#queue(entry, Math.min(entry.expiresAt, entry.beatAt));
    return entry;
  }

  /** The one whose turn it is, of those that may have a message. */
  first(isEligible: (waiting: Waiting) => boolean): Waiting | undefined {
    for (const list of this.#lists) {
      for (let entry = list?.first; entry !== undefined; entry = entry.after) if (isEligible(entry)) return entry;
    }
    return undefined;
  }

  /** It had a message: it goes when that was all, or to the end of those of its priority. */
  served(waiting: Waiting): void {
    const entry = waiting as Entry;
    if (entry.messagesLeft === 0) this.remove(entry);
    else if (entry.after !== undefined) {
      this.#unlink(entry);
      this.#append(entry);
    }
  }

  beatAt(waiting: Waiting, millis: number): void {
    const entry = waiting as Entry;
    entry.beatAt = millis;
    const at = Math.min(millis, entry.expiresAt);
    if (at < entry.queuedAt) this.#queue(entry, at);
  }

  remove(waiting: Waiting): void {
    const entry = waiting as Entry;
    if (!this.#byId.delete(entry.id)) return;
    this.#impatient.delete(entry);
    this.#unlink(entry);
    if (this.#times.size > 2 * this.size + STALE_MAX) {
      this.#times.keep((time, id) => this.#byId.get(id)?.queuedAt === time);
    }
  }

  /** Those that do not wait when there is nothing. */
  get impatient(): Iterable<Waiting> {
    return this.#impatient;
  }

  /** Takes those whose time has come from the queue; they wait again when `beatAt` says so. */
  *due(millis: number): IterableIterator<Waiting> {
    while (this.nextAt <= millis) {
      const entry = this.#byId.get(this.#times.key as number) as Entry;
      this.#times.pop();
      entry.queuedAt = NEVER;
      yield entry;
    }
  }

  *[Symbol.iterator](): IterableIterator<Waiting> {
    yield* this.#byId.values();
  }

  #queue(entry: Entry, at: number): void {
    entry.queuedAt = at;
    if (at !== NEVER) this.#times.push(at, entry.id);
  }

  #append(entry: Entry): void {
    const { priority } = entry.request;
    const list = this.#lists[priority] ?? { first: undefined, last: undefined };
    this.#lists[priority] = list;
    entry.before = list.last;
    entry.after = undefined;
    if (list.last === undefined) list.first = entry;
    else list.last.after = entry;
    list.last = entry;
  }

  #unlink(entry: Entry): void {
    const list = this.#lists[entry.request.priority] as List;
    const { before, after } = entry;
    if (before === undefined) list.first = after;
    else before.after = after;
    if (after === undefined) list.last = before;
    else after.before = before;
  }
}
