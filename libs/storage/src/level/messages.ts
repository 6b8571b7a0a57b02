import type { StoredMessage } from '../stream-store.ts';
import type { Batch } from './batch.ts';
import { BLOCK_MESSAGES, type Block, type PageReference } from './block.ts';
import type { Blocks } from './blocks.ts';
import { compressPage, expandPage } from './compressed-page.ts';
import { readPage, type ShardContext } from './context.ts';
import { DamagedError } from './errors.ts';
import { pageKey } from './keys.ts';
import { type NewPage, NewPages } from './new-pages.ts';
import { takeAll } from './packing.ts';
import { encodePage, Page } from './page.ts';

const always = (): boolean => true;

/** The messages themselves: new ones in memory, the others in pages on disk. Which are still there is the index's to know. */
export class Messages {
  readonly #context: ShardContext;
  readonly #stream: number;
  readonly #incarnation: number;
  #pending = new NewPages();
  /** Those that are being written. */
  #written: NewPages | undefined;
  /** What the flush that is being put together still lacks of those. */
  #unpacked: Iterable<void> = [];
  readonly #pages = new Map<number, Page>();
  /** Pages that are written from now on. */
  isCompressed: boolean;

  constructor(context: ShardContext, stream: number, incarnation: number, isCompressed: boolean) {
    this.#context = context;
    this.#stream = stream;
    this.#incarnation = incarnation;
    this.isCompressed = isCompressed;
  }

  append(
    sequence: number,
    subject: string,
    content: Buffer,
    headerBytes: number,
    seconds: number,
    nanos: number,
  ): void {
    this.#pending.append(sequence, subject, content, headerBytes, seconds, nanos);
  }

  /** A message that the index has; undefined: it is not new, its page has it. */
  fresh(sequence: number): StoredMessage | undefined {
    return this.#pending.get(sequence) ?? this.#written?.get(sequence);
  }

  inPage(block: Block, sequence: number): StoredMessage {
    const page = block.pageOf(sequence % BLOCK_MESSAGES);
    const message = page && this.#page(block, page).get(sequence);
    if (message === undefined) throw new DamagedError(this.#stream, 'message', sequence, sequence);
    return message;
  }

  /** The message was removed. */
  removed(sequence: number, secure: boolean): void {
    this.#pending.remove(sequence, secure);
    if (!secure || this.#written === undefined) return;
    takeAll(this.#unpacked);
    this.#written.remove(sequence, secure);
  }

  /** New messages as pages, which are noted in their blocks at once. */
  write(batch: Batch, blocks: Blocks): Iterable<void> {
    const noted: [page: NewPage, first: number][] = [];
    for (const page of this.#pending) {
      const { firstLeft } = page;
      const block = blocks.get(page.block) as Block;
      const bytes = page.countedOf(block.counted);
      block.pages.push({ slot: firstLeft % BLOCK_MESSAGES, bytes, flush: batch.ordinal, older: [] });
      noted.push([page, firstLeft]);
    }
    this.#written = this.#pending;
    this.#pending = new NewPages();
    this.#unpacked = this.#packAll(batch, noted);
    return this.#unpacked;
  }

  *#packAll(batch: Batch, noted: readonly [page: NewPage, first: number][]): Generator<void> {
    for (const [page, first] of noted) {
      batch.putPage(pageKey(batch.ordinal, this.#incarnation, first), this.#packed(page.encode()));
      yield;
    }
  }

  settled(): void {
    this.#written?.recycle();
    this.#written = undefined;
  }

  /**
   * The page anew, with the messages that are left; undefined when it can't be read.
   *
   * @param flush the one that writes it: until then it is served from memory
   */
  rewrite(block: Block, reference: PageReference, flush: number): Buffer | undefined {
    const first = block.first + reference.slot;
    const left: StoredMessage[] = [];
    try {
      const page = this.#page(block, reference);
      for (let slot = reference.slot; slot < block.endOf(reference); slot++) {
        const message = block.subjects[slot] === 0 ? undefined : page.get(block.first + slot);
        if (message !== undefined) left.push(message);
      }
      this.#context.cache.remove(page);
      page.forget();
    } catch (error) {
      // Who asks for one of its messages is told.
      if (error instanceof DamagedError) return undefined;
      throw error;
    }
    const bytes = encodePage(first, left);
    this.#keep(new Page(first, bytes, this.#pages, () => flush <= this.#context.flushed));
    return this.#packed(bytes);
  }

  #packed(page: Buffer): Buffer {
    return this.isCompressed ? compressPage(page) : page;
  }

  close(): void {
    for (const page of this.#pages.values()) this.#context.cache.remove(page);
  }

  #page(block: Block, reference: PageReference): Page {
    const first = block.first + reference.slot;
    const known = this.#pages.get(first);
    if (known !== undefined) {
      known.used = true;
      return known;
    }
    const damaged = (): DamagedError =>
      new DamagedError(this.#stream, 'page', first, block.first + block.endOf(reference) - 1);
    const bytes = readPage(this.#context, pageKey(reference.flush, this.#incarnation, first), damaged);
    if (bytes === undefined) throw damaged();
    return this.#keep(new Page(first, expandPage(bytes), this.#pages, always));
  }

  #keep(page: Page): Page {
    this.#pages.set(page.first, page);
    this.#context.cache.add(page);
    return page;
  }
}
