import type { Runtime, Timer } from './runtime.ts';

interface Call {
  /** Whom it was sent over: its end fails the call. */
  via: object;
  timer: Timer;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Requests that wait for their answers: bounded in number and in time. */
export class Calls {
  private readonly runtime: Runtime;
  private readonly max: number;
  private readonly waiting = new Map<number, Call>();
  private lastId = 0;

  constructor(runtime: Runtime, max: number) {
    this.runtime = runtime;
    this.max = max;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** `send` is given the call's number. */
  start<T>(via: object, timeoutMs: number, what: string, send: (id: number) => void): Promise<T> {
    if (this.waiting.size >= this.max) return Promise.reject(new Error(`${what}: too many requests are waiting`));
    const id = ++this.lastId;
    return new Promise<T>((resolve, reject) => {
      const timer = this.runtime.setTimer(timeoutMs, () => {
        this.waiting.delete(id);
        reject(new Error(`${what}: no answer within ${timeoutMs} ms`));
      });
      this.waiting.set(id, { via, timer, resolve: resolve as (answer: unknown) => void, reject });
      send(id);
    });
  }

  answer(via: object, id: number, answer: unknown): void {
    this.take(via, id)?.resolve(answer);
  }

  fail(via: object, id: number, reason: string): void {
    this.take(via, id)?.reject(new Error(reason));
  }

  /** Whom they were sent over is gone. */
  failAll(via: object, reason: string): void {
    for (const [id, call] of this.waiting) if (call.via === via) this.fail(via, id, reason);
  }

  private take(via: object, id: number): Call | undefined {
    const call = this.waiting.get(id);
    if (call === undefined || call.via !== via) return undefined;
    this.waiting.delete(id);
    call.timer.cancel();
    return call;
  }
}
