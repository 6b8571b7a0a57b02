import { matches } from '@skein/subjects';

/** What the messages of an atomic batch, of which none is stored yet, will have done before the next one (ADR-50). */
export class BatchSoFar {
  readonly #subjects = new Map<string, number>();
  readonly #ids = new Set<string>();
  messages = 0;
  bytes = 0;

  add(subject: string, bytes: number, messageId: string): void {
    this.messages++;
    this.bytes += bytes;
    this.#subjects.set(subject, this.on(subject) + 1);
    if (messageId !== '') this.#ids.add(messageId);
  }

  /** How many there are on the subject. */
  on(subject: string): number {
    return this.#subjects.get(subject) ?? 0;
  }

  /** Whether one is on a subject that the pattern matches. */
  touches(pattern: string): boolean {
    if (this.#subjects.has(pattern)) return true;
    for (const subject of this.#subjects.keys()) if (matches(pattern, subject)) return true;
    return false;
  }

  hasId(messageId: string): boolean {
    return this.#ids.has(messageId);
  }
}
