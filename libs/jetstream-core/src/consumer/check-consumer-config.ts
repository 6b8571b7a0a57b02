import { isLiteral, isValidPattern, overlaps } from '@skein/subjects';
import { apiErrors } from '../api-error.ts';
import { apiLevels } from '../stream/api-level.ts';
import type { StreamConfig } from '../stream/stream-config.ts';
import { durationText, NO_TIME } from '../time.ts';
import { type ConsumerConfig, filtersOf, type RequestedConsumer } from './consumer-config.ts';
import { DEAD_LETTER, deadLetterSubject } from './dead-letter.ts';

const MILLISECOND = 1_000_000;
const SECOND = 1_000_000_000;
const ACK_WAIT = 30 * SECOND;
const ACK_PENDING = 1000;
const WAITING = 512;
const INACTIVE = 5 * SECOND;
const PIN = 120 * SECOND;
const HEARTBEAT_MIN = 100 * MILLISECOND;
const DESCRIPTION_MAX = 4096;
const METADATA_BYTES_MAX = 128 * 1024;
/** Of priority groups. */
export const GROUP_NAME = /^[A-Za-z0-9/_=-]{1,16}$/;

/**
 * The configuration that a request to create a consumer leads to, with defaults in place; unclustered.
 *
 * @param name what it will be called
 * @throws ApiError as nats-server 2.15.2 was seen to refuse
 */
export function checkConsumerConfig(
  requested: RequestedConsumer,
  name: string,
  stream: StreamConfig,
  pedantic = false,
): ConsumerConfig {
  if ((requested.ack_wait ?? 0) < 0) throw apiErrors.ackWaitNegative();
  if (requested.backoff?.some((wait) => wait < 0)) throw apiErrors.backoffNegative();
  if (requested.direct && !requested.deliver_subject) throw apiErrors.consumerDirectNotPush();
  if (requested.direct && requested.durable_name) throw apiErrors.consumerDirectDurable();
  if (pedantic) refuseDefaults(requested, stream);
  const full = withDefaults(requested, name, stream);
  checkText(full);
  checkOwnMetadata(full);
  checkRedelivery(full, requested, pedantic);
  checkLimits(full, stream);
  if (full.deliver_subject === undefined) checkPull(full, stream);
  else checkPush(full, requested, stream);
  checkStart(full);
  checkFilters(full, requested);
  checkPriority(full, requested);
  if (stream.retention === 'workqueue') checkWorkQueue(full);
  return full;
}

/** What a name has to look like. @throws ApiError */
export function checkConsumerName(name: string): void {
  if (/[\\/]/.test(name)) throw apiErrors.consumerNamePath();
  if (name === '' || /[.*>\s]/.test(name)) throw apiErrors.consumerNameInvalid();
}

/** A consumer of a work queue has the messages it wants for itself. @throws ApiError */
export function checkBesideOthers(
  config: ConsumerConfig,
  others: readonly ConsumerConfig[],
  { max_consumers, retention }: StreamConfig,
): void {
  if (max_consumers > 0 && others.length >= max_consumers) throw apiErrors.consumersTooMany();
  if (retention !== 'workqueue' || others.length === 0) return;
  const own = filtersOf(config);
  if (own.length === 0) throw apiErrors.workQueueUnfiltered();
  const taken = others.flatMap((other) => (filtersOf(other).length === 0 ? ['>'] : filtersOf(other)));
  if (own.some((filter) => taken.some((other) => overlaps(filter, other)))) throw apiErrors.workQueueNotUnique();
}

/** What the stream has limits for has to be said (ADR-48). */
function refuseDefaults(requested: RequestedConsumer, { consumer_limits: limits }: StreamConfig): void {
  for (const field of ['max_ack_pending', 'inactive_threshold'] as const) {
    if (limits[field] && !requested[field]) {
      throw apiErrors.pedantic(`${field} must be set if it's configured in stream limits`);
    }
  }
}

const positive = (value = 0): number => Math.max(0, value);

function withDefaults(requested: RequestedConsumer, name: string, stream: StreamConfig): ConsumerConfig {
  const { consumer_limits: limits } = stream;
  const ack_policy = requested.ack_policy ?? 'none';
  const isPull = !requested.deliver_subject;
  const byFlow = ack_policy === 'flow_control';
  const ownAckWait = requested.ack_wait || (ack_policy === 'none' || byFlow ? 0 : ACK_WAIT);
  const ack_wait = requested.backoff?.length ? (requested.backoff[0] as number) : ownAckWait;
  const pendingDefault = limits.max_ack_pending || (ack_policy === 'none' ? 0 : ACK_PENDING);
  const max_ack_pending = Math.max(-1, requested.max_ack_pending || pendingDefault);
  const idle_heartbeat = positive(requested.idle_heartbeat) || (byFlow && !isPull ? SECOND : 0);
  const inactive =
    positive(requested.inactive_threshold) ||
    limits.inactive_threshold ||
    (requested.durable_name === undefined ? INACTIVE : 0);
  const policy = requested.priority_policy === 'none' ? undefined : requested.priority_policy;
  const pin = positive(requested.priority_timeout) || (policy === 'pinned_client' ? PIN : 0);
  const max_deliver = requested.max_deliver ?? 0;
  return {
    ...(requested.durable_name && { durable_name: requested.durable_name }),
    name,
    ...(requested.description && { description: requested.description }),
    deliver_policy: requested.deliver_policy ?? 'all',
    ...(requested.opt_start_seq && { opt_start_seq: requested.opt_start_seq }),
    ...(requested.opt_start_time && { opt_start_time: requested.opt_start_time }),
    ack_policy,
    ...(ack_wait > 0 && { ack_wait }),
    max_deliver: max_deliver <= 0 ? -1 : max_deliver,
    ...(requested.backoff?.length && { backoff: requested.backoff }),
    ...(requested.filter_subject && { filter_subject: requested.filter_subject }),
    ...(requested.filter_subjects?.length && { filter_subjects: requested.filter_subjects }),
    replay_policy: requested.replay_policy ?? 'instant',
    ...(requested.rate_limit_bps && { rate_limit_bps: requested.rate_limit_bps }),
    ...(requested.sample_freq && { sample_freq: requested.sample_freq }),
    ...(isPull && { max_waiting: positive(requested.max_waiting) || WAITING }),
    ...(max_ack_pending !== 0 && { max_ack_pending }),
    ...((requested.flow_control || (byFlow && !isPull)) && { flow_control: true }),
    ...(requested.headers_only && { headers_only: true }),
    ...(positive(requested.max_batch) && { max_batch: positive(requested.max_batch) }),
    ...(positive(requested.max_expires) && { max_expires: positive(requested.max_expires) }),
    ...(positive(requested.max_bytes) && { max_bytes: positive(requested.max_bytes) }),
    ...(requested.deliver_subject && { deliver_subject: requested.deliver_subject }),
    ...(requested.deliver_group && { deliver_group: requested.deliver_group }),
    ...(idle_heartbeat && { idle_heartbeat }),
    ...(inactive && { inactive_threshold: inactive }),
    num_replicas: requested.num_replicas ?? 0,
    ...(requested.mem_storage && { mem_storage: true }),
    ...(requested.direct && { direct: true }),
    metadata: { ...requested.metadata, ...apiLevels(requiredLevel(requested)) },
    ...(requested.pause_until && { pause_until: requested.pause_until }),
    ...(requested.priority_groups?.length && { priority_groups: requested.priority_groups }),
    ...(policy && { priority_policy: policy }),
    ...(pin && { priority_timeout: pin }),
  };
}

/** The API level that its features came with (ADR-44). */
export function requiredLevel({ ack_policy, pause_until, priority_policy = 'none' }: RequestedConsumer): number {
  if (ack_policy === 'flow_control') return 4;
  const pauses = pause_until !== undefined && pause_until !== NO_TIME;
  return pauses || priority_policy !== 'none' ? 1 : 0;
}

function checkText({ description = '', metadata = {}, sample_freq, num_replicas }: ConsumerConfig): void {
  if (num_replicas < 0) throw apiErrors.replicasNegative();
  if (num_replicas > 1) throw apiErrors.replicasNotSupported();
  if (description.length > DESCRIPTION_MAX) throw apiErrors.consumerDescriptionTooLong(DESCRIPTION_MAX);
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (bytes > METADATA_BYTES_MAX) throw apiErrors.consumerMetadataTooLong();
  if (sample_freq !== undefined) checkSampling(sample_freq.replace(/%$/, ''));
}

/** What this server makes of metadata. */
function checkOwnMetadata(full: ConsumerConfig): void {
  const subject = deadLetterSubject(full);
  if (subject === undefined || (isLiteral(subject) && isValidPattern(subject))) return;
  throw apiErrors.consumerCreateFailed(`${DEAD_LETTER} is not a subject to publish to`);
}

function checkSampling(text: string): void {
  if (/^\+?\d+$/.test(text)) return;
  const reason = /^-\d+$/.test(text) ? '<nil>' : `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw apiErrors.samplingInvalid(reason);
}

function checkRedelivery(full: ConsumerConfig, { ack_wait }: RequestedConsumer, pedantic: boolean): void {
  const { backoff = [], max_deliver } = full;
  if (pedantic && backoff.length > 0 && ack_wait && ack_wait !== backoff[0]) {
    throw apiErrors.pedantic('first backoff value has to equal batch AckWait');
  }
  if (max_deliver > 0 && backoff.length > max_deliver) throw apiErrors.backoffTooLong();
}

function checkLimits(full: ConsumerConfig, { consumer_limits: limits }: StreamConfig): void {
  const { max_ack_pending = 0, inactive_threshold = 0, max_expires = 0 } = full;
  if (limits.max_ack_pending && max_ack_pending > limits.max_ack_pending) {
    throw apiErrors.ackPendingExceeds(limits.max_ack_pending);
  }
  if (limits.inactive_threshold && inactive_threshold > limits.inactive_threshold) {
    throw apiErrors.inactiveExceeds(durationText(limits.inactive_threshold));
  }
  if (max_expires > 0 && max_expires < MILLISECOND) throw apiErrors.expiresTooShort();
}

function checkPull(full: ConsumerConfig, { retention }: StreamConfig): void {
  if (full.ack_policy === 'flow_control') throw apiErrors.flowAckNotPush();
  if (full.ack_policy === 'none' && retention === 'workqueue') throw apiErrors.pullNeedsAck();
  if (full.rate_limit_bps) throw apiErrors.rateNotPush();
  if (full.idle_heartbeat) throw apiErrors.heartbeatNotPush();
  if (full.flow_control) throw apiErrors.flowNotPush();
}

function checkPush(full: ConsumerConfig, requested: RequestedConsumer, { subjects = [] }: StreamConfig): void {
  const { deliver_subject = '', idle_heartbeat = 0 } = full;
  if (/(^|\.)[*>](\.|$)/.test(deliver_subject)) throw apiErrors.deliverHasWildcards();
  if (!isLiteral(deliver_subject) || !isValidPattern(deliver_subject)) throw apiErrors.deliverInvalid();
  if (subjects.some((subject) => overlaps(subject, deliver_subject))) throw apiErrors.deliverCycle();
  if (full.ack_policy === 'none' && (full.max_ack_pending ?? 0) > 0) throw apiErrors.pendingNeedsAck();
  if (positive(requested.max_waiting) > 0) throw apiErrors.waitingNotPull();
  if (idle_heartbeat > 0 && idle_heartbeat < HEARTBEAT_MIN) throw apiErrors.heartbeatTooShort();
  if (full.flow_control && idle_heartbeat === 0) throw apiErrors.flowNeedsHeartbeat();
  if (full.ack_policy === 'flow_control') checkFlowAck(full, requested);
}

/** Acknowledged is by flow control alone (ADR-60). */
function checkFlowAck({ max_ack_pending = 0, max_deliver }: ConsumerConfig, requested: RequestedConsumer): void {
  if (max_ack_pending <= 0) throw apiErrors.flowAckNeedsPending();
  if (requested.ack_wait || requested.backoff?.length) throw apiErrors.flowAckHasWait();
  if (max_deliver > 0) throw apiErrors.flowAckHasMaxDeliver();
}

const startWords = {
  all: 'deliver all',
  last: 'deliver last',
  new: 'deliver new',
  last_per_subject: 'deliver last per subject',
  by_start_sequence: 'deliver by start sequence',
  by_start_time: 'deliver by start time',
} as const;

function checkStart(full: ConsumerConfig): void {
  const { deliver_policy: policy, opt_start_seq, opt_start_time } = full;
  const refuse = (what: string): Error =>
    apiErrors.deliverPolicyInvalid(`consumer delivery policy is ${startWords[policy]}, but optional ${what}`);
  if (policy === 'by_start_sequence' && opt_start_seq === undefined) throw refuse('start sequence is not set');
  if (policy === 'by_start_time' && opt_start_time === undefined) throw refuse('start time is not set');
  if (policy !== 'by_start_sequence' && opt_start_seq !== undefined) {
    throw refuse(`start ${policy === 'by_start_time' ? 'start ' : ''}sequence is also set`);
  }
  if (policy !== 'by_start_time' && opt_start_time !== undefined) throw refuse('start time is also set');
  if (policy === 'last_per_subject' && filtersOf(full).length === 0) throw refuse('filter subject is not set');
}

function checkFilters(full: ConsumerConfig, { filter_subject, filter_subjects = [] }: RequestedConsumer): void {
  if (filter_subject && filter_subjects.length > 0) throw apiErrors.filterTwice();
  if (filter_subjects.includes('')) throw apiErrors.filterEmpty();
  const filters = filtersOf(full);
  if (!filters.every(isValidPattern)) throw apiErrors.streamInvalidConfig('invalid subject');
  const isTwice = filters.some((one, i) => filters.slice(0, i).some((other) => overlaps(one, other)));
  if (isTwice) throw apiErrors.filtersOverlap();
}

function checkPriority(full: ConsumerConfig, { priority_groups: groups = [] }: RequestedConsumer): void {
  if (full.priority_policy === undefined) {
    if (groups.length > 0) throw apiErrors.groupsWithoutPolicy();
    if (full.priority_timeout) throw apiErrors.pinTimeoutWithoutPolicy();
    return;
  }
  if (full.deliver_subject !== undefined) throw apiErrors.groupsNotPull();
  if (groups.length === 0) throw apiErrors.policyWithoutGroups();
  for (const group of groups) {
    if (group === '') throw apiErrors.groupEmpty();
    if (!GROUP_NAME.test(group)) throw apiErrors.groupInvalid();
  }
}

function checkWorkQueue({ ack_policy, deliver_policy }: ConsumerConfig): void {
  if (ack_policy !== 'explicit' && ack_policy !== 'flow_control') throw apiErrors.workQueueNeedsAck();
  if (deliver_policy !== 'all') throw apiErrors.workQueueNeedsAll();
}
