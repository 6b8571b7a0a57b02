/**
 * What an account is, wherever it was written: the configuration file, or (in operator mode) an account JWT. Plain JSON, since
 * it goes over the bus. Subjects are text (UTF-8).
 */
export interface AccountDefinition {
  /** Its name; in operator mode its public nkey. */
  name: string;
  /** What people call it, where that is something else. */
  nameTag?: string;
  limits: AccountLimits;
  exports: Export[];
  imports: Import[];
  mappings: Mapping[];
  /** Where traces of messages go that come with a W3C `traceparent`. */
  traceDestination?: TraceDestination;
  /** What it may store, by tier (`R1`, `R3`), or under '' whatever the number of replicas. Absent: it has no JetStream. */
  jetstream?: Record<string, JetStreamLimits>;
}

/** -1: no limit but the server's. */
export interface JetStreamLimits {
  memoryBytesMax: number;
  fileBytesMax: number;
  streamsMax: number;
  consumersMax: number;
  /** Of each consumer. */
  ackPendingMax: number;
  /** Of each stream in memory, on disk. 0, too, is no limit. */
  memoryStreamBytesMax: number;
  fileStreamBytesMax: number;
  /** Each stream has to say how large it may become. */
  isMaxBytesRequired: boolean;
}

export const unlimitedJetStream = (): JetStreamLimits => ({
  memoryBytesMax: -1,
  fileBytesMax: -1,
  streamsMax: -1,
  consumersMax: -1,
  ackPendingMax: -1,
  memoryStreamBytesMax: -1,
  fileStreamBytesMax: -1,
  isMaxBytesRequired: false,
});

/** Absent or below 0: no limit. */
export interface AccountLimits {
  /** Clients at a time, over the whole node. */
  connectionsMax?: number;
  /** Of each client. */
  subscriptionsMax?: number;
  payloadBytesMax?: number;
  leafnodesMax?: number;
}

interface Offer {
  subject: string;
  /** Who may import it; absent: everybody. */
  accounts?: string[];
  /** The token (from 1) that has to be the importer's own name; absent: none. */
  accountTokenPosition?: number;
}

export interface StreamExport extends Offer {
  kind: 'stream';
}

export type ResponseType = 'Singleton' | 'Streamed' | 'Chunked';

export interface ServiceExport extends Offer {
  kind: 'service';
  responseType: ResponseType;
  /** How long answers are waited for; absent: `RESPONSE_THRESHOLD_DEFAULT_MS`. */
  thresholdMs?: number;
  latency?: LatencySampling;
  /** Message traces go on in this account. */
  allowTrace: boolean;
}

export interface LatencySampling {
  /** Of a hundred requests, or those that ask for it by a tracing header. */
  sampling: number | 'headers';
  /** Where in the exporting account the measurements go. */
  subject: string;
}

export type Export = StreamExport | ServiceExport;

interface Taken {
  /** Whose. */
  account: string;
  /** There. */
  subject: string;
  /** Here, with `$n` or `*` for the wildcards; absent: the same. */
  to?: string;
  /** Its right was proven by a token; absent: the export's `accounts` decide. */
  activated?: boolean;
}

export interface StreamImport extends Taken {
  kind: 'stream';
  /** Message traces go on in this account. */
  allowTrace: boolean;
}

export interface ServiceImport extends Taken {
  kind: 'service';
  /** The service is told who asks. */
  share: boolean;
}

export type Import = StreamImport | ServiceImport;

export interface Mapping {
  source: string;
  destinations: MappingDestination[];
}

export interface MappingDestination {
  subject: string;
  /** Of a hundred messages. */
  weight: number;
  /** Only in this cluster. */
  cluster?: string;
}

export interface TraceDestination {
  subject: string;
  /** Of a hundred. */
  sampling: number;
}

/** Clients that belong to no other account are in this one. */
export const GLOBAL_ACCOUNT = '$G';

export const RESPONSE_THRESHOLD_DEFAULT_MS = 120_000;

export function newDefinition(name: string): AccountDefinition {
  return { name, limits: {}, exports: [], imports: [], mappings: [] };
}
