import type { Runtime } from '@skein/bus';
import type { Clock } from './clock.ts';

/** What has something to do once a turn of the event loop, however much happened in it. */
export interface TurnTask {
  /** It is in the turn's list. The turn's to write. */
  isPlanned: boolean;
  endTurn(millis: number): void;
}

/** Collects what is to be done at the end of this turn of the event loop. */
export class Turn {
  readonly defer: Runtime['defer'];
  readonly #clock: Clock;
  #tasks: TurnTask[] = [];
  #held: TurnTask[] = [];
  #isDeferred = false;

  constructor(defer: Runtime['defer'], clock: Clock) {
    this.defer = defer;
    this.#clock = clock;
  }

  /** Something happened that is not worked through yet. */
  get isPending(): boolean {
    return this.#tasks.length > 0;
  }

  plan(task: TurnTask): void {
    if (task.isPlanned) return;
    task.isPlanned = true;
    this.#tasks.push(task);
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.defer(() => {
      this.#isDeferred = false;
      this.end();
    });
  }

  /** It has to wait until there is room again: for `release`. */
  hold(task: TurnTask): void {
    if (task.isPlanned) return;
    task.isPlanned = true;
    this.#held.push(task);
  }

  release(): void {
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    for (const task of held) {
      task.isPlanned = false;
      this.plan(task);
    }
  }

  /** What is planned meanwhile waits for the next one. */
  end(): void {
    if (this.#tasks.length === 0) return;
    const tasks = this.#tasks;
    this.#tasks = [];
    const millis = this.#clock.tick();
    for (const task of tasks) {
      task.isPlanned = false;
      task.endTurn(millis);
    }
  }
}
