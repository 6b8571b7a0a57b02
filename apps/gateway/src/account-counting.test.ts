import { beforeEach, describe, expect, it } from 'vitest';
import { answerCounting } from './account-counting.ts';
import { AccountsBench } from './testing/accounts-bench.ts';
import type { TestClient } from './testing/bench.ts';

let bench: AccountsBench;
let revision: number;
let methods: Map<string, (body: string, from: undefined) => string | Promise<string>>;

beforeEach(() => {
  bench = new AccountsBench([{ name: 'A' }]);
  revision = 1;
  methods = new Map();
  answerCounting({ handle: (method, answer) => void methods.set(method, answer) }, bench.gateway, () => revision);
});

const ask = async (method: string, question: object): Promise<string | undefined> =>
  methods.get(method)?.(JSON.stringify(question), undefined);
const counted = (account = 'A'): Promise<string | undefined> => ask('account-counted', { account });
const closed = (clients: TestClient[]): boolean[] => clients.map(({ connection }) => connection.isClosed);
const elsewhere = (gateway: number, count: number): void =>
  bench.gateway.account('A').setRemote(gateway, '_GR_.connections', '', count);

describe('counting the clients of accounts over all gateways', () => {
  it('begins when the configuration is in force here, and everybody knows of this gateway', async () => {
    await expect(ask('counts-settled', { revision: 2 })).rejects.toThrow('revision 2 is not in force yet');
    await bench.in('A');
    bench.member.settledTo = bench.member.sequence;
    revision = 2;
    bench.define({ name: 'A', limits: { connectionsMax: 4 } });
    let isDone = false;
    const done = ask('counts-settled', { revision: 2 }).then(() => {
      isDone = true;
    });
    await bench.answers();
    expect(isDone).toBe(false);
    bench.gateway.settled(bench.member.sequence);
    await done;
    expect(bench.member.declared.at(-1)).toBe('A _GR_.connections  1');
  });

  it('ends with who came last, where all gateways together have too many: those of lower numbers keep theirs first', async () => {
    const clients = [await bench.in('A'), await bench.in('A'), await bench.in('A')];
    bench.define({ name: 'A', limits: { connectionsMax: 4 } });
    // This gateway is number 1.
    elsewhere(7, 3);
    await counted();
    expect(closed(clients)).toEqual([false, false, false]);
    elsewhere(0, 3);
    await counted();
    expect(closed(clients)).toEqual([false, true, true]);
    elsewhere(0, 9);
    await counted();
    expect(closed(clients)).toEqual([true, true, true]);
    expect(await counted('nobody')).toBe('{}');
  });
});
