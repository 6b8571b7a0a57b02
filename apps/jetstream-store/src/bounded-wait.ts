import type { Agenda, Appointment } from './agenda.ts';

/** Something is awaited, but no longer than until some time. */
export class BoundedWait implements Appointment {
  dueAt = Number.POSITIVE_INFINITY;
  /** Resolves when it has come, or is not awaited any more. */
  readonly over: Promise<void>;
  readonly end: () => void;

  /** @param until in the milliseconds of the agenda's clock */
  constructor(agenda: Pick<Agenda, 'plan'>, until: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.end = () => {
      agenda.plan(this, Number.POSITIVE_INFINITY);
      resolve();
    };
    agenda.plan(this, until);
  }

  due(): void {
    this.end();
  }
}
