import { Sequences } from './sequences.ts';
import type { StoredMessage, StreamImage, StreamStore, SubjectState } from './stream-store.ts';
import type { SubjectFilter } from './subject-filter.ts';

const BLOCK_MESSAGES = 1024;
/** So many messages are looked at one by one before the subjects are asked. */
const LOOKED_AT_MAX = 512;

class Subject implements SubjectState {
  readonly name: string;
  readonly sequences = new Sequences();
  /** What `matched` holds for. */
  filter: SubjectFilter | undefined;
  matched = false;

  constructor(name: string) {
    this.name = name;
  }

  get messages(): number {
    return this.sequences.size;
  }

  get first(): number {
    return this.sequences.first;
  }

  get last(): number {
    return this.sequences.last;
  }

  matches(filter: SubjectFilter): boolean {
    if (this.filter !== filter) {
      this.filter = filter;
      this.matched = filter.matches(this.name);
    }
    return this.matched;
  }
}

class Message implements StoredMessage {
  readonly sequence: number;
  readonly of: Subject;
  readonly content: Buffer;
  readonly headerBytes: number;
  readonly seconds: number;
  readonly nanos: number;

  constructor(sequence: number, of: Subject, content: Buffer, headerBytes: number, seconds: number, nanos: number) {
    this.sequence = sequence;
    this.of = of;
    this.content = content;
    this.headerBytes = headerBytes;
    this.seconds = seconds;
    this.nanos = nanos;
  }

  get subject(): string {
    return this.of.name;
  }
}

/** Consecutive sequences; `messages[i]` is that of `number * BLOCK_MESSAGES + i`. */
interface Block {
  readonly messages: (Message | undefined)[];
  live: number;
}

export interface MemoryStreamStoreOptions {
  /** What each message counts for beside its subject and content. */
  overheadBytes: number;
  /** And one with headers, on top. */
  headerOverheadBytes: number;
}

/** A stream whose messages are in memory alone. */
export class MemoryStreamStore implements StreamStore {
  readonly #options: MemoryStreamStoreOptions;
  readonly #blocks = new Map<number, Block>();
  /** Their numbers, counted from one: what lies between two is stepped over at once, however much it is. */
  readonly #numbers = new Sequences();
  readonly #subjects = new Map<string, Subject>();
  readonly #values = new Map<string, Buffer>();
  /** Nothing is written that could be. */
  isCompressed = false;
  #first = 1;
  #last = 0;
  #messages = 0;
  #bytes = 0;

  constructor(options: MemoryStreamStoreOptions) {
    this.#options = options;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  sizeOf(subject: string, contentBytes: number, headerBytes: number): number {
    const { overheadBytes, headerOverheadBytes } = this.#options;
    return overheadBytes + subject.length + contentBytes + (headerBytes > 0 ? headerOverheadBytes : 0);
  }

  get subjectCount(): number {
    return this.#subjects.size;
  }

  get deletedCount(): number {
    return this.#last - this.#first + 1 - this.#messages;
  }

  append(
    sequence: number,
    subject: string,
    content: Buffer,
    headerBytes: number,
    seconds: number,
    nanos: number,
  ): void {
    if (sequence <= this.#last) throw new RangeError(`sequence ${sequence} was given before (${this.#last})`);
    let of = this.#subjects.get(subject);
    if (of === undefined) {
      of = new Subject(subject);
      this.#subjects.set(subject, of);
    }
    of.sequences.push(sequence);
    // A view of something larger would keep all of that for as long as the message is there.
    const message = new Message(sequence, of, Buffer.from(content), headerBytes, seconds, nanos);
    const block = this.#blockFor(sequence);
    block.messages[sequence % BLOCK_MESSAGES] = message;
    block.live++;
    if (this.#messages === 0) this.#first = sequence;
    this.#last = sequence;
    this.#messages++;
    this.#bytes += this.#bytesOf(message);
  }

  skipTo(sequence: number): void {
    if (sequence <= this.#last) return;
    this.#last = sequence;
    if (this.#messages === 0) this.#first = sequence + 1;
  }

  get(sequence: number): StoredMessage | undefined {
    return this.#message(sequence);
  }

  remove(sequence: number, secure = false): boolean {
    const message = this.#message(sequence);
    if (message === undefined) return false;
    if (secure) message.content.fill(0);
    this.#drop(message);
    if (sequence === this.#first) this.#first = this.#nextLive(sequence + 1);
    return true;
  }

  removeThrough(sequence: number): number {
    let removed = 0;
    for (let at = this.next(this.#first); at > 0 && at <= sequence; at = this.next(at + 1)) {
      this.#drop(this.#message(at) as Message);
      removed++;
    }
    this.#last = Math.max(this.#last, sequence);
    this.#first = this.#nextLive(Math.max(this.#first, sequence + 1));
    return removed;
  }

  subject(subject: string): SubjectState | undefined {
    return this.#subjects.get(subject);
  }

  *subjects(filter?: SubjectFilter): IterableIterator<[string, SubjectState]> {
    for (const subject of this.#matching(filter)) yield [subject.name, subject];
  }

  countSubjects(
    filter: SubjectFilter | undefined,
    offset: number,
    max: number,
  ): { total: number; counts: [string, number][] } {
    const counts: [string, number][] = [];
    let total = 0;
    for (const { name, messages } of this.#matching(filter)) {
      if (total++ >= offset && counts.length < max) counts.push([name, messages]);
    }
    return { total, counts };
  }

  next(from: number, filter?: SubjectFilter, upTo = Number.POSITIVE_INFINITY): number {
    const next = this.#next(from, filter, upTo);
    return next > upTo ? 0 : next;
  }

  #next(from: number, filter: SubjectFilter | undefined, upTo: number): number {
    if (filter?.literals !== undefined) return this.#nextOfSubjects(from, filter);
    let looked = 0;
    for (let at = this.#live(from, 1); at > 0 && at <= upTo; at = this.#live(at + 1, 1)) {
      if (filter === undefined || (this.#message(at) as Message).of.matches(filter)) return at;
      if (++looked === LOOKED_AT_MAX && upTo - at > LOOKED_AT_MAX) return this.#nextOfSubjects(at + 1, filter);
    }
    return 0;
  }

  previous(upTo: number, filter?: SubjectFilter): number {
    if (filter?.literals !== undefined) return this.#previousOfSubjects(upTo, filter);
    let looked = 0;
    for (let at = this.#live(upTo, -1); at > 0; at = this.#live(at - 1, -1)) {
      if (filter === undefined || (this.#message(at) as Message).of.matches(filter)) return at;
      if (++looked === LOOKED_AT_MAX) return this.#previousOfSubjects(at - 1, filter);
    }
    return 0;
  }

  count(from: number, filter?: SubjectFilter): number {
    if (from <= this.#first && filter === undefined) return this.#messages;
    let count = 0;
    if (filter !== undefined) {
      for (const { sequences } of this.#matching(filter)) count += sequences.count(from);
      return count;
    }
    if (from > this.#last) return 0;
    const own = Math.floor(from / BLOCK_MESSAGES);
    for (let number = this.#numbers.next(own + 2); number > 0; number = this.#numbers.next(number + 1)) {
      count += (this.#blocks.get(number - 1) as Block).live;
    }
    const block = this.#blocks.get(own);
    if (block === undefined) return count;
    for (let i = from % BLOCK_MESSAGES; i < BLOCK_MESSAGES; i++) if (block.messages[i] !== undefined) count++;
    return count;
  }

  deleted(from: number, max: number): number[] {
    const deleted: number[] = [];
    for (let at = Math.max(from, this.#first); at <= this.#last && deleted.length < max; at++) {
      if (this.#message(at) === undefined) deleted.push(at);
    }
    return deleted;
  }

  value(key: string): Buffer | undefined {
    return this.#values.get(key);
  }

  setValue(key: string, value: Buffer | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  *values(prefix: string): IterableIterator<[string, Buffer]> {
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) yield [key, this.#values.get(key) as Buffer];
  }

  /** Copies references alone: a message that is removed meanwhile stays in memory until the image is closed. */
  image(): StreamImage {
    let blocks = [...this.#blocks].sort(([a], [b]) => a - b).map(([, { messages }]) => messages.slice());
    const values = [...this.values('')];
    const { first, last, messages, bytes, subjectCount, deletedCount } = this;
    return {
      ...{ first, last, messages, bytes, subjectCount, deletedCount },
      value: (name) => values.find(([key]) => key === name)?.[1],
      *values(prefix) {
        yield* values.filter(([key]) => key.startsWith(prefix));
      },
      *stored() {
        for (const block of blocks) for (const message of block) if (message !== undefined) yield message;
      },
      async close() {
        blocks = [];
      },
    };
  }

  #blockFor(sequence: number): Block {
    const number = Math.floor(sequence / BLOCK_MESSAGES);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = { messages: new Array(BLOCK_MESSAGES).fill(undefined), live: 0 };
      this.#blocks.set(number, block);
      this.#numbers.push(number + 1);
    }
    return block;
  }

  #message(sequence: number): Message | undefined {
    return this.#blocks.get(Math.floor(sequence / BLOCK_MESSAGES))?.messages[sequence % BLOCK_MESSAGES];
  }

  #bytesOf({ of, content, headerBytes }: Message): number {
    return this.sizeOf(of.name, content.length, headerBytes);
  }

  /** `first` is the caller's to move. */
  #drop(message: Message): void {
    const { sequence, of } = message;
    const number = Math.floor(sequence / BLOCK_MESSAGES);
    const block = this.#blocks.get(number) as Block;
    block.messages[sequence % BLOCK_MESSAGES] = undefined;
    if (--block.live === 0) {
      this.#blocks.delete(number);
      this.#numbers.remove(number + 1);
    }
    of.sequences.remove(sequence);
    if (of.sequences.size === 0) this.#subjects.delete(of.name);
    this.#messages--;
    this.#bytes -= this.#bytesOf(message);
  }

  #nextLive(from: number): number {
    return this.#live(from, 1) || this.#last + 1;
  }

  /** The nearest sequence with a message, from this one on in the direction; 0: none. Blocks that are gone are stepped over. */
  #live(from: number, step: 1 | -1): number {
    let at = step === 1 ? Math.max(from, this.#first) : Math.min(from, this.#last);
    while (at >= this.#first && at <= this.#last) {
      const number = Math.floor(at / BLOCK_MESSAGES);
      const block = this.#blocks.get(number);
      if (block === undefined) {
        const nearest = step === 1 ? this.#numbers.next(number + 1) : this.#numbers.previous(number + 1);
        if (nearest === 0) return 0;
        at = step === 1 ? (nearest - 1) * BLOCK_MESSAGES : nearest * BLOCK_MESSAGES - 1;
      } else if (block.messages[at % BLOCK_MESSAGES] !== undefined) {
        return at;
      } else {
        at += step;
      }
    }
    return 0;
  }

  *#matching(filter: SubjectFilter | undefined): Generator<Subject> {
    if (filter?.literals !== undefined) {
      for (const literal of new Set(filter.literals)) {
        const subject = this.#subjects.get(literal);
        if (subject !== undefined) yield subject;
      }
      return;
    }
    for (const subject of this.#subjects.values()) {
      if (filter === undefined || filter.matches(subject.name)) yield subject;
    }
  }

  #nextOfSubjects(from: number, filter: SubjectFilter): number {
    let next = 0;
    for (const { sequences } of this.#matching(filter)) {
      const at = sequences.next(from);
      if (at > 0 && (next === 0 || at < next)) next = at;
    }
    return next;
  }

  #previousOfSubjects(upTo: number, filter: SubjectFilter): number {
    let previous = 0;
    for (const { sequences } of this.#matching(filter)) previous = Math.max(previous, sequences.previous(upTo));
    return previous;
  }
}
