import { MemoryStreamStore, type StreamStore } from '@skein/storage';
import type { Entry } from './host.ts';
import { Shard } from './shard.ts';
import { applyEntry } from './waiting-entries.ts';

/** As nats-server 2.15.2 counts what a message takes in memory. */
const COUNTED = { overheadBytes: 16, headerOverheadBytes: 0 } as const;

/** Streams in memory: what would be a record is applied at once, and nothing outlives the process. */
export class MemoryShard extends Shard {
  readonly isReplaying = false;
  readonly isFull = false;
  #last = 0;

  append(_bytes: Buffer, _start: number, _end: number, entry: Entry): number {
    applyEntry(entry, ++this.#last);
    return this.#last;
  }

  afterLogged(entry: Entry): void {
    applyEntry(entry, this.#last);
  }

  changed(): void {}

  protected newStore(): StreamStore {
    return new MemoryStreamStore(COUNTED);
  }

  protected dropStore(): void {}
}
