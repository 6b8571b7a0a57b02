import { isTorn, parseObject, type Shape, ShapeError } from '../json-shape.ts';
import { durationText } from '../time.ts';
import type { ConsumerConfig } from './consumer-config.ts';

const MILLISECOND = 1_000_000;
const PRIORITY_MAX = 9;
const TYPE = 'JSApiConsumerGetNextRequest';

const int: Shape = { kind: 'int' };
const duration: Shape = { kind: 'duration' };
const string: Shape = { kind: 'string' };

const fields: Readonly<Record<string, Shape>> = {
  expires: duration,
  batch: int,
  max_bytes: int,
  no_wait: { kind: 'boolean' },
  idle_heartbeat: duration,
  group: string,
  min_pending: { kind: 'integer' },
  min_ack_pending: { kind: 'integer' },
  id: string,
  priority: int,
};

/** What `$JS.API.CONSUMER.MSG.NEXT` asks for (ADR-13, ADR-37, ADR-42). */
export interface PullRequest {
  readonly batch: number;
  /** 0: no limit. */
  readonly maxBytes: number;
  readonly noWait: boolean;
  /** From its arrival; 0: it does not expire. */
  readonly expiresMillis: number;
  /** 0: none. */
  readonly heartbeatMillis: number;
  readonly group: string;
  readonly minPending: number;
  readonly minAckPending: number;
  /** Whom it says that the group is pinned to. */
  readonly pin: string;
  readonly priority: number;
}

/** The request is refused with this status: code and text. */
export class PullRefusal extends Error {}

/** @throws PullRefusal */
export function readPullRequest(text: string, config: ConsumerConfig): PullRequest {
  const read = parse(text);
  const number = (name: string): number => Math.max(0, (read[name] as number | undefined) ?? 0);
  const request = {
    batch: number('batch') || 1,
    maxBytes: number('max_bytes'),
    noWait: read.no_wait === true,
    expiresMillis: ((read.expires as number | undefined) ?? 0) / MILLISECOND,
    heartbeatMillis: number('idle_heartbeat') / MILLISECOND,
    group: (read.group as string | undefined) ?? '',
    minPending: number('min_pending'),
    minAckPending: number('min_ack_pending'),
    pin: (read.id as string | undefined) ?? '',
    priority: (read.priority as number | undefined) ?? 0,
  };
  checkLimits(request, config);
  checkPriority(request, config);
  return request;
}

const bad = (detail: string): PullRefusal => new PullRefusal(`400 Bad Request - ${detail}`);

/** JSON, or a number of messages; for one message whatever else there is. */
function parse(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return /^\d+$/.test(text) ? { batch: Number(text) } : {};
  try {
    // What nobody knows is passed over, other than in the API.
    const known = JSON.stringify(JSON.parse(text, (key, value) => (key === '' || key in fields ? value : undefined)));
    return parseObject(known, TYPE, fields, TYPE);
  } catch (error) {
    if (error instanceof ShapeError) throw bad(error.message);
    throw bad(isTorn(text) ? 'unexpected end of JSON input' : 'invalid JSON');
  }
}

function checkLimits({ batch, maxBytes, expiresMillis, heartbeatMillis }: PullRequest, config: ConsumerConfig): void {
  const { max_batch = 0, max_expires = 0, max_bytes = 0 } = config;
  if (max_batch > 0 && batch > max_batch) throw new PullRefusal(`409 Exceeded MaxRequestBatch of ${max_batch}`);
  if (max_expires > 0 && expiresMillis > max_expires / MILLISECOND) {
    throw new PullRefusal(`409 Exceeded MaxRequestExpires of ${durationText(max_expires)}`);
  }
  if (max_bytes > 0 && maxBytes > max_bytes) throw new PullRefusal(`409 Exceeded MaxRequestMaxBytes of ${max_bytes}`);
  // Two of them have to fit in.
  if (heartbeatMillis > 0 && heartbeatMillis * 2 > expiresMillis) throw bad('heartbeat value too large');
}

function checkPriority(request: PullRequest, { priority_policy: policy, priority_groups = [] }: ConsumerConfig): void {
  if (policy !== undefined) {
    if (request.group === '') throw bad('Priority Group missing');
    if (!priority_groups.includes(request.group)) throw bad('Invalid Priority Group');
  }
  if (policy !== 'overflow' && (request.minPending > 0 || request.minAckPending > 0)) {
    throw bad('Not a Overflow Priority consumer');
  }
  if (policy !== 'pinned_client' && request.pin !== '') throw bad('Not a Pinned Client Priority consumer');
  if (request.priority < 0 || request.priority > PRIORITY_MAX) throw bad('Priority must be between 0 and 9');
}
