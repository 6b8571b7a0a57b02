import type { Runtime, Timer } from '@skein/bus';
import type { BcryptCompare } from './passwords.ts';

/** Does the arithmetic off the event loop, one check at a time. */
export interface BcryptWorker {
  compare: BcryptCompare;
  close(): void;
}

interface Check {
  password: string;
  hash: string;
  answer: PromiseWithResolvers<boolean>;
  timer: Timer;
}

/** At 60 ms a check this is more than anybody waits for. */
export const waitingMax = 256;

/**
 * The checks that wait for the worker. Whoever floods the node with logins gets an answer, though not a check: beyond the
 * bound at once, and else when the time in which a client must log in is over.
 */
export class BcryptQueue {
  /** From the question to an answer. */
  timeoutMs: number;

  private readonly startWorker: () => BcryptWorker;
  private readonly runtime: Runtime;
  private readonly waiting = new Set<Check>();
  private running: Check | undefined;
  private worker: BcryptWorker | undefined;

  constructor(startWorker: () => BcryptWorker, runtime: Runtime, timeoutMs: number) {
    this.startWorker = startWorker;
    this.runtime = runtime;
    this.timeoutMs = timeoutMs;
  }

  /** Checks that no worker has begun. */
  get length(): number {
    return this.waiting.size;
  }

  compare: BcryptCompare = async (password, hash) => {
    if (this.waiting.size >= waitingMax) throw new Error('too many passwords to check');
    const answer = Promise.withResolvers<boolean>();
    const timer = this.runtime.setTimer(this.timeoutMs, () => {
      this.waiting.delete(check);
      answer.reject(new Error('the password could not be checked in time'));
    });
    const check: Check = { password, hash, answer, timer };
    this.waiting.add(check);
    this.next();
    return answer.promise.finally(() => timer.cancel());
  };

  close(): void {
    for (const { answer } of this.waiting) answer.reject(new Error('stopping'));
    this.waiting.clear();
    this.running?.answer.reject(new Error('stopping'));
    this.dropWorker();
  }

  private next(): void {
    const [check] = this.waiting;
    if (check === undefined || this.running !== undefined) return;
    this.waiting.delete(check);
    this.running = check;
    void this.run(check);
  }

  private async run({ password, hash, answer }: Check): Promise<void> {
    try {
      this.worker ??= this.startWorker();
      answer.resolve(await this.worker.compare(password, hash));
    } catch (error) {
      // Whatever state it is in: the next check gets a new one.
      this.dropWorker();
      answer.reject(error);
    } finally {
      this.running = undefined;
      this.next();
    }
  }

  private dropWorker(): void {
    this.worker?.close();
    this.worker = undefined;
  }
}
