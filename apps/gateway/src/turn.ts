import type { Runtime } from '@skein/bus';
import type { Connection } from './connection.ts';

/**
 * One turn of the event loop, as all clients of a gateway share it: the clock is read once in it, and what they are told in
 * it leaves at its end.
 */
export class Turn {
  /** Counts turns in which something happened. */
  number = 1;
  readonly #runtime: Runtime;
  readonly #flushOutput: (connection: Connection, nowMs: number) => void;
  #dirty: Connection[] = [];
  #endPlanned = false;
  readonly #yielded: Connection[] = [];
  #nowMs = 0;
  #wallMs = 0;

  constructor(runtime: Runtime, flushOutput: (connection: Connection, nowMs: number) => void) {
    this.#runtime = runtime;
    this.#flushOutput = flushOutput;
  }

  /** The runtime's clock. */
  nowMs(): number {
    if (this.#nowMs === 0) this.#readClock();
    return this.#nowMs;
  }

  wallMs(): number {
    if (this.#nowMs === 0) this.#readClock();
    return this.#wallMs;
  }

  #readClock(): void {
    this.#nowMs = this.#runtime.now();
    this.#wallMs = this.#runtime.wallMs();
    this.#planEnd();
  }

  #planEnd(): void {
    if (this.#endPlanned) return;
    this.#endPlanned = true;
    this.#runtime.defer(this.#end);
  }

  /** This connection has something to be told. */
  markDirty(connection: Connection): void {
    if (connection.dirty) return;
    connection.dirty = true;
    this.#dirty.push(connection);
    this.#planEnd();
  }

  /** Reads on with this connection when the others have had their turn. */
  yield(connection: Connection): void {
    connection.channel.pause();
    this.#yielded.push(connection);
    this.#planEnd();
  }

  readonly #end = (): void => {
    // While this end is still the planned one: what is noted from now on is of this turn.
    if (this.#nowMs === 0) this.#readClock();
    this.#endPlanned = false;
    const now = this.#runtime.now();
    const dirty = this.#dirty;
    this.#dirty = [];
    for (let i = 0; i < dirty.length; i++) {
      const connection = dirty[i];
      connection.dirty = false;
      if (!connection.isClosed) this.#flushOutput(connection, now);
    }
    this.#nowMs = 0;
    this.number++;
    if (this.#yielded.length === 0) return;
    for (const connection of this.#yielded.splice(0)) {
      if (!connection.isClosed && !connection.stalled && !connection.parser.halted) connection.channel.resume();
    }
  };
}
