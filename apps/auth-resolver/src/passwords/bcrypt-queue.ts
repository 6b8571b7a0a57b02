import type { Runtime, Timer } from '@skein/bus';
import type { BcryptCompare, CheckUrgency } from './passwords.ts';

/** Does the arithmetic off the event loop, one check at a time. */
export interface BcryptWorker {
  compare(password: string, hash: string): Promise<boolean>;
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
 * bound at once, and else when the time in which a client must log in is over. Live connections that are looked at again stand
 * in a line of their own and take turns with the logins: no flood keeps those in who should have to leave.
 */
export class BcryptQueue {
  /** From the question to an answer. */
  timeoutMs: number;

  private readonly startWorker: () => BcryptWorker;
  private readonly runtime: Runtime;
  private readonly waiting: Record<CheckUrgency, Set<Check>> = { login: new Set(), live: new Set() };
  private lastBegun: CheckUrgency = 'login';
  private running: Check | undefined;
  private worker: BcryptWorker | undefined;

  constructor(startWorker: () => BcryptWorker, runtime: Runtime, timeoutMs: number) {
    this.startWorker = startWorker;
    this.runtime = runtime;
    this.timeoutMs = timeoutMs;
  }

  /** Checks that no worker has begun. */
  get length(): number {
    return this.waiting.login.size + this.waiting.live.size;
  }

  compare: BcryptCompare = async (password, hash, urgency) => {
    const waiting = this.waiting[urgency];
    if (waiting.size >= waitingMax) throw new Error('too many passwords to check');
    const answer = Promise.withResolvers<boolean>();
    const timer = this.runtime.setTimer(this.timeoutMs, () => {
      waiting.delete(check);
      answer.reject(new Error('the password could not be checked in time'));
    });
    const check: Check = { password, hash, answer, timer };
    waiting.add(check);
    this.next();
    return answer.promise.finally(() => timer.cancel());
  };

  close(): void {
    for (const waiting of Object.values(this.waiting)) {
      for (const { answer } of waiting) answer.reject(new Error('stopping'));
      waiting.clear();
    }
    this.running?.answer.reject(new Error('stopping'));
    this.dropWorker();
  }

  private next(): void {
    if (this.running !== undefined) return;
    const [login] = this.waiting.login;
    const [live] = this.waiting.live;
    const check = this.lastBegun === 'live' ? (login ?? live) : (live ?? login);
    if (check === undefined) return;
    this.lastBegun = check === live ? 'live' : 'login';
    this.waiting[this.lastBegun].delete(check);
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
