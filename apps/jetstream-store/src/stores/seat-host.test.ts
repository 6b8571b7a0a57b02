import { expect, it } from 'vitest';
import { type SeatEvents, SeatHost } from './seat-host.ts';

const OWN = 4711;
const SEATS = 3;

/** A process's stores; the test plays the router and the other processes, by the seats that they have. */
async function processWith(others: number[], named = OWN) {
  const log: string[] = [];
  const timers = new Set<() => void>();
  const mine = new Map<number, { seat: number; events: SeatEvents }>();
  const taken = (): number[] => [...others, ...Array.from(mine.values(), ({ seat }) => seat)];
  const host = new SeatHost({
    runtime: {
      setTimer: (_delayMs: number, fn: () => void) => {
        timers.add(fn);
        return { cancel: () => timers.delete(fn) };
      },
    },
    takesVacant: ({ seats }) => named >= seats,
    exit: (code, reason) => log.push(`exit ${code}: ${reason}`),
    create: (guest, events) => {
      let seat: number | undefined;
      return {
        start: async () => {
          await Promise.resolve();
          const vacant = [0, 1, 2].find((one) => !taken().includes(one));
          const dealt = named < SEATS ? named : (vacant ?? named + guest);
          seat = dealt;
          mine.set(guest, { seat: dealt, events });
          log.push(`${guest} in ${dealt}`);
          events.onSeatsChanged();
        },
        stop: async () => {
          mine.delete(guest);
          log.push(`${guest} ends`);
        },
        figures: () => ({}),
        get seating() {
          if (seat === undefined) return undefined;
          const own = seat;
          return { seat: { number: own, seats: SEATS }, others: taken().filter((one) => one !== own) };
        },
      };
    },
  });
  await host.start();
  const settle = () => new Promise(setImmediate);
  const changed = async (): Promise<void> => {
    for (const { events } of mine.values()) events.onSeatsChanged();
    await settle();
  };
  const pass = async (): Promise<void> => {
    for (const fn of [...timers]) {
      timers.delete(fn);
      fn();
    }
    await settle();
  };
  const isToEnd = async (guest: number, refused = false): Promise<void> => {
    mine.get(guest)?.events.onShutdown('asked', refused);
    await settle();
  };
  return { host, log, timers, changed, pass, isToEnd };
}

it('takes all that nobody has, after a while', async () => {
  const { log, pass } = await processWith([1]);
  expect(log).toEqual(['0 in 0']);
  await pass();
  expect(log).toEqual(['0 in 0', '1 in 2']);
});

it('takes one after the other', async () => {
  const { log, pass } = await processWith([]);
  await pass();
  expect(log).toEqual(['0 in 0', '1 in 1', '2 in 2']);
});

it('leaves vacant seats to the process with the lowest seat', async () => {
  const { log, pass } = await processWith([0]);
  await pass();
  expect(log).toEqual(['0 in 1']);
});

it('leaves a vacant seat to a process without one, as long as that is there', async () => {
  const others = [1, 815];
  const { log, pass } = await processWith(others);
  await pass();
  expect(log).toEqual(['0 in 0']);
  others.pop();
  await pass();
  expect(log).toEqual(['0 in 0', '1 in 2']);
});

it('takes none beside the one that it names', async () => {
  const { log, timers } = await processWith([], 0);
  expect([log, timers.size]).toEqual([['0 in 0'], 0]);
});

it('asks again when it found no seat and one becomes vacant', async () => {
  const others = [0, 1, 2];
  const { log, changed } = await processWith(others);
  await changed();
  expect(log).toEqual([`0 in ${OWN}`]);
  others.pop();
  await changed();
  expect(log).toEqual([`0 in ${OWN}`, '0 ends', '0 in 2']);
});

it('a guest that is asked to ends alone, and one comes again when its seat stays vacant', async () => {
  const others = [1];
  const { log, pass, changed, isToEnd } = await processWith(others);
  await pass();
  await isToEnd(1);
  others.push(2);
  await changed();
  await pass();
  expect(log.splice(0)).toEqual(['0 in 0', '1 in 2', '1 ends']);
  others.pop();
  await changed();
  await pass();
  expect(log).toEqual(['1 in 2']);
});

it('a guest that finds no seat ends', async () => {
  const others = [1];
  const { log, pass } = await processWith(others);
  const passing = pass();
  others.push(2);
  await passing;
  expect(log).toEqual(['0 in 0', `1 in ${OWN + 1}`, '1 ends']);
});

it('ends as a whole when one of its stores is cut off, or its own is to end', async () => {
  const { log, pass, isToEnd, host, timers } = await processWith([1]);
  await pass();
  await isToEnd(1, true);
  await isToEnd(0);
  expect(log.splice(2)).toEqual(['exit 1: asked', 'exit 0: asked']);
  await host.stop();
  expect([log.slice(2), timers.size]).toEqual([['0 ends', '1 ends'], 0]);
});
