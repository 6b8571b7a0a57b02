import type { SubjectFilter } from '../subject-filter.ts';
import type { Batch } from './batch.ts';
import { read, type ShardContext } from './context.ts';
import { DamagedError } from './errors.ts';
import { hashKey, KeyType, key } from './keys.ts';
import { Overlay } from './overlay.ts';
import { BLOCK_SUBJECTS, SubjectBlock } from './subject-block.ts';

/** Ids that became free and are remembered; more are lost until their block is read again. */
const FREE_MAX = 65_536;
/** Names whose ids are in memory, twice. */
const KNOWN_MAX = 131_072;
/**
 * What a subject that is new or gone counts for until that is on disk: five times what it takes, since to write it takes as long as so much of
 * messages. A flush is put together without a pause: so it takes some 10 ms (50 before).
 */
const SUBJECT_BYTES = 1000;

/** The subjects of a stream: an id for each, from 1 on, given again when its subject has no messages any more. */
export class SubjectTable {
  readonly #context: ShardContext;
  readonly #stream: number;
  readonly #incarnation: number;
  readonly #blocks = new Map<number, SubjectBlock>();
  /** Ids that were asked for lately; when there are many, the older half goes. */
  #ids = new Map<string, number>();
  #olderIds = new Map<string, number>();
  /** Hash of the name that was not there when one was last looked for, and who has it. */
  #missed = { hash: '', others: [] as readonly number[] };
  /** By hash: ids of the subjects that have it. */
  readonly #hashes = new Overlay<string, readonly number[]>();
  /** Taken from its beginning: ids in the order in which they were freed. May name ids that were taken since. */
  #free: number[] = [];
  #freeHead = 0;
  #changed = new Set<SubjectBlock>();
  /** What the flush that is being put together still lacks: they are as they were when it began. */
  #unpacked = new Set<SubjectBlock>();
  #pack: (block: SubjectBlock) => void = () => {};
  /** Ids from here on were never given. */
  next: number;
  count: number;

  constructor(context: ShardContext, stream: number, incarnation: number, next: number, count: number) {
    this.#context = context;
    this.#stream = stream;
    this.#incarnation = incarnation;
    this.next = next;
    this.count = count;
  }

  /** 0: the stream has nothing on it. */
  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const older = this.#olderIds.get(name);
    if (older !== undefined) return this.#know(name, older);
    const hash = this.#context.hash(name);
    const others = this.count === 0 ? [] : this.#withHash(hash);
    for (const id of others) if (this.name(id) === name) return this.#know(name, id);
    this.#missed = { hash, others };
    return 0;
  }

  /** The subject's id; a new one when the stream has nothing on it yet. */
  idFor(name: string): number {
    return this.idOf(name) || this.#add(name, this.#missed.hash, this.#missed.others);
  }

  drop(id: number): void {
    const block = this.block(id);
    const slot = id % BLOCK_SUBJECTS;
    const name = block.name(slot);
    const hash = this.#context.hash(name);
    // Purging a hundred thousand subjects must not read as many records.
    const others = block.shared[slot] === 0 ? [] : this.#withHash(hash).filter((other) => other !== id);
    this.#hashes.set(hash, others.length === 0 ? undefined : others);
    this.#ids.delete(name);
    this.#olderIds.delete(name);
    this.change(block);
    block.setName(slot, '');
    block.messages[slot] = 0;
    this.count--;
    this.#release(id);
    this.#context.grew(SUBJECT_BYTES);
  }

  /** Where an id's name and state are, at `id % BLOCK_SUBJECTS`. */
  block(id: number): SubjectBlock {
    const number = Math.floor(id / BLOCK_SUBJECTS);
    const block = this.#blocks.get(number);
    if (block === undefined) return this.#load(number);
    block.used = true;
    return block;
  }

  name(id: number): string {
    return this.block(id).name(id % BLOCK_SUBJECTS);
  }

  matches(id: number, filter: SubjectFilter): boolean {
    return this.block(id).matches(id % BLOCK_SUBJECTS, filter);
  }

  /** To be called before every change of a block. */
  change(block: SubjectBlock): void {
    if (block.dirty) return;
    if (this.#unpacked.delete(block)) this.#pack(block);
    block.dirty = true;
    this.#changed.add(block);
    this.#context.grew(block.cacheBytes >> 2);
  }

  /** Ids of the subjects that match. Subjects may be dropped meanwhile. */
  *matching(filter: SubjectFilter | undefined): Generator<number> {
    if (filter?.literals !== undefined) {
      for (const literal of new Set(filter.literals)) {
        const id = this.idOf(literal);
        if (id > 0) yield id;
      }
      return;
    }
    for (let first = 0; first < this.next; first += BLOCK_SUBJECTS) {
      const block = this.block(first);
      for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
        if (block.isGiven(slot) && (filter === undefined || block.matches(slot, filter))) yield first + slot;
      }
    }
  }

  /** What changed, as it is now, whatever changes before all of it was taken. */
  write(batch: Batch): Iterable<void> {
    for (const block of this.#changed) {
      block.dirty = false;
      block.keptFor = batch.ordinal;
    }
    this.#unpacked = this.#changed;
    this.#changed = new Set();
    this.#pack = (block) => {
      if (block.namesDirty) {
        batch.put(key(KeyType.SubjectNames, this.#incarnation, block.number), block.encodeNames());
      }
      batch.put(key(KeyType.SubjectStates, this.#incarnation, block.number), block.encodeStates());
      block.namesDirty = false;
    };
    return this.#packAll(batch, this.#hashes.freeze());
  }

  *#packAll(batch: Batch, hashes: ReadonlyMap<string, readonly number[] | undefined>): Generator<void> {
    for (const block of this.#unpacked) {
      this.#unpacked.delete(block);
      this.#pack(block);
      yield;
    }
    for (const [hash, ids] of hashes) {
      if (ids === undefined) batch.remove(hashKey(this.#incarnation, hash));
      else batch.put(hashKey(this.#incarnation, hash), Buffer.from(Uint32Array.from(ids).buffer));
      yield;
    }
  }

  settled(): void {
    this.#hashes.settled();
  }

  /** The stream has nothing to do with it any more. */
  close(): void {
    for (const block of this.#blocks.values()) this.#context.cache.remove(block);
  }

  #add(name: string, hash: string, others: readonly number[]): number {
    const id = this.#takeId();
    const block = this.block(id);
    const slot = id % BLOCK_SUBJECTS;
    this.change(block);
    block.setName(slot, name);
    block.messages[slot] = 0;
    block.shared[slot] = others.length > 0 ? 1 : 0;
    for (const other of others) this.#share(other);
    this.#know(name, id);
    this.#hashes.set(hash, [...others, id]);
    this.count++;
    this.#context.grew(SUBJECT_BYTES);
    return id;
  }

  #withHash(hash: string): readonly number[] {
    const changed = this.#hashes.get(hash);
    if (changed !== null) return changed ?? [];
    const bytes = read(
      this.#context,
      hashKey(this.#incarnation, hash),
      () => new DamagedError(this.#stream, 'index of subjects'),
    );
    if (bytes === undefined) return [];
    return Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32LE(i * 4));
  }

  #takeId(): number {
    while (this.#freeHead < this.#free.length) {
      const id = this.#free[this.#freeHead++];
      if (this.name(id) === '') return id;
    }
    this.#free = [];
    this.#freeHead = 0;
    return this.next++;
  }

  #release(id: number): void {
    if (this.#freeHead > FREE_MAX) {
      this.#free = this.#free.slice(this.#freeHead);
      this.#freeHead = 0;
    }
    if (this.#free.length - this.#freeHead < FREE_MAX) this.#free.push(id);
  }

  #load(number: number): SubjectBlock {
    const block = new SubjectBlock(number, this.#blocks, () => this.#context.flushed);
    const first = number * BLOCK_SUBJECTS;
    const damaged = (): DamagedError =>
      new DamagedError(this.#stream, `subjects ${first} to ${first + BLOCK_SUBJECTS - 1}`);
    const names = read(this.#context, key(KeyType.SubjectNames, this.#incarnation, number), damaged);
    const states = read(this.#context, key(KeyType.SubjectStates, this.#incarnation, number), damaged);
    if (names !== undefined && states !== undefined) {
      block.decode(names, states);
      for (let slot = 0; slot < BLOCK_SUBJECTS; slot++) {
        const id = first + slot;
        if (id > 0 && id < this.next && !block.isGiven(slot)) this.#release(id);
      }
    } else if (names !== undefined || states !== undefined || this.#wasGiven(first)) {
      throw damaged();
    }
    this.#blocks.set(number, block);
    this.#context.cache.add(block);
    return block;
  }

  /** Some id of the block was: then it is in memory or on disk. */
  #wasGiven(first: number): boolean {
    return Math.max(first, 1) < this.next - 1;
  }

  #know(name: string, id: number): number {
    if (this.#ids.size >= KNOWN_MAX) {
      this.#olderIds = this.#ids;
      this.#ids = new Map();
    }
    this.#ids.set(name, id);
    return id;
  }

  #share(id: number): void {
    const block = this.block(id);
    this.change(block);
    block.shared[id % BLOCK_SUBJECTS] = 1;
  }
}
