import { setTimeout as delay } from 'node:timers/promises';
import { accountsConfiguration, measureAccounts } from './accounts.ts';
import type { Stream } from './frames.ts';
import { largeShapes } from './large-shapes.ts';
import { processTree, proportionalKib, residentKib, treeCpuSeconds, untilIdle } from './procfs.ts';
import type { LargeShapeName, ShapeName } from './rows.ts';
import type { ServerProcess } from './server-process.ts';
import { measureEncryption, measureStreams, streamsConfiguration } from './streams.ts';
import { newUsers, tenancyConfiguration } from './tenancy.ts';
import { WorkerHandle } from './worker-handle.ts';

const KIB_PER_MIB = 1024;
const PAYLOAD_BYTES = 16;
const CONNECT_AT_ONCE = 64;
const IDLE_SHARE = 0.02;
const IDLE_SECONDS_MAX = 5;

/** Measures one shape on a server that was just started for it; `scale`: the size of large ones, as a share of the whole. */
export async function measureShape(
  shape: ShapeName,
  server: ServerProcess,
  scale: number,
): Promise<Record<string, number>> {
  await untilIdle(server.pid, IDLE_SHARE, IDLE_SECONDS_MAX);
  return shape in largeShapes
    ? await largeShapes[shape as LargeShapeName](server, scale)
    : await shapes[shape as keyof typeof shapes](server);
}

/** The configuration of a server for that. */
export function shapeConfiguration(shape: ShapeName): string {
  if (shape === 'logins') return tenancyConfiguration();
  if (shape === 'streams' || shape in largeShapes) return streamsConfiguration('default');
  if (shape === 'streams-synced') return streamsConfiguration('always');
  if (shape === 'streams-unsynced') return streamsConfiguration('later');
  return shape === 'accounts' ? accountsConfiguration() : '';
}

const shapes: Record<Exclude<ShapeName, LargeShapeName>, (server: ServerProcess) => Promise<Record<string, number>>> = {
  async subscriptions({ pid, address }) {
    const [rows, columns, picks] = [100, 10_000, 200_000];
    const grid = (hot: boolean, seed: number): Stream => ({
      ...{ kind: 'grid', rows, columns, picks, seed, hot },
      payloadBytes: PAYLOAD_BYTES,
    });
    return await withWorkers(['Subscriber', 'Publisher'] as const, async (subscriber, publisher) => {
      const insertSeconds = await subscriber.call('openGrid', { address, rows, columns, payloadBytes: PAYLOAD_BYTES });
      const residentMib = residentKib(pid) / KIB_PER_MIB;
      await publisher.call('open', { address, connections: 1, stream: grid(true, 1) });
      const deliver = async (hot: boolean, seed: number): Promise<{ seconds: number; cpu: number }> => {
        await publisher.call('setStream', grid(hot, seed));
        const before = treeCpuSeconds(pid);
        const [{ startedAt }, { lastAt }] = await Promise.all([
          publisher.call('run', { messages: picks }),
          subscriber.call('finish', { expectedTotal: picks }),
        ]);
        return { seconds: lastAt - startedAt, cpu: treeCpuSeconds(pid) - before };
      };
      // What is not measured makes the code warm; other subjects are drawn then, so that no cache has them.
      await deliver(true, 1);
      await deliver(false, 1);
      const hot = await deliver(true, 2);
      const random = await deliver(false, 2);
      return {
        insertSeconds,
        residentMib,
        matchUs: ((random.seconds - hot.seconds) * 1e6) / picks,
        matchCpuUs: ((random.cpu - hot.cpu) * 1e6) / picks,
        randomRate: picks / random.seconds,
        hotRate: picks / hot.seconds,
      };
    });
  },

  async 'idle-connections'({ pid, address }) {
    const connections = 10_000;
    return await withWorkers(['Crowd'] as const, async (crowd) => {
      const before = residentKib(pid);
      const startedAt = performance.now();
      await crowd.call('open', { address, connections, atOnce: CONNECT_AT_ONCE });
      const seconds = (performance.now() - startedAt) / 1000;
      await untilIdle(pid, IDLE_SHARE, IDLE_SECONDS_MAX);
      return { kibPerConnection: (residentKib(pid) - before) / connections, connectRate: connections / seconds };
    });
  },

  async churn({ pid, address }) {
    const connections = 5_000;
    return await withWorkers(['Crowd'] as const, async (crowd) => {
      const round = async (): Promise<{ seconds: number; residentKib: number }> => {
        const seconds = await crowd.call('churn', { address, connections, atOnce: CONNECT_AT_ONCE });
        await untilIdle(pid, IDLE_SHARE, IDLE_SECONDS_MAX);
        return { seconds, residentKib: residentKib(pid) };
      };
      // A garbage-collected heap takes a few rounds to find its size: growth counts from there on.
      for (let warm = 0; warm < CHURN_WARM_UP; warm++) await round();
      const first = await round();
      const second = await round();
      return {
        rate: connections / second.seconds,
        growthMib: (second.residentKib - first.residentKib) / KIB_PER_MIB,
      };
    });
  },

  async logins({ address }) {
    const connections = 2000;
    return await withWorkers(['Crowd'] as const, async (crowd) => {
      const rate = async (users: number): Promise<number> => {
        const load = { address, users: newUsers(users), connections, atOnce: CONNECT_AT_ONCE };
        return connections / (await crowd.call('login', load));
      };
      // What is not measured makes the code warm.
      await rate(connections);
      return { newRate: await rate(connections), sameRate: await rate(1) };
    });
  },

  async accounts({ address }) {
    return await measureAccounts(address);
  },

  streams: ({ address }) => measureStreams('default', address),
  'streams-synced': ({ address }) => measureStreams('always', address),
  'streams-unsynced': ({ address }) => measureStreams('later', address),
  encryption: (server) => measureEncryption(server),

  async 'idle-cpu'({ pid }) {
    const before = treeCpuSeconds(pid);
    await delay(10_000);
    return { cpuMs: (treeCpuSeconds(pid) - before) * 1000 };
  },

  async 'start-up'({ startSeconds }) {
    return { startMs: startSeconds * 1000 };
  },

  async 'idle-memory'({ pid }) {
    return { pssMib: proportionalKib(pid) / KIB_PER_MIB, processes: processTree(pid).length };
  },
};

const CHURN_WARM_UP = 4;

type Handles<Names> = {
  -readonly [I in keyof Names]: Names[I] extends infer N extends RoleNames ? WorkerHandle<N> : never;
};
type RoleNames = ConstructorParameters<typeof WorkerHandle>[0];

async function withWorkers<const Names extends readonly RoleNames[], T>(
  names: Names,
  use: (...workers: Handles<Names>) => Promise<T>,
): Promise<T> {
  const workers = names.map((name) => new WorkerHandle(name));
  try {
    return await use(...(workers as unknown as Handles<Names>));
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}
