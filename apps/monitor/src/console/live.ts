import { healthz } from '../endpoints/healthz.ts';
import type { GatewayCounters, GatewayFigures } from '../figures.ts';
import type { NodeEvent } from '../history/events.ts';
import { isSilent, processName } from '../history/notice.ts';
import type { Sampler } from '../history/sampler.ts';
import type { SeriesSlice } from '../history/series.ts';
import type { Monitor, Snapshot } from '../monitor.ts';
import type { ProcessInfo } from '../node-processes.ts';

/** One process on the map. */
export interface LiveProcess extends ProcessInfo {
  /** As in `Live.series.processes`. */
  key: string;
  /** `silent`: it has not answered for seconds, or never. */
  state: 'up' | 'silent';
  loopDelayMs?: number;
  /** Of a gateway. */
  connections?: number;
  subscriptions?: number;
  pendingBytes?: number;
}

/** What the console asks for every second. Internal: it may change with any version. Times are Unix ms. */
export interface Live {
  nowMs: number;
  server: { id: string; name: string; version: string; productVersion: string; startedMs: number };
  /** What `/healthz` says is wrong. */
  problem?: string;
  limits: { connections: number; pendingBytes: number };
  totals: GatewayCounters & { connections: number; subscriptions: number };
  processes: LiveProcess[];
  /** Connections by round trip: one count a bound (ms), and one for those above all. */
  rtt: { boundsMs: number[]; counts: number[] };
  series: SeriesSlice;
  /** `events` are given when this is not the version that was asked with. */
  eventsVersion: number;
  events?: readonly NodeEvent[];
}

export interface LiveQuery {
  /** Samples younger than this, Unix ms. */
  sinceMs: number;
  /** The version of the events that the asker has. */
  eventsVersion: number;
}

export async function live(monitor: Monitor, sampler: Sampler, query: LiveQuery): Promise<Live> {
  const snapshot = await sampler.watch();
  const { identity, configuration } = monitor;
  const { version } = sampler.events;
  return {
    nowMs: monitor.wallMs(),
    server: {
      id: identity.serverId,
      name: identity.serverName,
      version: identity.version,
      productVersion: identity.productVersion,
      startedMs: identity.startedUnixMs,
    },
    ...(await problem(monitor)),
    limits: { connections: configuration.maxConnections, pendingBytes: configuration.maxPendingBytes },
    totals: { ...snapshot.counters, connections: snapshot.connections, subscriptions: snapshot.subscriptions },
    processes: processesOf(snapshot),
    rtt: roundTrips(snapshot),
    series: sampler.series.since(query.sinceMs),
    eventsVersion: version,
    ...(version !== query.eventsVersion && { events: sampler.events.list() }),
  };
}

async function problem(monitor: Monitor): Promise<{ problem?: string }> {
  const { body } = await healthz.fromQuery({})(monitor);
  const { error } = body as { error?: string };
  return error === undefined ? {} : { problem: error };
}

function processesOf({ processes, answers }: Snapshot): LiveProcess[] {
  const bodies = new Map(answers.map(({ body }) => [body.pid, body as Partial<GatewayFigures>]));
  return processes.map((one) => {
    const { loopDelayMs, connections, subscriptions, pendingBytes } = bodies.get(one.pid) ?? {};
    const state = isSilent(one) ? 'silent' : 'up';
    return { ...one, key: processName(one), state, loopDelayMs, connections, subscriptions, pendingBytes };
  });
}

function roundTrips({ answers }: Snapshot): Live['rtt'] {
  const sum = { boundsMs: [] as number[], counts: [] as number[] };
  for (const { body } of answers) {
    const { rttBoundsMs, rttCounts } = body as GatewayFigures;
    if (rttBoundsMs === undefined || rttCounts === undefined) continue;
    sum.boundsMs = rttBoundsMs;
    sum.counts = rttCounts.map((count, i) => count + (sum.counts[i] ?? 0));
  }
  return sum;
}
