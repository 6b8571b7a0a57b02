import type { ServerResponse } from 'node:http';
import { UnavailableError } from '../unavailable-error.ts';

/** Answers under way at once: an answer may be a megabyte, and is held until it is read. */
const ANSWERS_MAX = 64;
/** Who has not taken anything for this long is cut off. */
const UNREAD_MS_MAX = 10_000;

/** Those whom an answer is on its way to: so many, and no longer than they read. */
export class Readers {
  #count = 0;

  /** Throws `UnavailableError` when too many have not read theirs yet. */
  add(response: Pick<ServerResponse, 'setTimeout' | 'once' | 'destroy'>): void {
    if (this.#count >= ANSWERS_MAX) throw new UnavailableError('too many have not read their answers yet');
    this.#count++;
    response.once('close', () => {
      this.#count--;
    });
    response.setTimeout(UNREAD_MS_MAX, () => response.destroy());
  }
}
