/** What a server was heard to promise, and what was asked of it. */
export class Ledger {
  /** By body: the sequence that its acknowledgement names. */
  readonly acknowledged = new Map<string, number>();
  /** Sent without a message id, and never again: there once or not at all. */
  readonly sentOnce = new Set<string>();
  /** Bodies of each atomic batch, and whether it was acknowledged. */
  readonly batches: { readonly bodies: readonly string[]; isAcknowledged: boolean }[] = [];
  readonly violations: string[] = [];
  #count = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  /** An acknowledgement: one body has one sequence, however often it was sent. */
  acknowledge(body: string, sequence: number): void {
    const before = this.acknowledged.get(body);
    if (before !== undefined && before !== sequence) {
      this.violations.push(`${body} was acknowledged as ${before}, and then as ${sequence}`);
    }
    this.acknowledged.set(body, sequence);
    this.#count++;
    for (const { count, resolve } of this.#waiting) if (this.#count >= count) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => this.#count < count);
  }

  /** So many acknowledgements from now. */
  after(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.#count + count, resolve }));
  }
}
