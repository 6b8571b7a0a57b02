import type { Figures } from '@skein/metrics';
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
  /** Of the router: how long subscriptions took until every gateway knew them, since it started. */
  settle?: Spread;
}

/** How many were up to each bound, and one count more for those above all. */
interface Spread {
  boundsMs: number[];
  counts: number[];
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
  /** Connections by round trip. */
  rtt: Spread;
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
  const bodies = new Map(answers.map(({ peer, body }) => [processName(peer), body as Partial<AnyFigures>]));
  return processes.map((one) => {
    const key = processName(one);
    const { loopDelayMs, connections, subscriptions, pendingBytes, settleSeconds } = bodies.get(key) ?? {};
    const figures = { loopDelayMs, connections, subscriptions, pendingBytes };
    return { ...one, key, state: isSilent(one) ? 'silent' : 'up', ...figures, ...settle(settleSeconds) };
  });
}

type AnyFigures = GatewayFigures & Pick<Figures, 'settleSeconds'>;

function settle(seconds: Figures['settleSeconds']): Pick<LiveProcess, 'settle'> {
  if (seconds === undefined) return {};
  return { settle: { boundsMs: seconds.bounds.map((bound) => bound * 1000), counts: [...seconds.counts] } };
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
