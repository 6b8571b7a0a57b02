import type { LeaseAnswer } from '@skein/bus/questions';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Leases } from './leases.ts';

const wish = (connections: number, required = 0) => ({
  connections,
  required,
  returned: 0,
  recalled: false,
  connectionIds: 0,
});
const back = (returned: number, recalled = false) => ({ ...wish(0), returned, recalled });

function pool(max: number, held = false) {
  const sent: [number, Partial<LeaseAnswer>][] = [];
  const leases = new Leases(max, 0, held, (process, { connections, refused, recall }) => {
    if (recall) sent.push([process, { recall }]);
    else sent.push([process, refused ? { refused } : { connections }]);
  });
  return { leases, taken: () => sent.splice(0) };
}

describe('connection slots', () => {
  test('are granted up to the limit; the last few are fewer than wanted', () => {
    const { leases, taken } = pool(10);
    leases.join(1, 0, 0);
    leases.request(1, wish(7));
    leases.request(1, wish(7));
    expect(taken()).toEqual([
      [1, { connections: 7 }],
      [1, { connections: 3 }],
    ]);
  });

  test('unused elsewhere are recalled before anybody is refused', () => {
    const { leases, taken } = pool(10);
    leases.join(1, 0, 0);
    leases.join(2, 0, 0);
    leases.request(1, wish(10));
    taken();
    leases.request(2, wish(4, 1));
    expect(taken()).toEqual([[1, { recall: true }]]);
    leases.request(1, back(2, true));
    expect(taken()).toEqual([[2, { connections: 2 }]]);
    leases.request(2, wish(4, 1));
    leases.request(1, back(0, true));
    expect(taken()).toEqual([
      [1, { recall: true }],
      [2, { refused: true }],
    ]);
  });

  test('of a dead process return', () => {
    const { leases, taken } = pool(2);
    leases.join(1, 0, 0);
    leases.join(2, 0, 0);
    leases.request(1, wish(2));
    leases.request(2, wish(1, 1));
    taken();
    leases.leave(1);
    expect(taken()).toEqual([[2, { connections: 1 }]]);
  });

  test('are not granted while processes of a former router may come back with theirs', () => {
    const { leases, taken } = pool(3, true);
    leases.join(1, 0, 0);
    leases.request(1, wish(3, 1));
    expect(taken()).toEqual([]);
    leases.join(2, 2, 0);
    leases.release();
    expect(taken()).toEqual([[1, { connections: 1 }]]);
  });

  test('are unlimited with a limit of 0 or -1', () => {
    const { leases, taken } = pool(-1);
    leases.join(1, 0, 0);
    leases.request(1, wish(1_000_000));
    expect(taken()).toEqual([[1, { connections: 1_000_000 }]]);
  });

  test('never exceed the limit, and nobody waits for ever', () => {
    const id = fc.integer({ min: 1, max: 3 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const), id }),
      fc.record({ kind: fc.constant('open' as const), id }),
      fc.record({ kind: fc.constant('close' as const), id }),
      fc.record({ kind: fc.constant('die' as const), id }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 80 }), (max, steps) => {
        const free = new Map<number, number>();
        const used = new Map<number, number>();
        const recalls: number[] = [];
        const waits = new Map<number, number>();
        const leases = new Leases(max, 0, false, (process, answer) => {
          if (answer.recall) recalls.push(process);
          else {
            free.set(process, free.get(process)! + answer.connections);
            waits.set(process, waits.get(process)! - 1);
            if (answer.connections > 0 && answer.refused) throw new Error('granted and refused');
          }
        });
        const join = (process: number) => {
          free.set(process, 0);
          used.set(process, 0);
          waits.set(process, 0);
          leases.join(process, 0, 0);
        };
        for (const process of [1, 2, 3]) join(process);
        for (const { kind, id: process } of steps) {
          if (kind === 'open' && free.get(process) === 0) {
            waits.set(process, waits.get(process)! + 1);
            leases.request(process, wish(2, 1));
          } else if (kind === 'close' && used.get(process)! > 0) {
            used.set(process, used.get(process)! - 1);
            free.set(process, free.get(process)! + 1);
          } else if (kind === 'die') {
            leases.leave(process);
            join(process);
            for (let at = recalls.indexOf(process); at !== -1; at = recalls.indexOf(process)) recalls.splice(at, 1);
          }
          for (let recalled = recalls.shift(); recalled !== undefined; recalled = recalls.shift()) {
            const returned = free.get(recalled)!;
            free.set(recalled, 0);
            leases.request(recalled, back(returned, true));
          }
          if (kind === 'open' && free.get(process)! > 0) {
            free.set(process, free.get(process)! - 1);
            used.set(process, used.get(process)! + 1);
          }
          const given = [...free.values(), ...used.values()].reduce((sum, count) => sum + count, 0);
          expect(given).toBeLessThanOrEqual(max);
          expect([...waits.values()]).toEqual([0, 0, 0]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('connection ids', () => {
  test('come in blocks that never overlap, whatever ids were used before', () => {
    const blocks: [number, number][] = [];
    const leases = new Leases(0, 100, false, (_process, { firstConnectionId, connectionIds }) => {
      blocks.push([firstConnectionId, connectionIds]);
    });
    leases.join(1, 0, 250);
    leases.request(1, { ...wish(0), connectionIds: 10 });
    leases.request(1, { ...wish(0), connectionIds: 5 });
    expect(blocks).toEqual([
      [251, 10],
      [261, 5],
    ]);
    expect(leases.connectionIdMax).toBe(265);
  });
});
