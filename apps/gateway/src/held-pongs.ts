import type { Link, Member } from '@skein/bus';
import type { Connection, HeldPong } from './connection.ts';
import { answerPing } from './handlers/ping.ts';

/** A PONG promises that what was published before has arrived: over links that takes an acknowledgement. */
export class HeldPongs {
  readonly #member: Member;
  readonly #waiting = new Set<Connection>();
  readonly #flushes = new Set<{ marks: ReadonlyMap<Link, number>; resolve(): void }>();

  constructor(member: Member) {
    this.#member = member;
  }

  /** Whether the PONG is due later; it is sent then. */
  hold(connection: Connection): boolean {
    const newest = connection.heldPongs.at(-1);
    if (!connection.publishedRemotely) {
      if (newest === undefined) return false;
      newest.pongs++;
      return true;
    }
    const marks = this.#marks();
    connection.publishedRemotely = false;
    if (marks.size === 0) return false;
    connection.heldPongs.push({ marks, pongs: 1 });
    this.#waiting.add(connection);
    return true;
  }

  /** Resolves when all that was sent so far has arrived. */
  flushed(): Promise<string> {
    const marks = this.#marks();
    if (marks.size === 0) return Promise.resolve('');
    return new Promise((resolve) => this.#flushes.add({ marks, resolve: () => resolve('') }));
  }

  /** Of gateways alone: whoever sends to an inner process hears from it what has become of it, and a slow one must not hold PONGs. */
  #marks(): Map<Link, number> {
    const marks = new Map<Link, number>();
    for (const link of this.#member.links.values()) {
      if (link.peer.component === 'gateway' && link.framesAcked < link.framesSent) marks.set(link, link.framesSent);
    }
    return marks;
  }

  /** A link has been worked through further, or is gone. */
  acked(): void {
    for (const flush of this.#flushes) {
      if (!arrived(flush.marks)) continue;
      this.#flushes.delete(flush);
      flush.resolve();
    }
    for (const connection of this.#waiting) {
      const held = connection.heldPongs;
      while (held.length > 0 && arrived(held[0].marks)) {
        for (let { pongs } = held.shift() as HeldPong; pongs > 0; pongs--) answerPing(connection);
      }
      if (held.length === 0) this.#waiting.delete(connection);
    }
  }

  forget(connection: Connection): void {
    this.#waiting.delete(connection);
  }
}

function arrived(marks: ReadonlyMap<Link, number>): boolean {
  // A link that was broken and made anew counts from nothing: the mark is the old one's.
  for (const [link, mark] of marks) if (link.up && link.framesAcked < mark) return false;
  return true;
}
