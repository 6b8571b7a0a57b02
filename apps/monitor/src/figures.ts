import type { Figures } from '@skein/metrics';

/** What every process answers to `stats`. */
export interface ProcessFigures {
  pid: number;
  uptimeMs: number;
  memory: { rss: number; pss?: number; heapUsed?: number; heapTotal?: number };
  cpu: { userMs: number; systemMs: number };
  /** How late a timer was at worst among the last heartbeats. */
  loopDelayMs?: number;
  /** Of the last 10 s; absent before. */
  loopDelay?: { p50Ms: number; p90Ms: number; p99Ms: number; maxMs: number };
  /** To the processes that it is linked with; the router has none. */
  links?: Figures['links'];
}

/** What a gateway adds. Counts since it started, but for connections and subscriptions, which are those of now. */
export interface GatewayFigures extends ProcessFigures, GatewayCounters {
  connections: number;
  subscriptions: number;
  authFailures?: number;
  /** How many connections have a round trip up to each bound; one count more for those above all. */
  rttCounts?: number[];
  rttBoundsMs?: number[];
  /** Not yet taken by clients. */
  pendingBytes?: number;
}

export interface GatewayCounters {
  totalConnections: number;
  inMsgs: number;
  inBytes: number;
  outMsgs: number;
  outBytes: number;
  slowConsumers: number;
  staleConnections: number;
  stalledClients: number;
}

export const counterNames = [
  'totalConnections',
  'inMsgs',
  'inBytes',
  'outMsgs',
  'outBytes',
  'slowConsumers',
  'staleConnections',
  'stalledClients',
] as const satisfies readonly (keyof GatewayCounters)[];
