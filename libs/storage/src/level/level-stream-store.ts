import type { StoredMessage, StreamStore, SubjectState } from '../stream-store.ts';
import type { SubjectFilter } from '../subject-filter.ts';
import type { Batch } from './batch.ts';
import { BLOCK_MESSAGES, type Block, DISTANCE_UNKNOWN } from './block.ts';
import { Blocks, blockOf } from './blocks.ts';
import type { ShardContext } from './context.ts';
import { idKey, KeyType } from './keys.ts';
import { LiveCounts } from './live-counts.ts';
import { Messages } from './messages.ts';
import { BLOCK_SUBJECTS } from './subject-block.ts';
import { SubjectTable } from './subject-table.ts';
import { Values } from './values.ts';

/** Blocks are searched one after the other, so many, before anything cleverer is tried. */
const SEARCHED_BLOCKS = 16;
/** So many subjects are searched one by one, more together. */
const SEARCHED_SUBJECTS = 8;
/** A subject with no more messages is searched from its newest backwards, message by message. */
const CHAIN_MESSAGES = 1024;
/** What a new message takes beside its subject and content. */
const MESSAGE_BYTES = 160;

/** A stream's state as it is on disk, its one record that is read when it is opened. */
export interface StreamState {
  incarnation: number;
  first: number;
  last: number;
  messages: number;
  bytes: number;
  subjectNext: number;
  subjectCount: number;
  /** How many messages each region has. */
  regions: [number, number][];
}

export const emptyState = (incarnation: number): StreamState => ({
  incarnation,
  first: 1,
  last: 0,
  messages: 0,
  bytes: 0,
  subjectNext: 1,
  subjectCount: 0,
  regions: [],
});

/**
 * A stream in a shard's LevelDB. Everything that changed since the last flush is served from memory; other records are read when
 * they are needed, at once.
 */
export class LevelStreamStore implements StreamStore {
  /** Its number in the shard. */
  readonly id: number;
  readonly #context: ShardContext;
  readonly #values: Values;
  #incarnation: number;
  #blocks!: Blocks;
  #subjects!: SubjectTable;
  #contents!: Messages;
  #first: number;
  #last: number;
  #messages: number;
  #bytes: number;
  /** Incarnations that were emptied at once; their records are cleared away when this is on disk. */
  #emptied: number[] = [];
  #dirty = true;
  #isCompressed = false;

  constructor(context: ShardContext, id: number, state: StreamState) {
    this.#context = context;
    this.id = id;
    this.#values = new Values(context, id);
    this.#incarnation = state.incarnation;
    this.#first = state.first;
    this.#last = state.last;
    this.#messages = state.messages;
    this.#bytes = state.bytes;
    this.#begin(state);
  }

  /** Something is in memory alone. */
  get dirty(): boolean {
    return this.#dirty;
  }

  get isCompressed(): boolean {
    return this.#isCompressed;
  }

  set isCompressed(isCompressed: boolean) {
    this.#isCompressed = isCompressed;
    this.#contents.isCompressed = isCompressed;
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
    const { overheadBytes, headerOverheadBytes } = this.#context;
    return overheadBytes + subject.length + contentBytes + (headerBytes > 0 ? headerOverheadBytes : 0);
  }

  get subjectCount(): number {
    return this.#subjects.count;
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
    this.#dirty = true;
    const id = this.#subjects.idFor(subject);
    const block = this.#blocks.forAppend(blockOf(sequence));
    const states = this.#subjects.block(id);
    const at = id % BLOCK_SUBJECTS;
    const slot = sequence % BLOCK_MESSAGES;
    const counted = this.sizeOf(subject, content.length, headerBytes);
    block.subjects[slot] = id;
    block.counted[slot] = counted;
    block.distances[slot] = states.messages[at] === 0 ? 0 : Math.min(sequence - states.lasts[at], DISTANCE_UNKNOWN);
    this.#blocks.added(block, slot);
    this.#subjects.change(states);
    if (states.messages[at] === 0) states.firsts[at] = sequence;
    states.lasts[at] = sequence;
    states.messages[at]++;
    this.#contents.append(sequence, subject, content, headerBytes, seconds, nanos);
    if (this.#messages === 0) this.#first = sequence;
    this.#last = sequence;
    this.#messages++;
    this.#bytes += counted;
    this.#context.grew(counted + MESSAGE_BYTES);
  }

  skipTo(sequence: number): void {
    if (sequence <= this.#last) return;
    this.#dirty = true;
    this.#last = sequence;
    if (this.#messages === 0) this.#first = sequence + 1;
    this.#context.grew(MESSAGE_BYTES);
  }

  get(sequence: number): StoredMessage | undefined {
    if (sequence < this.#first || sequence > this.#last) return undefined;
    const block = this.#blocks.get(blockOf(sequence));
    if (block === undefined || block.subjects[sequence % BLOCK_MESSAGES] === 0) return undefined;
    return this.#contents.fresh(sequence) ?? this.#contents.inPage(block, sequence);
  }

  remove(sequence: number, secure = false): boolean {
    if (sequence < this.#first || sequence > this.#last) return false;
    const block = this.#blocks.get(blockOf(sequence));
    const slot = sequence % BLOCK_MESSAGES;
    const id = block?.subjects[slot] ?? 0;
    if (block === undefined || id === 0) return false;
    this.#dirty = true;
    this.#blocks.change(block);
    // What has to be read, and may be damaged, comes before what changes.
    const first = sequence === this.#first ? this.#live(sequence + 1, 1) || this.#last + 1 : this.#first;
    this.#forgetOfSubject(id, sequence, block.distances[slot]);
    this.#drop(block, slot, secure);
    this.#first = first;
    return true;
  }

  removeThrough(sequence: number): number {
    const before = this.#messages;
    this.#dirty = true;
    if (sequence >= this.#last) {
      this.#empty();
      this.#last = sequence;
      this.#first = sequence + 1;
      return before;
    }
    if (sequence < this.#first) return 0;
    for (let number = this.#blocks.counts.next(blockOf(this.#first)); number >= 0 && number <= blockOf(sequence); ) {
      const block = this.#blocks.get(number) as Block;
      this.#blocks.change(block);
      if (sequence - block.first >= BLOCK_MESSAGES - 1) this.#dropAll(block);
      else this.#dropThrough(block, sequence - block.first);
      number = this.#blocks.counts.next(number + 1);
    }
    this.#first = this.#live(sequence + 1, 1) || this.#last + 1;
    return before - this.#messages;
  }

  subject(subject: string): SubjectState | undefined {
    const id = this.#subjects.idOf(subject);
    return id === 0 ? undefined : this.#stateOf(id);
  }

  *subjects(filter?: SubjectFilter): IterableIterator<[string, SubjectState]> {
    for (const id of this.#subjects.matching(filter)) yield [this.#subjects.name(id), this.#stateOf(id)];
  }

  countSubjects(
    filter: SubjectFilter | undefined,
    offset: number,
    max: number,
  ): { total: number; counts: [string, number][] } {
    const counts: [string, number][] = [];
    let total = 0;
    for (const id of this.#subjects.matching(filter)) {
      if (total++ < offset) continue;
      if (counts.length < max) {
        counts.push([this.#subjects.name(id), this.#subjects.block(id).messages[id % BLOCK_SUBJECTS]]);
      } else if (filter === undefined) break;
    }
    return { total: filter === undefined ? this.#subjects.count : total, counts };
  }

  next(from: number, filter?: SubjectFilter, upTo = this.#last): number {
    const start = Math.max(from, this.#first);
    const last = Math.min(this.#last, upTo);
    if (start > last) return 0;
    const next = this.#next(start, filter, last);
    return next > last ? 0 : next;
  }

  #next(start: number, filter: SubjectFilter | undefined, last: number): number {
    if (filter === undefined) return this.#live(start, 1);
    if (filter.literals !== undefined) return this.#nearest(start, filter, 1);
    const end = Math.min(last, (blockOf(start) + SEARCHED_BLOCKS) * BLOCK_MESSAGES - 1);
    const found = this.#search(start, end, (id) => this.#subjects.matches(id, filter));
    return found > 0 || end === last ? found : this.#nearest(end + 1, filter, 1);
  }

  previous(upTo: number, filter?: SubjectFilter): number {
    const start = Math.min(upTo, this.#last);
    if (start < this.#first) return 0;
    if (filter === undefined) return this.#live(start, -1);
    if (filter.literals !== undefined) return this.#nearest(start, filter, -1);
    const end = Math.max(this.#first, (blockOf(start) - SEARCHED_BLOCKS + 1) * BLOCK_MESSAGES);
    const found = this.#search(start, end, (id) => this.#subjects.matches(id, filter));
    return found > 0 || end === this.#first ? found : this.#nearest(end - 1, filter, -1);
  }

  count(from: number, filter?: SubjectFilter): number {
    if (from > this.#last) return 0;
    if (filter === undefined) return from <= this.#first ? this.#messages : this.#countFrom(from);
    const matches = (id: number): boolean => this.#subjects.matches(id, filter);
    // Whichever needs fewer blocks: counting those from there on, or all there are and those before.
    if (from > this.#first && this.#last - from <= from - this.#first)
      return this.#countMatching(from, this.#last, matches);
    let count = 0;
    for (const id of this.#subjects.matching(filter)) count += this.#subjects.block(id).messages[id % BLOCK_SUBJECTS];
    return from <= this.#first || count === 0 ? count : count - this.#countMatching(this.#first, from - 1, matches);
  }

  deleted(from: number, max: number): number[] {
    const deleted: number[] = [];
    for (let at = Math.max(from, this.#first); at <= this.#last && deleted.length < max; at++) {
      const next = this.#live(at, 1) || this.#last + 1;
      for (; at < next && deleted.length < max; at++) deleted.push(at);
    }
    return deleted;
  }

  value(key: string): Buffer | undefined {
    return this.#values.get(key);
  }

  setValue(key: string, value: Buffer | undefined): void {
    this.#dirty = true;
    this.#values.set(key, value);
  }

  *values(prefix: string): IterableIterator<[string, Buffer]> {
    for (const name of this.#values.names(prefix)) yield [name, this.#values.get(name) as Buffer];
  }

  /** A value's name, found on disk while the shard was opened. */
  knownValue(id: number, name: string): void {
    this.#values.known(id, name);
  }

  /** Contents of its values as they are on disk, by their numbers, until they are forgotten: undefined. */
  valuesRead(contents: ReadonlyMap<number, Buffer> | undefined): void {
    this.#values.readTogether(contents);
  }

  /**
   * Puts everything that changed into a flush, as it is now, whatever changes until all of `rest` was taken. `emptied` are incarnations to
   * clear away once that is on disk.
   */
  write(batch: Batch): { emptied: number[]; rest: Iterable<void>[] } {
    this.#dirty = false;
    // Messages may all be removed meanwhile, and others are begun then.
    const contents = this.#contents;
    const rest = [
      contents.write(batch, this.#blocks),
      this.#blocks.write(batch, (block, page) => contents.rewrite(block, page, batch.ordinal)),
      this.#subjects.write(batch),
      this.#values.write(batch),
    ];
    this.#blocks.counts.write(batch);
    const state: StreamState = {
      incarnation: this.#incarnation,
      first: this.#first,
      last: this.#last,
      messages: this.#messages,
      bytes: this.#bytes,
      subjectNext: this.#subjects.next,
      subjectCount: this.#subjects.count,
      regions: this.#blocks.counts.state(),
    };
    batch.put(idKey(KeyType.Stream, this.id), Buffer.from(JSON.stringify(state)));
    const emptied = this.#emptied;
    this.#emptied = [];
    return { emptied, rest };
  }

  /** What `write` gave is on disk. */
  settled(): void {
    this.#contents.settled();
    this.#subjects.settled();
    this.#values.settled();
  }

  /** Removes the stream's own records; what it returns are incarnations to clear away once that is on disk. */
  writeDropped(batch: Batch): number[] {
    this.#values.drop(batch);
    batch.remove(idKey(KeyType.Stream, this.id));
    this.#close();
    return [...this.#emptied, this.#incarnation];
  }

  #begin(state: StreamState): void {
    const { incarnation } = state;
    const counts = new LiveCounts(this.#context, this.id, incarnation, state.regions);
    this.#blocks = new Blocks(this.#context, this.id, incarnation, counts);
    this.#subjects = new SubjectTable(this.#context, this.id, incarnation, state.subjectNext, state.subjectCount);
    this.#contents = new Messages(this.#context, this.id, incarnation, this.#isCompressed);
  }

  #close(): void {
    this.#blocks.close();
    this.#subjects.close();
    this.#contents.close();
  }

  /** All messages go, whatever their number, at the price of none. */
  #empty(): void {
    if (this.#messages === 0) return;
    this.#close();
    this.#emptied.push(this.#incarnation);
    this.#incarnation = this.#context.nextId();
    this.#messages = 0;
    this.#bytes = 0;
    this.#begin(emptyState(this.#incarnation));
    this.#context.grew(MESSAGE_BYTES);
  }

  /** `first` is the caller's to move. */
  #drop(block: Block, slot: number, secure: boolean): void {
    this.#messages--;
    this.#bytes -= block.counted[slot];
    this.#contents.removed(block.first + slot, secure);
    this.#blocks.remove(block, slot, secure);
  }

  #dropThrough(block: Block, last: number): void {
    for (let slot = 0; slot <= last; slot++) {
      const id = block.subjects[slot];
      if (id === 0) continue;
      this.#forgetOfSubject(id, block.first + slot, 0);
      this.#drop(block, slot, false);
    }
  }

  /** The same, with all that the block has. */
  #dropAll(block: Block): void {
    const { subjects, counted, first, slots } = block;
    for (let slot = 0; slot < slots; slot++) {
      if (subjects[slot] === 0) continue;
      this.#forgetOfSubject(subjects[slot], first + slot, 0);
      this.#contents.removed(first + slot, false);
      this.#messages--;
      this.#bytes -= counted[slot];
    }
    subjects.fill(0);
    this.#blocks.removeAll(block);
  }

  /** One message less on a subject. */
  #forgetOfSubject(id: number, sequence: number, distance: number): void {
    const at = id % BLOCK_SUBJECTS;
    const states = this.#subjects.block(id);
    if (states.messages[at] <= 1) {
      this.#subjects.drop(id);
      return;
    }
    this.#subjects.change(states);
    const last = states.lasts[at] === sequence ? this.#liveBefore(id, sequence, distance) : states.lasts[at];
    states.messages[at]--;
    states.lasts[at] = last;
    // Whether anybody asks for its first is not known; removing in order must not search each time.
    if (states.messages[at] === 1) states.firsts[at] = last;
    else if (Math.abs(states.firsts[at]) === sequence) states.firsts[at] = -(sequence + 1);
  }

  #stateOf(id: number): SubjectState {
    const at = id % BLOCK_SUBJECTS;
    let states = this.#subjects.block(id);
    if (states.firsts[at] < 0) {
      const first = this.#firstOf(id, -states.firsts[at], states.lasts[at], states.messages[at]);
      states = this.#subjects.block(id);
      this.#dirty = true;
      this.#subjects.change(states);
      states.firsts[at] = first;
    }
    return { messages: states.messages[at], first: states.firsts[at], last: states.lasts[at] };
  }

  #firstOf(id: number, notBefore: number, last: number, messages: number): number {
    const from = Math.max(notBefore, this.#first);
    const near = Math.min(last, (blockOf(from) + SEARCHED_BLOCKS) * BLOCK_MESSAGES - 1);
    const found = this.#search(from, near, id);
    if (found > 0) return found;
    if (messages <= CHAIN_MESSAGES) {
      const chained = this.#chain(id, last, (_, met) => met === messages);
      if (chained > 0) return chained;
    }
    return this.#search(near + 1, last, id);
  }

  /** The newest message of the subject before this one, which is that far away, if the way can be followed. */
  #liveBefore(id: number, sequence: number, distance: number): number {
    for (let at = sequence, step = distance; step > 0 && step < DISTANCE_UNKNOWN; ) {
      at -= step;
      const block = this.#blocks.get(blockOf(at));
      if (block === undefined) break;
      if (block.subjects[at % BLOCK_MESSAGES] === id) return at;
      step = block.distances[at % BLOCK_MESSAGES];
    }
    return this.#search(sequence - 1, this.#first, id);
  }

  /**
   * Follows a subject's messages from the newest back until one is enough. Returns its sequence; 0: the way is broken, or ends.
   *
   * @param enough is told the sequence, and how many were met with it
   */
  #chain(id: number, last: number, enough: (sequence: number, met: number) => boolean): number {
    let met = 0;
    for (let at = last; ; ) {
      const block = this.#blocks.get(blockOf(at));
      if (block === undefined) return 0;
      const slot = at % BLOCK_MESSAGES;
      if (block.subjects[slot] === id && enough(at, ++met)) return at;
      const distance = block.distances[slot];
      if (distance === 0 || distance === DISTANCE_UNKNOWN) return 0;
      at -= distance;
    }
  }

  /** The nearest message, from this one on in the direction, on any of the filter's subjects; 0: none. */
  #nearest(from: number, filter: SubjectFilter, step: 1 | -1): number {
    let nearest = 0;
    /** Subjects that may have messages on both sides. */
    const across: number[] = [];
    for (const id of this.#subjects.matching(filter)) {
      const { firsts, lasts } = this.#subjects.block(id);
      const [first, last] = [firsts[id % BLOCK_SUBJECTS], lasts[id % BLOCK_SUBJECTS]];
      if (step === 1 ? last < from : Math.abs(first) > from) continue;
      const isAcross = step === 1 ? first < from : last > from;
      if (isAcross) across.push(id);
      // Where it is across, its message at the far end bounds the search; a first that has to be looked for is none.
      const found = isAcross === (step === 1) ? last : first;
      if (found > 0 && (nearest === 0 || (nearest - found) * step > 0)) nearest = found;
    }
    if (across.length > SEARCHED_SUBJECTS) {
      return this.#search(from, nearest || this.#first, (id) => this.#subjects.matches(id, filter));
    }
    for (const id of across) {
      const found = step === 1 ? this.#nextOf(id, from, nearest) : this.#previousOf(id, from, nearest);
      if (found > 0) nearest = found;
    }
    return nearest;
  }

  #nextOf(id: number, from: number, to: number): number {
    const states = this.#subjects.block(id);
    const at = id % BLOCK_SUBJECTS;
    const [first, last, messages] = [states.firsts[at], states.lasts[at], states.messages[at]];
    if (last < from || Math.abs(first) > to) return 0;
    if (first >= from) return first;
    const start = Math.max(from, Math.abs(first));
    const end = Math.min(to, last);
    const near = Math.min(end, (blockOf(start) + SEARCHED_BLOCKS) * BLOCK_MESSAGES - 1);
    const found = this.#search(start, near, id);
    if (found > 0 || near === end) return found;
    if (messages > CHAIN_MESSAGES) return this.#search(near + 1, end, id);
    let next = 0;
    const passed = this.#chain(id, last, (sequence, met) => {
      if (sequence >= from) next = sequence;
      return sequence <= from || met === messages;
    });
    if (passed === 0) return this.#search(near + 1, end, id);
    return next <= to ? next : 0;
  }

  #previousOf(id: number, upTo: number, over: number): number {
    const states = this.#subjects.block(id);
    const at = id % BLOCK_SUBJECTS;
    const [first, last, messages] = [states.firsts[at], states.lasts[at], states.messages[at]];
    if (last <= over || Math.abs(first) > upTo) return 0;
    if (last <= upTo) return last;
    const end = Math.max(over + 1, Math.abs(first));
    if (upTo < end) return 0;
    const near = Math.max(end, (blockOf(upTo) - SEARCHED_BLOCKS + 1) * BLOCK_MESSAGES);
    const found = this.#search(upTo, near, id);
    if (found > 0 || near === end) return found;
    if (messages > CHAIN_MESSAGES) return this.#search(near - 1, end, id);
    const previous = this.#chain(id, last, (sequence, met) => sequence <= upTo || met === messages);
    if (previous === 0) return this.#search(near - 1, end, id);
    return previous <= upTo && previous > over ? previous : 0;
  }

  /**
   * The first message between the two, looking from `from` towards `to`, either way; 0: none.
   *
   * @param wanted a subject's id, or says which are
   */
  #search(from: number, to: number, wanted: number | ((id: number) => boolean)): number {
    const step = from <= to ? 1 : -1;
    for (let number = this.#blockAt(blockOf(from), step); number >= 0; number = this.#blockAt(number + step, step)) {
      if (step === 1 ? number > blockOf(to) : number < blockOf(to)) return 0;
      const { subjects, first } = this.#blocks.get(number) as Block;
      const low = Math.max(0, (step === 1 ? from : to) - first);
      const high = Math.min(BLOCK_MESSAGES - 1, (step === 1 ? to : from) - first);
      const slot =
        typeof wanted === 'number'
          ? step === 1
            ? subjects.indexOf(wanted, low)
            : subjects.lastIndexOf(wanted, high)
          : slotOf(subjects, step === 1 ? low : high, step === 1 ? high : low, wanted);
      if (slot >= low && slot <= high) return first + slot;
    }
    return 0;
  }

  #blockAt(number: number, step: 1 | -1): number {
    if (number < 0) return -1;
    return step === 1 ? this.#blocks.counts.next(number) : this.#blocks.counts.previous(number);
  }

  #live(from: number, step: 1 | -1): number {
    return this.#search(from, step === 1 ? Math.max(this.#last, from) : 0, () => true);
  }

  #countFrom(from: number): number {
    const number = blockOf(from);
    let count = this.#blocks.counts.from(number + 1);
    const block = this.#blocks.get(number);
    if (block === undefined) return count;
    for (let slot = from % BLOCK_MESSAGES; slot < BLOCK_MESSAGES; slot++) if (block.subjects[slot] > 0) count++;
    return count;
  }

  #countMatching(from: number, to: number, matches: (id: number) => boolean): number {
    let count = 0;
    let lastId = 0;
    let lastMatched = false;
    for (let number = this.#blockAt(blockOf(from), 1); number >= 0 && number <= blockOf(to); ) {
      const { subjects, first } = this.#blocks.get(number) as Block;
      const high = Math.min(BLOCK_MESSAGES - 1, to - first);
      for (let slot = Math.max(0, from - first); slot <= high; slot++) {
        const id = subjects[slot];
        if (id === 0) continue;
        if (id !== lastId) {
          lastId = id;
          lastMatched = matches(id);
        }
        if (lastMatched) count++;
      }
      number = this.#blockAt(number + 1, 1);
    }
    return count;
  }
}

/** The first slot between the two, either way, whose subject is wanted; -1: none. */
function slotOf(subjects: Uint32Array, from: number, to: number, wanted: (id: number) => boolean): number {
  const step = from <= to ? 1 : -1;
  let lastId = 0;
  let lastWanted = false;
  for (let slot = from; slot !== to + step; slot += step) {
    const id = subjects[slot];
    if (id === 0) continue;
    if (id !== lastId) {
      lastId = id;
      lastWanted = wanted(id);
    }
    if (lastWanted) return slot;
  }
  return -1;
}
