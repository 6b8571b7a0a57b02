import type { Delivery } from './acknowledgement.ts';
import type { ConsumerOperation, Run } from './consumer-operation.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { Notice } from './notice.ts';

/** What of a turn goes to the journal; the rest counts when that is durable. */
export interface ConsumerTurn {
  readonly operations: readonly ConsumerOperation[];
  readonly confirms: readonly string[];
  readonly notices: readonly Notice[];
}

/** What has happened since the last turn was taken. */
export class ConsumerTurnLog {
  #runs: Run[] = [];
  #runsBegin = 0;
  #dropped: number[] = [];
  #dying: DeadLetter[] = [];
  #nextLetter: number;
  #acked: number[] = [];
  #confirms: string[] = [];
  #notices: Notice[] = [];

  constructor(nextLetter: number) {
    this.#nextLetter = nextLetter;
  }

  get isEmpty(): boolean {
    const operations = this.#runs.length + this.#dropped.length + this.#dying.length + this.#acked.length;
    return operations + this.#confirms.length + this.#notices.length === 0;
  }

  delivered({ sequence, consumerSequence, deliveries }: Delivery): void {
    const { length } = this.#runs;
    if (length === 0) this.#runsBegin = consumerSequence;
    const last = this.#runs[length - 1];
    if (last !== undefined && last.first + last.length === sequence && last.deliveries === deliveries) last.length++;
    else this.#runs.push({ first: sequence, length: 1, deliveries });
  }

  dropped(sequence: number): void {
    this.#dropped.push(sequence);
  }

  dying(letter: DeadLetter): void {
    this.#dying.push(letter);
  }

  acked(sequence: number): void {
    this.#acked.push(sequence);
  }

  /** Somebody wants to know that what they said counts. */
  confirm(reply: string): void {
    this.#confirms.push(reply);
  }

  notice(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** Undefined: nothing has happened. */
  take(millis: number): ConsumerTurn | undefined {
    if (this.isEmpty) return undefined;
    const operations: ConsumerOperation[] = [];
    // In this order: what is acknowledged was delivered before.
    if (this.#runs.length > 0) {
      operations.push({ kind: 'delivered', consumerSequence: this.#runsBegin, runs: this.#runs, millis });
    }
    if (this.#dropped.length > 0) operations.push({ kind: 'dropped', sequences: this.#dropped, millis });
    if (this.#dying.length > 0) {
      operations.push({ kind: 'dying', number: this.#nextLetter, letters: this.#dying, millis });
      this.#nextLetter += this.#dying.length;
    }
    if (this.#acked.length > 0) operations.push({ kind: 'acked', sequences: this.#acked, millis });
    const turn = { operations, confirms: this.#confirms, notices: this.#notices };
    this.#confirms = [];
    this.#notices = [];
    this.forgetOperations();
    return turn;
  }

  /** The consumer begins anew: nothing of it is to be applied to what it is then. */
  forgetOperations(): void {
    this.#runs = [];
    this.#dropped = [];
    this.#dying = [];
    this.#acked = [];
  }
}
