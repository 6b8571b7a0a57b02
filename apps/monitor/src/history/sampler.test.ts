import { expect, it } from 'vitest';
import type { GatewayConnection } from '../gateway-connection.ts';
import type { Snapshot } from '../monitor.ts';
import { Sampler, UNWATCHED_STEP_MS, WATCHED_FOR_MS, WATCHED_STEP_MS } from './sampler.ts';

const counters = {
  ...{ totalConnections: 0, inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 },
  ...{ slowConsumers: 0, staleConnections: 0, stalledClients: 0 },
};

function setUp() {
  let now = 0;
  let timer: { at: number; fn: () => void } | undefined;
  const node = {
    counters: { ...counters },
    silentMs: 0,
    asked: 0,
    glances: [] as boolean[],
    closed: [] as Partial<GatewayConnection>[],
  };
  const source = {
    routerUp: true,
    lameDuck: false,
    configuredUnixMs: 0,
    wallMs: () => 1_000_000 + now,
    async snapshot(glance: boolean) {
      node.asked++;
      node.glances.push(glance);
      const process = { component: 'gateway', instance: 0, pid: 7, uptime: '', restarts: 0, mem: 5, cpu: 12.5 };
      const body = { pid: 7, loopDelayMs: 3, pendingBytes: 40 };
      return {
        ...{ connections: 2, subscriptions: 3, counters: { ...node.counters } },
        processes: [{ ...process, ...(node.silentMs > 0 && { stale_ms: node.silentMs }) }],
        answers: [{ peer: { component: 'gateway', instance: 0 }, body, ageMs: 0 }],
      } as unknown as Snapshot;
    },
    connectionPages: { page: async () => ({ total: 0, silent: 0, connections: node.closed as GatewayConnection[] }) },
  };
  const clock = {
    now: () => now,
    after(ms: number, fn: () => void) {
      timer = { at: now + ms, fn };
      return () => {
        timer = undefined;
      };
    },
  };
  const sampler = new Sampler(source as unknown as ConstructorParameters<typeof Sampler>[0], clock);
  return {
    sampler,
    node,
    /** To the next sample, which is done when this resolves; gives how far away it was. */
    async next(): Promise<number> {
      const { at, fn } = timer as NonNullable<typeof timer>;
      const waited = at - now;
      now = Math.max(now, at);
      const { asked } = node;
      fn();
      await settled();
      expect(node.asked).toBe(asked + 1);
      return waited;
    },
    pass: (ms: number) => (now += ms),
    planned: () => timer !== undefined,
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('looks rarely while nobody watches, every second while somebody does', async () => {
  const { sampler, next, pass } = setUp();
  sampler.start();
  await settled();
  expect(await next()).toBe(UNWATCHED_STEP_MS);
  pass(2000);
  await sampler.watch();
  expect(await next()).toBe(WATCHED_STEP_MS);
  pass(WATCHED_FOR_MS);
  await next();
  expect(await next()).toBe(UNWATCHED_STEP_MS);
});

it('only glances while nobody watches: processes measure nothing for it', async () => {
  const { sampler, node, next, pass } = setUp();
  sampler.start();
  await settled();
  pass(2000);
  await sampler.watch();
  pass(WATCHED_FOR_MS);
  await next();
  expect(node.glances).toEqual([true, false, true]);
});

it('many who ask at once are one look', async () => {
  const { sampler, node, pass } = setUp();
  sampler.start();
  await settled();
  pass(3000);
  await Promise.all([sampler.watch(), sampler.watch(), sampler.watch()]);
  expect(node.asked).toBe(2);
  await sampler.watch();
  expect(node.asked).toBe(2);
});

it('keeps rates per second over the time that really passed, and a gap where there is none yet', async () => {
  const { sampler, node, next } = setUp();
  sampler.start();
  await settled();
  node.counters.inMsgs = 5000;
  await next();
  const { node: columns, processes } = sampler.series.since(0);
  expect(columns.inMsgs).toEqual([Number.NaN, 1000]);
  expect(columns.pendingBytes).toEqual([40, 40]);
  expect(processes['gateway 0']).toEqual({ cpu: [12.5, 12.5], memory: [5, 5], loopDelayMs: [3, 3] });
});

it('a process that is silent leaves a gap and an event', async () => {
  const { sampler, node, next } = setUp();
  sampler.start();
  await settled();
  node.silentMs = 5000;
  await next();
  expect(sampler.series.since(0).processes['gateway 0'].cpu).toEqual([12.5, Number.NaN]);
  expect(sampler.events.list()).toMatchObject([{ level: 'error', text: 'gateway 0 does not answer', count: 1 }]);
});

it('names slow consumers that were disconnected since the last look, and counts the others', async () => {
  const { sampler, node, next } = setUp();
  sampler.start();
  await settled();
  node.counters.slowConsumers = 2;
  const reason = 'Slow Consumer (Pending Bytes)';
  node.closed = [
    { cid: 9, name: 'orders', ip: '10.0.0.1', port: 5, reason, stopUnixMs: 1_004_000 },
    { cid: 3, name: 'earlier', ip: '10.0.0.1', port: 6, reason, stopUnixMs: 999_000 },
  ];
  await next();
  expect(sampler.events.list().map(({ text }) => text)).toEqual([
    `orders (connection 9) from 10.0.0.1:5 was disconnected: ${reason}`,
    '1 more slow consumer disconnected',
  ]);
});

it('plans nothing after it was stopped', async () => {
  const { sampler, planned } = setUp();
  sampler.start();
  sampler.stop();
  await settled();
  expect(planned()).toBe(false);
});
