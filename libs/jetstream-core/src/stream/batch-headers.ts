import { HeaderLines, HeaderNames, isText } from './header-lines.ts';

const ID = 1;
const SEQUENCE = 2;
const COMMIT = 3;
const LEVEL = 4;
const names = new HeaderNames(
  new Map([
    ['Nats-Batch-Id', ID],
    ['Nats-Batch-Sequence', SEQUENCE],
    ['Nats-Batch-Commit', COMMIT],
    ['Nats-Required-Api-Level', LEVEL],
  ]),
);
const ZERO = 0x30;

/**
 * What a message says of the atomic batch that it is of (ADR-50); empty is as good as absent, the first of several counts. One is used
 * for many messages: those of a batch have their id's string in common.
 */
export class BatchHeaders {
  id = '';
  /** NaN: none, or it is no number. */
  sequence = Number.NaN;
  commit = '';
  requiredLevel = '';
  #lastId = '';

  /** @param start where the header block begins. @returns whether the message is of a batch */
  read(content: Buffer, start: number, headerBytes: number): boolean {
    this.id = '';
    this.sequence = Number.NaN;
    this.commit = '';
    this.requiredLevel = '';
    if (headerBytes === 0) return false;
    let hasSequence = false;
    const lines = new HeaderLines(content, start, headerBytes);
    while (lines.next()) {
      const name = names.find(content, lines.nameStart, lines.nameEnd);
      if (name === undefined || lines.isEmpty) continue;
      if (name === SEQUENCE) {
        if (!hasSequence) this.sequence = readNumber(content, lines.valueStart, lines.valueEnd);
        hasSequence = true;
      } else if (name === ID) {
        if (this.id === '') this.id = this.#idOf(content, lines);
      } else if (name === COMMIT) {
        if (this.commit === '') this.commit = lines.value();
      } else if (this.requiredLevel === '') {
        this.requiredLevel = lines.value();
      }
    }
    return this.id !== '';
  }

  #idOf(content: Buffer, lines: HeaderLines): string {
    if (!isText(this.#lastId, content, lines.valueStart, lines.valueEnd)) this.#lastId = lines.value();
    return this.#lastId;
  }
}

/** NaN for what is not digits alone. */
function readNumber(content: Buffer, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = (content[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
