import { type ChangeReader, changeBytes, putChange } from '@skein/bus/internal';

const CHUNK_BYTES = 64 * 1024;
/** Never in a subject or a queue's name on the wire. */
const SEPARATOR = ' ';

/**
 * What one process wants: weights by account and pattern (with its queue). One string and one small number a pattern, since
 * there may be a million.
 */
export class DeclaredInterest {
  private readonly accounts = new Map<string, Map<string, number>>();

  /** Takes over changes, in order. */
  apply(changes: ChangeReader): void {
    while (changes.next()) {
      const { account, subject, queue, weight } = changes;
      let patterns = this.accounts.get(account);
      if (patterns === undefined) {
        if (weight === 0) continue;
        patterns = new Map();
        this.accounts.set(account, patterns);
      }
      const key = queue === '' ? subject : subject + SEPARATOR + queue;
      if (weight > 0) patterns.set(key, weight);
      else if (patterns.delete(key) && patterns.size === 0) this.accounts.delete(account);
    }
  }

  clear(): void {
    this.accounts.clear();
  }

  get size(): number {
    let size = 0;
    for (const patterns of this.accounts.values()) size += patterns.size;
    return size;
  }

  /** The whole of it as encoded changes, in chunks: at least one, the last named as such. */
  encode(emit: (chunk: Buffer, end: number, last: boolean) => void): void {
    let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let at = 0;
    for (const [account, patterns] of this.accounts) {
      const name = Buffer.from(account);
      for (const [key, weight] of patterns) {
        const space = key.indexOf(SEPARATOR);
        const subject = space === -1 ? key : key.slice(0, space);
        const queue = space === -1 ? '' : key.slice(space + 1);
        const size = changeBytes(name, subject, queue, weight);
        if (at + size > chunk.length) {
          if (at > 0) emit(chunk, at, false);
          at = 0;
          if (size > chunk.length) chunk = Buffer.allocUnsafe(size);
        }
        at = putChange(chunk, at, name, subject, queue, weight);
      }
    }
    emit(chunk, at, true);
  }
}
