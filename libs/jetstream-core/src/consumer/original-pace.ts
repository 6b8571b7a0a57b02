import type { StoredMessage } from '@skein/storage';
import { millisOf } from '../time.ts';

/** `replay_policy: original`: messages that were there at the beginning come as far apart as they were stored. */
export class OriginalPace {
  readonly #end: number;
  #storedMillis = 0;
  #givenAt = 0;

  /** @param end the stream's newest message at the beginning */
  constructor(end: number) {
    this.#end = end;
  }

  /** When the message may be given out; 0: at once. */
  dueAt({ sequence, seconds, nanos }: StoredMessage): number {
    if (this.#givenAt === 0 || sequence > this.#end) return 0;
    return this.#givenAt + millisOf(seconds, nanos) - this.#storedMillis;
  }

  gave({ seconds, nanos }: StoredMessage, millis: number): void {
    this.#storedMillis = millisOf(seconds, nanos);
    this.#givenAt = millis;
  }
}
