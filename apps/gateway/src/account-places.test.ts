import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { AccountsBench } from './testing/accounts-bench.ts';

const LIMIT = 2;
const OTHER = 7;

let bench: AccountsBench;
let outcomes: boolean[];

beforeEach(async () => {
  bench = new AccountsBench([{ name: 'A', limits: { connectionsMax: LIMIT } }]);
  await bench.in('A');
  bench.member.settledTo = bench.member.sequence;
  outcomes = [];
});

const elsewhere = (count: number): void => bench.gateway.account('A').setRemote(OTHER, '_GR_.connections', '', count);

/** Wants the account's last place. */
function newcomer(): Connection {
  const { connection } = bench.stranger();
  bench.gateway.places.take(bench.gateway.account('A'), connection, (granted) => outcomes.push(granted));
  return connection;
}

const settle = (): void => bench.gateway.settled(bench.member.sequence);
const declared = (): string | undefined => bench.member.declared.at(-1);

describe('the last place of an account', () => {
  it('is for the first who is counted everywhere', () => {
    newcomer();
    expect([outcomes, declared()]).toEqual([[], 'A _GR_.connections  2']);
    settle();
    expect(outcomes).toEqual([true]);
  });

  it('is for one of two who come to different gateways: who sees the other tries again later', () => {
    bench.runtime.chance = () => 0.5;
    newcomer();
    elsewhere(1);
    settle();
    expect([outcomes, declared()]).toEqual([[], 'A _GR_.connections  1']);
    elsewhere(0);
    bench.runtime.advance(49);
    expect(declared()).toBe('A _GR_.connections  1');
    bench.runtime.advance(1);
    expect(declared()).toBe('A _GR_.connections  2');
    settle();
    expect(outcomes).toEqual([true]);
  });

  it('is for nobody here once another has it', () => {
    newcomer();
    elsewhere(1);
    for (let tries = 0; tries < 3; tries++) {
      expect(outcomes).toEqual([]);
      settle();
      bench.runtime.advance(100);
    }
    expect([outcomes, declared()]).toEqual([[false], 'A _GR_.connections  1']);
  });

  it('is refused at once where it is taken here', () => {
    newcomer();
    settle();
    newcomer();
    elsewhere(1);
    settle();
    expect(outcomes).toEqual([true, false]);
  });

  it('is not tried for by who has gone', () => {
    const connection = newcomer();
    elsewhere(1);
    settle();
    bench.gateway.close(connection, 'Client Closed');
    elsewhere(0);
    bench.runtime.advance(100);
    settle();
    expect([outcomes, declared()]).toEqual([[false], 'A _GR_.connections  1']);
  });
});
