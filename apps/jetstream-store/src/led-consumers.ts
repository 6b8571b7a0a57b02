import type { Agenda, Appointment } from './agenda.ts';
import type { Clock } from './clock.ts';

const LOOK_MS = 30_000;

/** What is led, and need not be when nobody uses it. */
export interface Led {
  /** Asked now and then: it is led no longer. False: it was used since it was asked last, or somebody waits. */
  rest(): boolean;
}

/** Consumers that are led: of a hundred thousand most are asked once, and what was made for that is to go again. */
export class LedConsumers {
  readonly #agenda: Agenda;
  readonly #clock: Clock;
  readonly #led = new Set<Led>();
  readonly #look: Appointment = { dueAt: Number.POSITIVE_INFINITY, due: () => this.#lookAtAll() };

  constructor(agenda: Agenda, clock: Clock) {
    this.#agenda = agenda;
    this.#clock = clock;
  }

  add(led: Led): void {
    this.#led.add(led);
    if (this.#look.dueAt === Number.POSITIVE_INFINITY) this.#agenda.plan(this.#look, this.#clock.millis + LOOK_MS);
  }

  remove(led: Led): void {
    this.#led.delete(led);
  }

  #lookAtAll(): void {
    for (const led of this.#led) if (led.rest()) this.#led.delete(led);
    if (this.#led.size > 0) this.#agenda.plan(this.#look, this.#clock.millis + LOOK_MS);
  }
}
