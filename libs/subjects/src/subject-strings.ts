const SLOTS = 8192;
/** What is longer is seldom, and would keep much. */
const LENGTH_MAX = 255;

/**
 * Subjects as strings, by their bytes. Publishers repeat themselves: to find the string that was made before costs a fifth of making it
 * and having maps find out, each time, whether they know it.
 */
export class SubjectStrings {
  /** A subject takes the place of another with the same hash. */
  readonly #known: (string | undefined)[] = new Array(SLOTS).fill(undefined);

  of(buffer: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > LENGTH_MAX) return buffer.toString('latin1', start, end);
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (buffer[i] as number), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#known[slot];
    if (known !== undefined && known.length === length && isSame(known, buffer, start)) return known;
    const subject = buffer.toString('latin1', start, end);
    this.#known[slot] = subject;
    return subject;
  }
}

function isSame(text: string, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== buffer[start + i]) return false;
  return true;
}
