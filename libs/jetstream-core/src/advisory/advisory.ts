import type { BatchEnd } from '../stream/atomic-batches.ts';
import { NO_TIME } from '../time.ts';

/** Who did it, as the gateway tells (`Nats-Request-Info`); passed on as it is. */
export type AdvisoryClient = Readonly<Record<string, unknown>>;

/** An event, ready to be published. */
export interface Advisory {
  /** Under `$JS.EVENT.`. */
  readonly subject: string;
  /** nats-server's fields, in its order. */
  readonly body: object;
}

/** What all advisories of a process have in common. */
export interface AdvisoryOrigin {
  readonly serverName: string;
  /** '': none. */
  readonly domain: string;
  /** Never the same twice. */
  newId(): string;
  /** RFC 3339. */
  now(): string;
}

/** A message as its consumer counts it. */
export interface Handled {
  readonly consumer_seq: number;
  readonly stream_seq: number;
  readonly deliveries: number;
}

const ADVISORY = '$JS.EVENT.ADVISORY';
const METRIC = '$JS.EVENT.METRIC';

/**
 * Advisories and metrics of JetStream (ADR-2's types, `$JS.EVENT.>`), as nats-server 2.15.2 publishes them. Where its fields are not
 * those of the published schemas, they are its own.
 */
export class Advisories {
  readonly #origin: AdvisoryOrigin;
  readonly #domain: { domain?: string };

  constructor(origin: AdvisoryOrigin) {
    this.#origin = origin;
    this.#domain = origin.domain === '' ? {} : { domain: origin.domain };
  }

  streamAction(stream: string, action: 'create' | 'modify' | 'delete'): Advisory {
    const verb = { create: 'CREATED', modify: 'UPDATED', delete: 'DELETED' }[action];
    return this.#advisory(`STREAM.${verb}.${stream}`, 'stream_action', { stream, action, ...this.#domain });
  }

  consumerAction(stream: string, consumer: string, action: 'create' | 'delete'): Advisory {
    const verb = { create: 'CREATED', delete: 'DELETED' }[action];
    const body = { stream, consumer, action, ...this.#domain };
    return this.#advisory(`CONSUMER.${verb}.${stream}.${consumer}`, 'consumer_action', body);
  }

  /** @param until RFC 3339; undefined: it is not paused, and was not */
  consumerPause(stream: string, consumer: string, paused: boolean, until: string | undefined): Advisory {
    const body = { stream, consumer, paused, pause_until: until ?? NO_TIME, ...this.#domain };
    return this.#advisory(`CONSUMER.PAUSE.${stream}.${consumer}`, 'consumer_pause', body);
  }

  /** The message would have been delivered once more, and may not be. */
  maxDeliver(stream: string, consumer: string, about: Pick<Handled, 'stream_seq' | 'deliveries'>): Advisory {
    const { stream_seq, deliveries } = about;
    const body = { stream, consumer, stream_seq, deliveries, ...this.#domain };
    return this.#advisory(`CONSUMER.MAX_DELIVERIES.${stream}.${consumer}`, 'max_deliver', body);
  }

  nak(stream: string, consumer: string, about: Handled): Advisory {
    const body = { stream, consumer, ...handled(about), ...this.#domain };
    return this.#advisory(`CONSUMER.MSG_NAKED.${stream}.${consumer}`, 'nak', body);
  }

  /** @param reason '': none was given */
  terminated(stream: string, consumer: string, about: Handled, reason: string): Advisory {
    const body = { stream, consumer, ...handled(about), ...(reason !== '' && { reason }), ...this.#domain };
    return this.#advisory(`CONSUMER.MSG_TERMINATED.${stream}.${consumer}`, 'terminated', body);
  }

  pinned(account: string, stream: string, consumer: string, group: string, pinned_id: string): Advisory {
    const body = { account, stream, consumer, ...this.#domain, group, pinned_id };
    return this.#advisory(`CONSUMER.PINNED.${stream}.${consumer}`, 'consumer_group_pinned', body);
  }

  unpinned(account: string, stream: string, consumer: string, group: string, reason: 'admin' | 'timeout'): Advisory {
    const body = { account, stream, consumer, ...this.#domain, group, reason };
    return this.#advisory(`CONSUMER.UNPINNED.${stream}.${consumer}`, 'consumer_group_unpinned', body);
  }

  /** @param ackNanos from the last delivery to the acknowledgement */
  ackSampled(stream: string, consumer: string, about: Handled, ackNanos: number): Advisory {
    const { consumer_seq, stream_seq, deliveries } = about;
    const body = { stream, consumer, consumer_seq, stream_seq, ack_time: ackNanos, deliveries, ...this.#domain };
    return {
      subject: `${METRIC}.CONSUMER.ACK.${stream}.${consumer}`,
      body: this.#envelope('metric.v1.consumer_ack', body),
    };
  }

  /** @param account named to the system account; the stream's own is told without: undefined */
  batchAbandoned(account: string | undefined, stream: string, batch: string, reason: BatchEnd): Advisory {
    const body = { ...(account !== undefined && { account }), stream, ...this.#domain, batch, reason };
    return this.#advisory(`STREAM.BATCH_ABANDONED.${stream}`, 'stream_batch_abandoned', body);
  }

  /** @param state the stream's, as the API has it */
  snapshotCreate(stream: string, state: object, client: AdvisoryClient): Advisory {
    const body = { stream, state, client, ...this.#domain };
    return this.#advisory(`STREAM.SNAPSHOT_CREATE.${stream}`, 'snapshot_create', body);
  }

  /** @param start RFC 3339, as `end` */
  snapshotComplete(stream: string, start: string, end: string, client: AdvisoryClient): Advisory {
    const body = { stream, start, end, client, ...this.#domain };
    return this.#advisory(`STREAM.SNAPSHOT_COMPLETE.${stream}`, 'snapshot_complete', body);
  }

  restoreCreate(stream: string, client: AdvisoryClient): Advisory {
    const body = { stream, client, ...this.#domain };
    return this.#advisory(`STREAM.RESTORE_CREATE.${stream}`, 'restore_create', body);
  }

  /** Also of one that failed. @param start RFC 3339, as `end` */
  restoreComplete(stream: string, start: string, end: string, bytes: number, client: AdvisoryClient): Advisory {
    const body = { stream, start, end, bytes, client, ...this.#domain };
    return this.#advisory(`STREAM.RESTORE_COMPLETE.${stream}`, 'restore_complete', body);
  }

  /** @param request '': it had no body */
  apiAudit(client: AdvisoryClient, subject: string, request: string, response: string): Advisory {
    const asked = { subject, ...(request !== '' && { request }), response };
    return this.#advisory('API', 'api_audit', { server: this.#origin.serverName, client, ...asked, ...this.#domain });
  }

  /** For the system account: requests that got no answer, because too many waited. */
  apiLimitReached(dropped: number): Advisory {
    const body = { server: this.#origin.serverName, ...this.#domain, dropped };
    return this.#advisory('API.LIMIT_REACHED', 'api_limit_reached', body);
  }

  #advisory(subject: string, type: string, body: object): Advisory {
    return { subject: `${ADVISORY}.${subject}`, body: this.#envelope(`advisory.v1.${type}`, body) };
  }

  #envelope(type: string, body: object): object {
    return { type: `io.nats.jetstream.${type}`, id: this.#origin.newId(), timestamp: this.#origin.now(), ...body };
  }
}

/** In nats-server's order, which is the same in all of them. */
const handled = ({ consumer_seq, stream_seq, deliveries }: Handled): Handled => ({
  consumer_seq,
  stream_seq,
  deliveries,
});
