import type { HistogramFigures } from '../histogram.ts';

/**
 * What becomes metrics of a process's answer to `stats`. Everything may be missing: during an upgrade processes are of
 * different versions. Milliseconds, bytes; counts are since the process started.
 */
export interface Figures extends RouterFigures, GatewayFigures, AuthResolverFigures, MonitorFigures {
  /** Of a jetstream-store. */
  store?: Partial<StoreFigures>;
  version?: string;
  uptimeMs?: number;
  memory?: { rss?: number; heapUsed?: number; heapTotal?: number; external?: number; arrayBuffers?: number };
  cpu?: { userMs?: number; systemMs?: number };
  /** How late timers were, in the last stretch of time that is over. */
  loopDelay?: { p50Ms: number; p90Ms: number; p99Ms: number; maxMs: number };
  /** How long the event loop was busy. */
  loopBusyMs?: number;
  requestsWaiting?: number;
  routerUp?: boolean;
  logLinesDropped?: number;
  links?: readonly LinkFigures[];
}

export interface LinkFigures {
  component: string;
  instance: number;
  framesSent: number;
  framesAcked: number;
  framesRefused: number;
  bytesInFlight: number;
  queuedBytes: number;
  writable: boolean;
}

interface RouterFigures {
  revision?: number;
  settleSeconds?: HistogramFigures;
  /** Those in the register, and what each has declared. */
  processes?: readonly { component: string; instance: number; patterns: number; queuedBytes: number }[];
}

interface GatewayFigures {
  connections?: number;
  subscriptions?: number;
  /** Sums over the connections that are open. */
  open?: { inMsgs: number; inBytes: number; outMsgs: number; outBytes: number };
  pendingBytes?: number;
  totalConnections?: number;
  inMsgs?: number;
  inBytes?: number;
  outMsgs?: number;
  outBytes?: number;
  slowConsumers?: number;
  staleConnections?: number;
  stalledClients?: number;
  parseErrors?: number;
  /** Connections that ended, by nats-server's words for why. */
  closedByReason?: Readonly<Record<string, number>>;
}

interface AuthResolverFigures {
  allowed?: number;
  /** By why. */
  refused?: Readonly<Record<string, number>>;
  loginSeconds?: HistogramFigures;
  passwordsWaiting?: number;
  /** Refused unseen, because too many from there had failed. */
  loginsLimited?: number;
  auditRecordsLost?: number;
  calloutsUnanswered?: number;
}

/** Of all shards that the process serves. */
export interface StoreFigures {
  streams: number;
  streamsOutOfService: number;
  consumers: number;
  shardsServing: number;
  shardsFailed: number;
  /** How often one stopped serving, and was opened anew. */
  shardFailures: number;
  /** Findings of lost or unreadable data. */
  damages: number;
  /** On their way to a journal. */
  waitingRecords: number;
  waitingBytes: number;
  /** Applied, and not yet in LevelDB. */
  dirtyBytes: number;
  cacheBytes: number;
  syncSeconds: HistogramFigures;
  flushSeconds: HistogramFigures;
  openingSeconds: HistogramFigures;
  answersLost: number;
}

interface MonitorFigures {
  /** Answers that did not come in time, by the process asked. */
  staleAnswers?: readonly { component: string; instance: number; count: number }[];
  seriesDropped?: Readonly<Record<string, number>>;
}
