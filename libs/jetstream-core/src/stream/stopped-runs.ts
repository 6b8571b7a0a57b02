/** More than batches can be open at once, so one is not forgotten while messages of it are on their way. */
const RUNS_MAX = 1024;

/** Runs of messages (`Publication.run`) of which one was refused: the oldest is forgotten when there are too many. */
export class StoppedRuns {
  readonly #runs: Set<string>;

  constructor(runs: readonly string[] = []) {
    this.#runs = new Set(runs);
  }

  add(run: string): void {
    if (this.#runs.size >= RUNS_MAX) for (const oldest of this.#runs.values().take(1)) this.#runs.delete(oldest);
    this.#runs.add(run);
  }

  has(run: string): boolean {
    return this.#runs.has(run);
  }

  toJSON(): string[] {
    return [...this.#runs];
  }
}
