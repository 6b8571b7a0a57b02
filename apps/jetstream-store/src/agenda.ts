import type { Runtime, Timer } from '@skein/bus';
import type { Clock } from './clock.ts';

/** A timer cannot be set for longer. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** What is to be done at some time. */
export interface Appointment {
  /** When, in the clock's milliseconds; Infinity: never. The agenda's to write. */
  dueAt: number;
  due(millis: number): void;
}

interface Entry {
  readonly at: number;
  readonly appointment: Appointment;
}

/** All that is to be done later, behind one timer: nothing runs for what does not fall due. */
export class Agenda {
  readonly #runtime: Pick<Runtime, 'setTimer'>;
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(runtime: Pick<Runtime, 'setTimer'>, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  /** Puts off, or brings forward, what was planned before. */
  plan(appointment: Appointment, at: number): void {
    if (appointment.dueAt === at) return;
    // What was planned earlier stays in the heap, and is passed over there.
    appointment.dueAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#push({ at, appointment });
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (this.#stopped || first === undefined || first.at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = first.at;
    const delay = Math.min(DELAY_MS_MAX, Math.max(0, Math.ceil(first.at - this.#clock.tick())));
    this.#timer = this.#runtime.setTimer(delay, () => this.#ring());
  }

  #ring(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.tick();
    for (let top = this.#heap[0]; top !== undefined && top.at <= now; top = this.#heap[0]) {
      this.#pop();
      const { at, appointment } = top;
      if (appointment.dueAt !== at) continue;
      appointment.dueAt = Number.POSITIVE_INFINITY;
      appointment.due(now);
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as Entry).at <= entry.at) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const moved = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Entry).at < (heap[child] as Entry).at) child++;
      if ((heap[child] as Entry).at >= moved.at) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = moved;
  }
}
