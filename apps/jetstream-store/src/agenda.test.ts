import { expect, it } from 'vitest';
import { Agenda, type Appointment } from './agenda.ts';
import { Clock } from './clock.ts';

/** A machine whose time the test makes go by. */
class Machine {
  time = 0;
  /** What the system's clock is ahead of the monotonic one. */
  ahead = 1_000_000;
  timers: { at: number; fn: () => void; isCancelled: boolean }[] = [];

  now = (): number => this.time;
  wallMs = (): number => Math.floor(this.time + this.ahead);
  setTimer = (delayMs: number, fn: () => void) => {
    const timer = { at: this.time + delayMs, fn, isCancelled: false };
    this.timers.push(timer);
    return {
      cancel: () => {
        timer.isCancelled = true;
      },
    };
  };

  /** Those that are set. */
  get pending() {
    this.timers = this.timers.filter(({ isCancelled }) => !isCancelled);
    return this.timers;
  }

  pass(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const [next] = this.pending.sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.time = next.at;
      next.isCancelled = true;
      next.fn();
    }
    this.time = until;
  }
}

function appointments() {
  const machine = new Machine();
  const clock = new Clock(machine);
  const agenda = new Agenda(machine, clock);
  const said: string[] = [];
  const make = (name: string): Appointment => ({
    dueAt: Number.POSITIVE_INFINITY,
    due: () => said.push(`${name} ${machine.time}`),
  });
  return { machine, clock, agenda, said, make };
}

it('does what is due in the order of times, behind one timer', () => {
  const { machine, clock, agenda, said, make } = appointments();
  const now = clock.tick();
  for (const [name, at] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
  ] as const) {
    agenda.plan(make(name), now + at);
  }
  expect(machine.pending).toHaveLength(1);
  machine.pass(100);
  expect(said).toEqual(['a 10', 'b 20', 'c 30']);
  expect(machine.pending).toHaveLength(0);
});

it('puts off, brings forward and calls off', () => {
  const { machine, clock, agenda, said, make } = appointments();
  const now = clock.tick();
  const [later, sooner, never] = [make('later'), make('sooner'), make('never')];
  for (const one of [later, sooner, never]) agenda.plan(one, now + 50);
  agenda.plan(later, now + 80);
  agenda.plan(sooner, now + 20);
  agenda.plan(never, Number.POSITIVE_INFINITY);
  machine.pass(100);
  expect(said).toEqual(['sooner 20', 'later 80']);
});

it('waits for longer than a timer can', () => {
  const { machine, clock, agenda, said, make } = appointments();
  const year = 365 * 24 * 3600 * 1000;
  agenda.plan(make('next year'), clock.tick() + year);
  machine.pass(year - 1000);
  expect(said).toEqual([]);
  machine.pass(2000);
  expect(said).toEqual([`next year ${year}`]);
});

it('the clock follows the system, and never goes back', () => {
  const machine = new Machine();
  const clock = new Clock(machine);
  expect(clock.now()).toEqual({ seconds: 1000, nanos: 0 });
  machine.pass(1500.25);
  expect(clock.now()).toEqual({ seconds: 1001, nanos: 500_250_000 });
  machine.ahead -= 60_000;
  machine.pass(2000);
  expect(clock.now()).toEqual({ seconds: 1001, nanos: 500_250_000 });
  machine.ahead += 120_000;
  machine.pass(2000);
  expect(clock.now()).toEqual({ seconds: 1065, nanos: 500_000_000 });
  clock.atLeast({ seconds: 2000, nanos: 5_000_000 });
  expect(clock.now()).toEqual({ seconds: 2000, nanos: 5_000_000 });
});
