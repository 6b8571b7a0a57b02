import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Settlement } from './settlement.ts';

/** Two live gateways (1, 2) linked with each other and fully informed. */
function pair(): Settlement {
  const settlement = new Settlement(false);
  settlement.join(1, { live: true });
  settlement.join(2, { live: true });
  for (const [a, b] of [
    [1, 2],
    [2, 1],
  ]) {
    settlement.link(a, b, true);
    settlement.snapshotEnded(a, b, 0);
    settlement.declared(a, 1, 0, true, 0);
  }
  settle(settlement);
  return settlement;
}

function settle(settlement: Settlement): Record<number, number> {
  const told: Record<number, number> = {};
  settlement.settle((declarer, sequence) => {
    told[declarer] = sequence;
  });
  return told;
}

describe('a batch is settled', () => {
  test('when the other gateway has applied it, and not before', () => {
    const settlement = pair();
    settlement.declared(1, 2, 10, false, 0);
    expect(settle(settlement)).toEqual({});
    settlement.applied(2, 9);
    expect(settle(settlement)).toEqual({});
    settlement.applied(2, 10);
    expect(settle(settlement)).toEqual({ 1: 2 });
    expect(settle(settlement)).toEqual({});
  });

  test('without its own declarer having to apply it', () => {
    const settlement = new Settlement(false);
    settlement.join(1, { live: true });
    settlement.declared(1, 5, 1, true, 0);
    expect(settle(settlement)).toEqual({ 1: 5 });
  });

  test('only up to the slowest gateway, several at once by the last', () => {
    const settlement = pair();
    settlement.join(3, { live: true });
    for (const peer of [1, 2]) {
      settlement.link(3, peer, true);
      settlement.snapshotEnded(3, peer, 0);
    }
    for (let i = 0; i < 5; i++) settlement.declared(1, 10 + i, 20 + i, false, 0);
    settlement.applied(2, 24);
    settlement.applied(3, 22);
    expect(settle(settlement)).toEqual({ 1: 12 });
    settlement.leave(3);
    expect(settle(settlement)).toEqual({ 1: 14 });
  });

  test('only while every live gateway has a link to the declarer, and its interest again after a break', () => {
    const settlement = pair();
    settlement.link(2, 1, false);
    settlement.declared(1, 2, 6, false, 0);
    settlement.applied(2, 6);
    expect(settle(settlement)).toEqual({});
    settlement.snapshotBegun(2, 1);
    settlement.link(2, 1, true);
    expect(settle(settlement)).toEqual({});
    settlement.snapshotEnded(2, 1, 8);
    settlement.applied(2, 7);
    expect(settle(settlement)).toEqual({});
    settlement.applied(2, 8);
    expect(settle(settlement)).toEqual({ 1: 2 });
  });

  test('not before its declarer has declared everything on this connection', () => {
    const settlement = pair();
    settlement.join(3, undefined);
    settlement.link(1, 3, true);
    settlement.link(2, 3, true);
    settlement.declared(3, 7, 10, false, 0);
    settlement.applied(1, 10);
    settlement.applied(2, 10);
    expect(settle(settlement)).toEqual({});
    settlement.declared(3, 8, 11, true, 0);
    for (const gateway of [1, 2]) {
      settlement.snapshotEnded(gateway, 3, 11);
      settlement.applied(gateway, 11);
    }
    expect(settle(settlement)).toEqual({ 3: 8 });
  });

  test('never while held', () => {
    const settlement = new Settlement(true);
    settlement.join(1, { live: true });
    settlement.declared(1, 2, 1, true, 0);
    expect(settle(settlement)).toEqual({});
    settlement.release();
    expect(settle(settlement)).toEqual({ 1: 2 });
  });

  test('for an inner process at once when there is no live gateway', () => {
    const settlement = new Settlement(false);
    settlement.join(1, { live: false });
    settlement.join(2, undefined);
    settlement.declared(2, 3, 4, true, 0);
    expect(settle(settlement)).toEqual({ 2: 3 });
  });
});

describe('a gateway may listen', () => {
  test('when it has applied all that others take for settled, and links both ways', () => {
    const settlement = pair();
    settlement.join(3, { live: false });
    expect(settlement.admit(3)).toBe(false);
    settlement.snapshotBegun(3, 1);
    settlement.snapshotBegun(3, 2);
    settlement.snapshotEnded(3, 1, 11);
    settlement.snapshotEnded(3, 2, 12);
    settlement.applied(3, 12);
    for (const peer of [1, 2]) settlement.link(3, peer, true);
    expect(settlement.admit(3)).toBe(false);
    settlement.link(1, 3, true);
    settlement.declared(2, 2, 14, false, 0);
    settlement.link(2, 3, true);
    expect(settlement.admit(3)).toBe(false);
    // What 2 declared before it knew of 3 is in version 14.
    settlement.applied(3, 13);
    expect(settlement.admit(3)).toBe(false);
    settlement.applied(3, 14);
    expect(settlement.admit(3)).toBe(true);
    expect(settlement.admit(3)).toBe(false);
    expect(settlement.isLive(3)).toBe(true);
  });

  test('only after it has applied what was settled without it', () => {
    const settlement = pair();
    settlement.join(3, { live: false });
    for (const peer of [1, 2]) {
      settlement.link(3, peer, true);
      settlement.link(peer, 3, true);
      settlement.snapshotEnded(3, peer, 10);
    }
    settlement.applied(3, 10);
    settlement.declared(1, 2, 11, false, 0);
    settlement.applied(2, 11);
    expect(settle(settlement)).toEqual({ 1: 2 });
    expect(settlement.admit(3)).toBe(false);
    settlement.applied(3, 11);
    expect(settlement.admit(3)).toBe(true);
  });

  test('at once when it is the only process', () => {
    const settlement = new Settlement(false);
    settlement.join(1, { live: false });
    expect(settlement.admit(1)).toBe(true);
  });

  test('not while held', () => {
    const settlement = new Settlement(true);
    settlement.join(1, { live: false });
    expect(settlement.admit(1)).toBe(false);
  });
});

test('whatever happens, what is settled is applied by every live gateway that is linked', () => {
  type Step =
    | { kind: 'declare'; id: number }
    | { kind: 'apply'; id: number; behind: number }
    | { kind: 'link'; id: number; peer: number; up: boolean }
    | { kind: 'join' | 'leave'; id: number };
  const id = fc.integer({ min: 1, max: 4 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('declare' as const), id }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('apply' as const), id, behind: fc.nat({ max: 3 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('link' as const), id, peer: id, up: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), id }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const settlement = new Settlement(false);
      let version = 0;
      let sequence = 0;
      const joined = new Set<number>();
      const applied = new Map<number, number>();
      const links = new Set<string>();
      const versions = new Map<number, number>();
      for (const one of steps) {
        if (one.kind === 'join' && !joined.has(one.id)) {
          joined.add(one.id);
          applied.set(one.id, 0);
          settlement.join(one.id, { live: false });
          settlement.declared(one.id, ++sequence, ++version, true, 0);
          versions.set(sequence, version);
          for (const other of joined) {
            if (other === one.id) continue;
            settlement.snapshotEnded(other, one.id, version);
            settlement.snapshotEnded(one.id, other, ++version);
          }
        } else if (one.kind === 'leave' && joined.delete(one.id)) {
          settlement.leave(one.id);
          for (const link of [...links]) if (link.split('-').includes(String(one.id))) links.delete(link);
        } else if (one.kind === 'declare' && joined.has(one.id)) {
          settlement.declared(one.id, ++sequence, ++version, false, 0);
          versions.set(sequence, version);
        } else if (one.kind === 'apply' && joined.has(one.id)) {
          const upTo = Math.max(applied.get(one.id)!, version - one.behind);
          applied.set(one.id, upTo);
          settlement.applied(one.id, upTo);
        } else if (one.kind === 'link' && joined.has(one.id) && joined.has(one.peer) && one.id !== one.peer) {
          if (one.up) links.add(`${one.id}-${one.peer}`);
          else links.delete(`${one.id}-${one.peer}`);
          settlement.link(one.id, one.peer, one.up);
        }
        settlement.settle((declarer, told) => {
          for (const gateway of joined) {
            if (gateway === declarer || !settlement.isLive(gateway)) continue;
            expect(links.has(`${gateway}-${declarer}`)).toBe(true);
            expect(applied.get(gateway)).toBeGreaterThanOrEqual(versions.get(told)!);
          }
        });
        for (const gateway of joined) {
          if (!settlement.admit(gateway)) continue;
          for (const other of joined) {
            if (other === gateway) continue;
            expect(links.has(`${gateway}-${other}`) && links.has(`${other}-${gateway}`)).toBe(true);
          }
        }
      }
    }),
    { numRuns: 500 },
  );
});
