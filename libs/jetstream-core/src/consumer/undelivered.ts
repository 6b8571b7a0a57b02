import { Sequences, type StreamStore, type SubjectFilter, subjectFilter } from '@skein/storage';
import { firstSince } from '../stream/message-get.ts';
import { parseTime } from '../time.ts';
import { type ConsumerConfig, filtersOf } from './consumer-config.ts';

const CHEAP_MESSAGES = 4096;

/** What a consumer has not delivered yet: the next such message, and how many there are, counted as they come and go. */
export class Undelivered {
  readonly #store: StreamStore;
  readonly #filter: SubjectFilter | undefined;
  /** With `last_per_subject`: the messages it begins with, in order. */
  #lasts = new Sequences();
  /** The newest message when it was created; those up to it count only if they are in `#lasts`. */
  #lastsEnd = 0;
  #delivered = 0;
  #count = 0;

  constructor(store: StreamStore, config: ConsumerConfig) {
    this.#store = store;
    this.#filter = subjectFilter(filtersOf(config));
  }

  get count(): number {
    return this.#count;
  }

  /** To count anew. */
  get isCheap(): boolean {
    return this.#lasts.size === 0 && (this.#filter === undefined || this.#store.messages <= CHEAP_MESSAGES);
  }

  /** The first message that a new consumer wants; what comes after it, if there is none yet. */
  static start(store: StreamStore, config: ConsumerConfig): number {
    const filter = subjectFilter(filtersOf(config));
    switch (config.deliver_policy) {
      case 'all':
        return store.first;
      case 'last':
        return store.previous(store.last, filter) || store.last + 1;
      case 'new':
        return store.last + 1;
      case 'by_start_sequence':
        return config.opt_start_seq as number;
      case 'by_start_time': {
        const time = parseTime(config.opt_start_time as string);
        return time === undefined ? store.last + 1 : firstSince(store, time);
      }
      case 'last_per_subject':
        return lastsOf(store, filter, store.last)[0] ?? store.last + 1;
    }
  }

  /**
   * Goes on behind a sequence.
   *
   * @param lastsEnd the newest message at the consumer's creation, with `last_per_subject`; otherwise 0
   */
  begin(delivered: number, lastsEnd = 0): void {
    this.#delivered = delivered;
    this.#lastsEnd = lastsEnd;
    this.#lasts = new Sequences();
    const lasts = lastsEnd > delivered ? lastsOf(this.#store, this.#filter, lastsEnd) : [];
    for (const sequence of lasts) if (sequence > delivered) this.#lasts.push(sequence);
    this.recount();
  }

  recount(): void {
    const lasts = this.#lasts;
    for (let one = lasts.next(1); one > 0; one = lasts.next(one + 1)) {
      if (one <= this.#delivered || this.#store.get(one) === undefined) lasts.remove(one);
    }
    const behind = Math.max(this.#delivered, this.#lastsEnd);
    this.#count = lasts.size + this.#store.count(behind + 1, this.#filter);
  }

  stored(sequence: number, subject: string): void {
    if (sequence > Math.max(this.#delivered, this.#lastsEnd) && this.matches(subject)) this.#count++;
  }

  removed(sequence: number, subject: string): void {
    if (sequence <= this.#delivered || !this.matches(subject)) return;
    if (sequence > this.#lastsEnd) {
      this.#count--;
      return;
    }
    if (this.#lasts.next(sequence) !== sequence) return;
    this.#lasts.remove(sequence);
    this.#count--;
  }

  /** 0: none. */
  next(): number {
    if (this.#count === 0) return 0;
    return this.#lasts.first || this.#store.next(Math.max(this.#delivered, this.#lastsEnd) + 1, this.#filter);
  }

  /** The next one was delivered. */
  take(sequence: number): void {
    if (this.#lasts.first === sequence) this.#lasts.remove(sequence);
    this.#delivered = sequence;
    this.#count--;
  }

  /** Nothing up to there is wanted any more. */
  skipTo(sequence: number): void {
    this.#delivered = Math.max(this.#delivered, sequence);
    this.recount();
  }

  matches(subject: string): boolean {
    return this.#filter === undefined || this.#filter.matches(subject);
  }
}

/** The last message of each subject, of those up to a sequence, in order. */
function lastsOf(store: StreamStore, filter: SubjectFilter | undefined, end: number): number[] {
  const lasts: number[] = [];
  for (const [subject, { last }] of store.subjects(filter)) {
    const sequence = last <= end ? last : store.previous(end, subjectFilter([subject]));
    if (sequence > 0) lasts.push(sequence);
  }
  return lasts.sort((a, b) => a - b);
}
