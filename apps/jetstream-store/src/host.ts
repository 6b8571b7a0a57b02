import type { Member } from '@skein/bus';
import type { AdvisoryClient, BatchEnd, Notice } from '@skein/jetstream-core';
import type { StreamImage } from '@skein/storage';
import type { Agenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import type { StreamHost } from './hosted-stream.ts';
import type { HostedConsumer, HostedStream } from './hosting.ts';
import type { LedConsumers } from './led-consumers.ts';
import type { Log } from './options.ts';
import type { LinkOutbox } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { OriginsInfo } from './sources/feeds.ts';
import type { Turn } from './turn.ts';

/** What waits for its record to be durable. */
export interface Entry {
  /** It is, under this number. An exception is the end of the stream that it is about. */
  apply(number: number): void;
  /** It never will be. */
  fail(): void;
  /** What it is about failed before. */
  readonly isVoid: boolean;
  /** Quarantines what it is about. */
  broke(error: Error): void;
}

/** What is told of streams and consumers beside answers. */
export interface Notices {
  stream(stream: HostedStream, action: 'create' | 'modify' | 'delete'): void;
  consumer(stream: HostedStream, consumer: HostedConsumer, notice: Notice): void;
  consumerAction(stream: HostedStream, consumer: string, action: 'create' | 'delete'): void;
  /** @param until RFC 3339; undefined: it is paused no longer */
  consumerPaused(stream: HostedStream, consumer: string, until: string | undefined): void;
  /** An atomic batch that never became whole. */
  batchAbandoned(stream: HostedStream, batch: string, reason: BatchEnd): void;
  /** A backup begins, and is through or given up. @param state as it is in the backup */
  snapshotCreated(stream: HostedStream, state: object, client: AdvisoryClient): void;
  /** @param start RFC 3339 */
  snapshotCompleted(stream: HostedStream, start: string, client: AdvisoryClient): void;
  restoreCreated(account: string, stream: string, client: AdvisoryClient): void;
  /** @param start RFC 3339 */
  restoreCompleted(account: string, stream: string, start: string, bytes: number, client: AdvisoryClient): void;
  /** @param request '': it had no body. @param response JSON */
  apiAudit(account: string, client: AdvisoryClient, subject: string, request: string, response: string): void;
  /** A request to the API was not looked at, because too many waited. */
  apiRefused(): void;
}

/** Who moves messages from stream to stream. */
export interface Origins {
  /** Its configuration is another one. */
  reconfigured(stream: StreamHost): void;
  /** It is no more, or no longer here. */
  closed(stream: StreamHost): void;
  /** How it is with what it takes from. */
  info(stream: StreamHost): OriginsInfo;
}

/** What streams have of the process. */
export interface Surroundings {
  readonly clock: Clock;
  readonly outbox: LinkOutbox;
  readonly agenda: Agenda;
  readonly turn: Turn;
  readonly led: LedConsumers;
  readonly notices: Notices;
  readonly origins: Origins;
  readonly logger: Log;
  /** Who is interested in a subject, in a queue group or ('') in none. */
  readonly watch: Member['watch'];
  /** Who of those that wait is still there. */
  readonly presence: Pick<Presence, 'gone'>;
  /** The stream that keeps what is published to a subject; null: that cannot be said at the moment. */
  streamOf(account: string, subject: string): Pick<StreamHost, 'change'> | undefined | null;
  /** As it is called in acknowledgements; empty: none. */
  readonly domain: string;
  /** Tells this life of the node from those before; its processes may be started anew in it. */
  readonly life: string;
}

/** What a stream has of its shard. */
export interface Host extends Surroundings {
  /** An earlier life's records are applied again: nobody is told of anything. */
  readonly isReplaying: boolean;
  /** There is no room for messages on the disk. */
  readonly isShortOfSpace: boolean;
  /** Nothing can be logged at the moment. */
  readonly isFull: boolean;
  /** Something was logged that is not applied yet. */
  readonly isBehind: boolean;
  /** Puts a record into the journal, which copies it. @returns its number; 0: not taken */
  append(bytes: Buffer, start: number, end: number, entry: Entry): number;
  /** Its `apply` comes when everything that was appended so far has been applied. */
  afterLogged(entry: Entry): void;
  /** Removes one of its streams. @throws ApiError */
  delete(stream: StreamHost): Promise<void>;
  /** One of its streams as it is now. */
  image(stream: StreamHost): Promise<StreamImage>;
  /** Resolves when there is room for more in memory. @throws ApiError */
  room(): Promise<void>;
  /** Something is to be written that the store does not know of yet. */
  changed(saved: Saved): void;
}

/** What has state in memory that goes to the store before it is flushed. */
export interface Saved {
  save(): void;
}
