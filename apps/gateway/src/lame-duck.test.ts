import { describe, expect, it } from 'vitest';
import { closingPace, LameDuck } from './lame-duck.ts';
import { Bench } from './testing/bench.ts';

const PERIODS = { gracePeriodMs: 10_000, durationMs: 30_000 };

function leaving(bench: Bench, periods = PERIODS) {
  const state = { done: 0 };
  new LameDuck(bench.gateway, periods, () => state.done++).begin();
  return state;
}

describe('lame duck mode', () => {
  it('is over at once where nobody is connected', () => {
    const bench = new Bench();
    expect(leaving(bench).done).toBe(1);
    expect(bench.runtime.timers).toBe(0);
  });

  it('tells those who follow INFO, and only them', () => {
    const bench = new Bench();
    const follows = bench.client({ protocol: 1 });
    const ignores = bench.client({ protocol: 0 });
    const stranger = bench.stranger();
    leaving(bench);
    expect([follows, ignores, stranger].map((client) => client.hear())).toEqual([
      `INFO ${follows.connection.cid} greeted\r\n`,
      '',
      '',
    ]);
    expect([follows, ignores, stranger].map(({ connection }) => connection.lameDuck)).toEqual([true, true, true]);
  });

  it('tells thousands a part a turn', () => {
    const bench = new Bench();
    const clients = Array.from({ length: 501 }, () => bench.client({ protocol: 1 }));
    leaving(bench);
    const told = (): number => clients.filter(({ channel }) => channel.take().includes('INFO')).length;
    bench.runtime.turn();
    const first = told();
    bench.runtime.turn();
    expect([first, told()]).toEqual([500, 1]);
  });

  it('goes on serving for the grace period, then closes one after the other', () => {
    const bench = new Bench({ firstPing: false, pingIntervalMs: 1e9 });
    const subscriber = bench.client().say('SUB foo 1\r\n');
    const publisher = bench.client();
    const third = bench.client();
    const clients = [subscriber, publisher, third];
    const open = (): boolean[] => clients.map(({ connection }) => !connection.isClosed);
    const state = leaving(bench);
    bench.runtime.advance(9999);
    publisher.say('PUB foo 2\r\nhi\r\n');
    expect(subscriber.hear()).toContain('MSG foo 1 2\r\nhi\r\n');
    expect(open()).toEqual([true, true, true]);
    bench.runtime.advance(1);
    expect(open()).toEqual([false, true, true]);
    bench.runtime.advance(999);
    expect(open()).toEqual([false, true, true]);
    bench.runtime.advance(1);
    expect(open()).toEqual([false, false, true]);
    expect(state.done).toBe(0);
    bench.runtime.advance(1000);
    expect(open()).toEqual([false, false, false]);
    expect(state.done).toBe(1);
    expect([...bench.gateway.closed].map(({ reason }) => reason)).toEqual(Array(3).fill('Server Shutdown'));
    expect(bench.log.lines).toContain('INF Closing existing clients');
  });

  it('is over after the grace period when all have gone by themselves', () => {
    const bench = new Bench();
    const client = bench.client();
    const state = leaving(bench);
    bench.gateway.close(client.connection, 'Client Closed');
    bench.runtime.advance(9999);
    expect(state.done).toBe(0);
    bench.runtime.advance(1);
    expect(state.done).toBe(1);
  });

  it('does not wait for those who go while the others are closed', () => {
    const bench = new Bench({ firstPing: false, pingIntervalMs: 1e9 });
    const clients = Array.from({ length: 4 }, () => bench.client());
    const state = leaving(bench);
    bench.runtime.advance(10_000);
    for (const { connection } of clients.slice(1)) bench.gateway.close(connection, 'Client Closed');
    bench.runtime.advance(1000);
    expect(state.done).toBe(1);
  });

  it('someone who came in at the last moment is told with the first INFO', () => {
    const bench = new Bench();
    bench.client();
    leaving(bench);
    expect(bench.stranger().connection.lameDuck).toBe(true);
  });
});

describe('the pace', () => {
  it.each([
    [0, 20_000, 1000, 1],
    [1, 20_000, 1000, 1],
    [3, 20_000, 1000, 1],
    [40, 20_000, 500, 1],
    [1000, 20_000, 20, 1],
    [1001, 20_000, 20, 2],
    [15_000, 110_000, 20, 3],
    [100_000, 20_000, 20, 100],
  ])('%i clients in %i ms: every %i ms, %i at once', (clients, spanMs, everyMs, atOnce) => {
    expect(closingPace(clients, spanMs)).toEqual({ everyMs, atOnce });
    expect(Math.ceil(clients / atOnce) * everyMs).toBeLessThanOrEqual(Math.max(spanMs, 1000));
  });
});
