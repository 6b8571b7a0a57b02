import { expect, it } from 'vitest';
import { AccountsBench } from './testing/accounts-bench.ts';

const PATTERN = '_GR_.connections';
const limited = (connectionsMax: number) => ({ name: 'A', limits: { connectionsMax } });

it('counts who is on other gateways, when every gateway knows', async () => {
  const bench = new AccountsBench([limited(3)]);
  bench.gateway.account('A').setRemote(9, PATTERN, '', 2);
  bench.member.settledTo = 0;
  const third = await bench.in('A');
  expect(third.connection.account).toBeNull();
  expect(bench.member.declared).toEqual([`A ${PATTERN}  1`]);
  bench.gateway.settled(1);
  expect(third.connection.account?.name).toBe('A');
  bench.member.settledTo = Number.POSITIVE_INFINITY;
  const fourth = await bench.in('A');
  expect(fourth.connection.isClosed).toBe(true);
  expect(bench.member.declared.at(-1)).toBe(`A ${PATTERN}  1`);
  bench.gateway.account('A').withdrawRemote(9);
  expect((await bench.in('A')).connection.isClosed).toBe(false);
});

it('gives the place back of who goes, also while it was waiting for it', async () => {
  const bench = new AccountsBench([limited(1)]);
  bench.member.settledTo = 0;
  const gone = await bench.in('A');
  bench.gateway.close(gone.connection, '');
  expect(bench.member.declared).toEqual([`A ${PATTERN}  1`, `A ${PATTERN}  0`]);
  bench.gateway.settled(2);
  bench.member.settledTo = Number.POSITIVE_INFINITY;
  expect((await bench.in('A')).connection.isClosed).toBe(false);
});

it('counts who was there before there was a limit, and tells a new router', async () => {
  const bench = new AccountsBench([{ name: 'A' }]);
  const first = await bench.in('A');
  bench.define(limited(1));
  const told: string[] = [];
  for (const _ of bench.gateway.redeclare((...interest) => told.push(interest.join(' '))));
  expect(told).toEqual([`A ${PATTERN}  1`]);
  expect((await bench.in('A')).connection.isClosed).toBe(true);
  bench.define({ name: 'A' });
  expect(bench.member.declared.at(-1)).toBe(`A ${PATTERN}  0`);
  expect((await bench.in('A')).connection.isClosed).toBe(false);
  expect(first.connection.isClosed).toBe(false);
});
