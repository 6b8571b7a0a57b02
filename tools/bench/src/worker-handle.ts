import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Role, RoleName } from './roles/index.ts';
import type { Call, Outcome } from './worker.ts';

type Methods<R> = { [K in keyof R as R[K] extends (argument: never) => unknown ? K : never]: R[K] };
type Argument<F> = F extends (argument: infer A) => unknown ? A : never;
type Result<F> = F extends (argument: never) => infer R ? Awaited<R> : never;

/** A part of the load generator, in a process of its own. */
export class WorkerHandle<Name extends RoleName> {
  readonly name: Name;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #calls = 0;

  constructor(name: Name) {
    this.name = name;
    this.#process = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [name], {
      serialization: 'advanced',
    });
    this.#process.on('message', (outcome: Outcome) => {
      const call = this.#pending.get(outcome.id);
      this.#pending.delete(outcome.id);
      if (outcome.error === undefined) call?.resolve(outcome.result as never);
      else call?.reject(new Error(`${name}: ${outcome.error}`));
    });
    this.#process.on('exit', (code) => {
      for (const call of this.#pending.values()) call.reject(new Error(`${name}: worker exited with ${code}`));
      this.#pending.clear();
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Calls a method of the role; errors are rejections with the role's name in front. */
  call<M extends keyof Methods<Role<Name>> & string>(
    method: M,
    argument: Argument<Role<Name>[M]>,
  ): Promise<Result<Role<Name>[M]>> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#process.send({ id, method, argument } satisfies Call);
    });
  }

  /** Resolves when the process is gone. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#process.exitCode !== null) resolve();
      else this.#process.once('exit', () => resolve()).disconnect();
    });
  }
}
