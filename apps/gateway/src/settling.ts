import type { Member } from '@skein/bus';
import type { Connection } from './connection.ts';

/** Who reads no further before a declaration of its own is settled. */
export class Settling {
  readonly #member: Member;
  readonly #proceed: (connection: Connection) => void;
  readonly #waiting = new Set<Connection>();

  /** `proceed`: goes on with a connection whose parser was halted. */
  constructor(member: Member, proceed: (connection: Connection) => void) {
    this.#member = member;
    this.#proceed = proceed;
  }

  wait(connection: Connection): void {
    this.#waiting.add(connection);
    connection.channel.pause();
  }

  /** +OK to a SUB waits too, and everything after it: answers come in order. */
  ok(connection: Connection): void {
    if (this.#member.settled(connection.unsettled)) {
      connection.ok();
      return;
    }
    connection.okDue = true;
    connection.parser.halt();
    this.wait(connection);
  }

  /** The bus says: everything declared up to here is known to every gateway. */
  settled(sequence: number): void {
    for (const connection of this.#waiting) {
      if (connection.unsettled > sequence) continue;
      this.#waiting.delete(connection);
      if (connection.okDue) connection.ok();
      connection.okDue = false;
      this.#proceed(connection);
    }
  }

  forget(connection: Connection): void {
    this.#waiting.delete(connection);
  }
}
