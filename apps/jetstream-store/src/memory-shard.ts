import { MemoryStreamStore, type StreamImage, type StreamStore } from '@skein/storage';
import type { Entry } from './host.ts';
import type { StreamHost } from './hosted-stream.ts';
import { Shard } from './shard.ts';
import { applyEntry } from './waiting-entries.ts';

/** As nats-server 2.15.2 counts what a message takes in memory. */
const COUNTED = { overheadBytes: 16, headerOverheadBytes: 0 } as const;

/** Streams in memory: what would be a record is applied at once, and nothing outlives the process. */
export class MemoryShard extends Shard {
  readonly isReplaying = false;
  readonly isShortOfSpace = false;
  readonly isFull = false;
  #last = 0;
  #stores = 0;
  readonly #numbers = new WeakMap<StreamStore, number>();

  append(_bytes: Buffer, _start: number, _end: number, entry: Entry): number {
    applyEntry(entry, ++this.#last);
    return this.#last;
  }

  get isBehind(): boolean {
    return false;
  }

  afterLogged(entry: Entry): void {
    applyEntry(entry, this.#last);
  }

  changed(): void {}

  async image(stream: StreamHost): Promise<StreamImage> {
    stream.save();
    for (const consumer of stream.consumers.values()) consumer.save();
    return (stream.store as MemoryStreamStore).image();
  }

  async room(): Promise<void> {}

  async kept(): Promise<void> {}

  protected newStore(): StreamStore {
    const store = new MemoryStreamStore(COUNTED);
    this.#numbers.set(store, ++this.#stores);
    return store;
  }

  protected numberOf(store: StreamStore): number {
    return this.#numbers.get(store) ?? 0;
  }

  protected dropStore(): void {}
}
