/**
 * Requests that are about one stream take their turn one after the other, those about different streams do not wait for each other;
 * what is about a whole account waits for everything that was asked of it before.
 */
export class Lanes {
  readonly #accounts = new Map<string, Map<string, Promise<void>>>();
  /** Requests that wait or are under way. */
  count = 0;

  /** Whether nothing is ahead. @param lane '': the whole account */
  isFree(account: string, lane: string): boolean {
    const lanes = this.#accounts.get(account);
    return lanes === undefined || (lane !== '' && !lanes.has(lane) && !lanes.has(''));
  }

  /** Runs the work when its turn has come. It may not reject. */
  take(account: string, lane: string, work: () => Promise<void>): void {
    this.count++;
    const lanes = this.#accounts.get(account) ?? new Map<string, Promise<void>>();
    this.#accounts.set(account, lanes);
    const ahead = lane === '' ? [...lanes.values()] : [lanes.get(lane), lanes.get('')];
    const done = this.#run(ahead, work);
    lanes.set(lane, done);
    done.then(() => {
      this.count--;
      if (lanes.get(lane) === done) lanes.delete(lane);
      if (lanes.size === 0 && this.#accounts.get(account) === lanes) this.#accounts.delete(account);
    });
  }

  /** Resolves when all that were taken so far are done. */
  async settled(): Promise<void> {
    await Promise.all([...this.#accounts.values()].flatMap((lanes) => [...lanes.values()]));
  }

  async #run(ahead: readonly (Promise<void> | undefined)[], work: () => Promise<void>): Promise<void> {
    const waits = ahead.filter((one) => one !== undefined);
    if (waits.length > 0) await Promise.all(waits);
    await work();
  }
}
