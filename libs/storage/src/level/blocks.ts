import type { Batch } from './batch.ts';
import { BLOCK_MESSAGES, Block, type PageReference } from './block.ts';
import { read, type ShardContext } from './context.ts';
import { DamagedError } from './errors.ts';
import { KeyType, key, pageKey } from './keys.ts';
import type { LiveCounts } from './live-counts.ts';

export const blockOf = (sequence: number): number => Math.floor(sequence / BLOCK_MESSAGES);

type Rewrite = (block: Block, page: PageReference) => Buffer | undefined;

/** The index of a stream's messages: which there are, of which subject, how large. */
export class Blocks {
  readonly #context: ShardContext;
  readonly #stream: number;
  readonly #incarnation: number;
  readonly #blocks = new Map<number, Block>();
  #changed = new Set<Block>();
  /** What the flush that is being put together still lacks: they are as they were when it began. */
  #unpacked = new Set<Block>();
  #pack: (block: Block) => void = () => {};
  #removed: Buffer[] = [];
  /** Pages of blocks that are gone. */
  #obsolete: Buffer[] = [];
  /** Pages of which something was removed for good. */
  #secure: Buffer[] = [];
  readonly counts: LiveCounts;

  constructor(context: ShardContext, stream: number, incarnation: number, counts: LiveCounts) {
    this.#context = context;
    this.#stream = stream;
    this.#incarnation = incarnation;
    this.counts = counts;
  }

  /** Undefined when it has no messages. */
  get(number: number): Block | undefined {
    const block = this.#blocks.get(number);
    if (block !== undefined) {
      block.used = true;
      return block;
    }
    return this.counts.get(number) === 0 ? undefined : this.#load(number);
  }

  /** The block, to put a message into. */
  forAppend(number: number): Block {
    const block = this.get(number) ?? this.#keep(this.#create(number));
    this.change(block);
    return block;
  }

  /** To be called before a block is changed, and before anything else is read that could take its place in memory. */
  change(block: Block): void {
    if (block.dirty) return;
    if (this.#unpacked.delete(block)) this.#pack(block);
    block.dirty = true;
    this.#changed.add(block);
    this.#context.grew(block.cacheBytes >> 2);
  }

  /** The message has been added to the block. */
  added(block: Block, slot: number): void {
    block.slots = slot + 1;
    this.counts.add(block.number, 1);
  }

  /**
   * Forgets a message that is there, of a block that was said to change.
   *
   * @param secure its page must not keep it
   */
  remove(block: Block, slot: number, secure: boolean): void {
    block.subjects[slot] = 0;
    const page = block.pageOf(slot);
    if (page !== undefined) {
      block.thinned.set(page, secure || block.thinned.get(page) === true);
      if (secure) this.#erase(block, page);
    }
    if (this.counts.add(block.number, -1) === 0) this.#drop(block);
  }

  /** Forgets all messages of a block that was said to change. */
  removeAll(block: Block): void {
    this.counts.add(block.number, -this.counts.get(block.number));
    this.#drop(block);
  }

  /**
   * What changed, once the pages of new messages have been noted in their blocks: as it is now, whatever changes before all of it was
   * taken.
   *
   * @param rewrite gives a page anew, with the messages that are left
   */
  write(batch: Batch, rewrite: Rewrite): Iterable<void> {
    for (const removed of this.#removed) batch.remove(removed);
    this.#removed = [];
    for (const obsolete of this.#obsolete) batch.obsolete.push(obsolete);
    this.#obsolete = [];
    batch.secure.push(...this.#secure);
    this.#secure = [];
    for (const block of this.#changed) {
      block.dirty = false;
      block.keptFor = batch.ordinal;
    }
    this.#unpacked = this.#changed;
    this.#changed = new Set();
    this.#pack = (block) => {
      this.#thin(block, batch, rewrite);
      batch.put(key(KeyType.Block, this.#incarnation, block.number), block.encode());
    };
    return this.#packAll();
  }

  *#packAll(): Generator<void> {
    for (const block of this.#unpacked) {
      this.#unpacked.delete(block);
      this.#pack(block);
      yield;
    }
  }

  /** The stream has nothing to do with them any more. */
  close(): void {
    for (const block of this.#blocks.values()) this.#context.cache.remove(block);
  }

  #thin(block: Block, batch: Batch, rewrite: Rewrite): void {
    for (const [page, secure] of block.thinned) {
      const end = block.endOf(page);
      let live = 0;
      for (let slot = page.slot; slot < end; slot++) if (block.subjects[slot] > 0) live += block.counted[slot];
      if (live === 0) {
        batch.obsolete.push(this.#pageKey(block, page));
        block.dropPage(page);
      } else if (secure || live * 2 < page.bytes) {
        const thinner = rewrite(block, page);
        if (thinner === undefined) continue;
        batch.obsolete.push(this.#pageKey(block, page));
        page.older = secure ? [] : [...page.older, page.flush];
        page.flush = batch.ordinal;
        page.bytes = live;
        batch.putPage(this.#pageKey(block, page), thinner);
      }
    }
    block.thinned.clear();
  }

  /** The page as it is, and as it was, is not to be on disk when the next flush is. */
  #erase(block: Block, page: PageReference): void {
    this.#secure.push(this.#pageKey(block, page));
    for (const flush of page.older) {
      const older = this.#pageKey(block, page, flush);
      this.#secure.push(older);
      // It has been noted before, and may be removed already. What is removed last, LevelDB finds.
      this.#obsolete.push(older);
    }
  }

  #drop(block: Block): void {
    for (const page of block.pages) this.#obsolete.push(this.#pageKey(block, page));
    this.#removed.push(key(KeyType.Block, this.#incarnation, block.number));
    this.#changed.delete(block);
    this.#blocks.delete(block.number);
    this.#context.cache.remove(block);
    this.#context.grew(64);
  }

  #pageKey(block: Block, page: PageReference, flush = page.flush): Buffer {
    return pageKey(flush, this.#incarnation, block.first + page.slot);
  }

  #load(number: number): Block {
    const from = number * BLOCK_MESSAGES;
    const damaged = (): DamagedError => new DamagedError(this.#stream, 'index', from, from + BLOCK_MESSAGES - 1);
    const bytes = read(this.#context, key(KeyType.Block, this.#incarnation, number), damaged);
    if (bytes === undefined) throw damaged();
    const block = this.#create(number);
    block.decode(bytes);
    return this.#keep(block);
  }

  #create(number: number): Block {
    return new Block(number, this.#blocks, () => this.#context.flushed);
  }

  #keep(block: Block): Block {
    this.#blocks.set(block.number, block);
    this.#context.cache.add(block);
    return block;
  }
}
