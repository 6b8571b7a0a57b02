import { matches } from '@skein/subjects';

/** What the messages of an atomic batch, of which none is stored yet, will have done before the next one (ADR-50). */
export class BatchSoFar {
  readonly #subjects = new Map<string, number>();
  readonly #ids = new Set<string>();
  /** Subject and id of those that are not in the collections yet: most batches never ask for them. */
  #unsorted: string[] = [];
  messages = 0;
  bytes = 0;

  add(subject: string, bytes: number, messageId: string): void {
    this.messages++;
    this.bytes += bytes;
    this.#unsorted.push(subject, messageId);
  }

  /** How many there are on the subject. */
  on(subject: string): number {
    this.#sort();
    return this.#subjects.get(subject) ?? 0;
  }

  /** Whether one is on a subject that the pattern matches. */
  touches(pattern: string): boolean {
    this.#sort();
    if (this.#subjects.has(pattern)) return true;
    for (const subject of this.#subjects.keys()) if (matches(pattern, subject)) return true;
    return false;
  }

  hasId(messageId: string): boolean {
    this.#sort();
    return this.#ids.has(messageId);
  }

  #sort(): void {
    const unsorted = this.#unsorted;
    if (unsorted.length === 0) return;
    this.#unsorted = [];
    for (let i = 0; i < unsorted.length; i += 2) {
      const [subject, messageId] = [unsorted[i] as string, unsorted[i + 1] as string];
      this.#subjects.set(subject, (this.#subjects.get(subject) ?? 0) + 1);
      if (messageId !== '') this.#ids.add(messageId);
    }
  }
}
