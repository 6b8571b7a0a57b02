import { type ClosedRecord, closedTextLength } from './connection-record.ts';

/** As many as nats-server keeps, unless `max_closed_clients` says otherwise. */
const RECORDS_MAX = 10_000;
/** Names are as long as clients like. */
const TEXT_MAX = 8 * 1024 * 1024;

/** The connections that ended last, oldest first. */
export class ClosedConnections {
  /** How many there were, by why; not only of those that are kept. */
  readonly byReason: Record<string, number> = {};
  #recordsMax: number;
  readonly #textMax: number;
  readonly #ring: (ClosedRecord | undefined)[] = [];
  #oldest = 0;
  #size = 0;
  #text = 0;

  constructor(recordsMax: number = RECORDS_MAX, textMax: number = TEXT_MAX) {
    this.#recordsMax = recordsMax;
    this.#textMax = textMax;
  }

  /** `max_closed_clients`; it cannot be reloaded, so this is said before there are any. */
  keep(recordsMax: number): void {
    if (this.#size === 0 && recordsMax > 0) this.#recordsMax = recordsMax;
  }

  get size(): number {
    return this.#size;
  }

  add(record: ClosedRecord): void {
    this.byReason[record.reason] = (this.byReason[record.reason] ?? 0) + 1;
    const text = closedTextLength(record);
    while (this.#size === this.#recordsMax || (this.#size > 0 && this.#text + text > this.#textMax)) this.#forget();
    this.#ring[(this.#oldest + this.#size++) % this.#recordsMax] = record;
    this.#text += text;
  }

  *[Symbol.iterator](): Generator<ClosedRecord> {
    for (let i = 0; i < this.#size; i++) yield this.#ring[(this.#oldest + i) % this.#recordsMax] as ClosedRecord;
  }

  #forget(): void {
    this.#text -= closedTextLength(this.#ring[this.#oldest] as ClosedRecord);
    this.#ring[this.#oldest] = undefined;
    this.#oldest = (this.#oldest + 1) % this.#recordsMax;
    this.#size--;
  }
}
