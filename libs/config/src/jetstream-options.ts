/** `sync_interval: always`, and what holds where the key is absent: what was acknowledged is on disk. */
export const SYNC_ALWAYS = 0;
/** A size that three quarters of what the machine has decide. */
export const DYNAMIC_SIZE = -1;

export const CIPHERS = ['chacha', 'aes'] as const;
export type Cipher = (typeof CIPHERS)[number];

/** JetStream of the server. Sizes are bytes; what nats-server has a default for has that default here. */
export interface JetStreamOptions {
  /** As written; streams lie in the folder `jetstream` in it. '': a temporary one. */
  storeDir: string;
  maxMemoryBytes: number;
  maxFileBytes: number;
  domain?: string;
  /** How long an acknowledged write may be without an fsync; `SYNC_ALWAYS`: not at all. */
  syncIntervalMs: number;
  /** Requests with fields that nobody knows are refused. */
  strict: boolean;
  uniqueTag?: string;
  extensionHint?: string;
  maxOutstandingCatchupBytes: number;
  /** Of publishes to one stream that are not written yet. */
  maxBufferedBytes: number;
  maxBufferedMessages: number;
  /** API requests that wait, and those of them that only ask for information. */
  requestQueueMax: number;
  infoQueueMax: number;
  limits: JetStreamServerLimits;
  encryption?: EncryptionOptions;
  /** A key in a Trusted Platform Module was asked for, which only nats-server on Windows can do. */
  tpm?: true;
}

/** For all streams and consumers, whatever their configuration says. Absent: none. */
export interface JetStreamServerLimits {
  maxRequestBatch?: number;
  maxAckPending?: number;
  maxHaAssets?: number;
  maxDuplicateWindowMs?: number;
  batch: BatchLimits;
}

/** Of batch publishing. Absent: nats-server's default. */
export interface BatchLimits {
  maxInflightPerStream?: number;
  maxInflightTotal?: number;
  maxMessages?: number;
  timeoutMs?: number;
}

export interface EncryptionOptions {
  key: string;
  cipher: Cipher;
  /** What is still encrypted with it is read with it. */
  previousKey?: string;
}

export const defaultJetStreamOptions = (): JetStreamOptions => ({
  storeDir: '',
  maxMemoryBytes: DYNAMIC_SIZE,
  maxFileBytes: DYNAMIC_SIZE,
  syncIntervalMs: SYNC_ALWAYS,
  strict: true,
  maxOutstandingCatchupBytes: 64 * 1024 * 1024,
  maxBufferedBytes: 128 * 1024 * 1024,
  maxBufferedMessages: 10_000,
  requestQueueMax: 10_000,
  infoQueueMax: 10_000,
  limits: { batch: {} },
});
