import { asPattern, isLiteral, isValidPattern, overlaps, SubjectTransform, TransformError } from '@skein/subjects';
import { apiErrors } from '../api-error.ts';
import { withLevel } from './api-level.ts';
import type { ConsumerLimits, StreamConfig, StreamSource, Transform } from './stream-config.ts';

const NAME_MAX = 255;
const DESCRIPTION_MAX = 4096;
const METADATA_BYTES_MAX = 128 * 1024;
const REPLICAS_MAX = 5;
const MILLISECOND = 1_000_000;
const SECOND = 1_000_000_000;
const AGE_MIN = 100 * MILLISECOND;
const DUPLICATE_WINDOW = 120 * SECOND;

/** Requests under these are the system's own; its events may be captured. */
const apiSubjects = ['$JS.>', '$JSC.>', '$NRG.>'];
const eventSubjects = ['$JS.EVENT.>'];

const invalid = apiErrors.streamInvalidConfig;

/**
 * The configuration that a request to create a stream leads to, with defaults in place; unclustered.
 *
 * @param config as `readStreamRequest` read it
 * @throws ApiError as nats-server 2.15.2 was seen to refuse
 */
export function checkStreamConfig(config: Partial<StreamConfig>): StreamConfig {
  checkName(config.name ?? '');
  if ((config.num_replicas ?? 0) < 0) throw apiErrors.replicasNegative();
  if ((config.description ?? '').length > DESCRIPTION_MAX) {
    throw invalid(`stream description is too long, maximum allowed is ${DESCRIPTION_MAX}`);
  }
  checkMetadata(config.metadata ?? {});
  if (config.sealed) throw invalid('stream configuration for create can not be sealed');
  const full = withDefaults(config);
  if (full.num_replicas > REPLICAS_MAX) throw invalid(`maximum replicas is ${REPLICAS_MAX}`);
  if (full.num_replicas > 1) throw apiErrors.replicasNotSupported();
  checkLimits(full);
  checkOptions(full);
  checkMirror(full);
  checkSources(full);
  checkSubjects(full);
  checkTransform(full);
  checkRepublish(full);
  return full;
}

export function checkName(name: string): void {
  if (name === '' || /[.*>\s]/.test(name)) {
    throw invalid("stream name is required and can not contain '.', '*', '>', '\\', '/'");
  }
  if (name.length > NAME_MAX) throw invalid(`stream name is too long, maximum allowed is ${NAME_MAX}`);
  if (/[\\/]/.test(name)) throw apiErrors.streamNamePath();
}

function checkMetadata(metadata: Record<string, string>): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (bytes > METADATA_BYTES_MAX) throw invalid(`stream metadata exceeds maximum size of ${METADATA_BYTES_MAX} bytes`);
}

/** 0 and everything below is no limit. */
const limit = (value: number | undefined): number => (value === undefined || value <= 0 ? -1 : value);

function withDefaults(config: Partial<StreamConfig>): StreamConfig {
  const { mirror, sources, max_age = 0, subject_delete_marker_ttl: markerTtl } = config;
  const isFed = mirror !== undefined || (sources?.length ?? 0) > 0;
  const subjects = config.subjects ?? [];
  const ownWindow = max_age > 0 && max_age < DUPLICATE_WINDOW ? max_age : DUPLICATE_WINDOW;
  const window = config.duplicate_window || (isFed ? 0 : ownWindow);
  const marks = markerTtl !== undefined && markerTtl > 0;
  return {
    name: config.name ?? '',
    ...(config.description && { description: config.description }),
    ...(subjects.length > 0 ? { subjects } : !isFed && { subjects: [config.name ?? ''] }),
    retention: config.retention ?? 'limits',
    max_consumers: limit(config.max_consumers),
    max_msgs: limit(config.max_msgs),
    max_bytes: limit(config.max_bytes),
    max_age,
    max_msgs_per_subject: limit(config.max_msgs_per_subject),
    max_msg_size: limit(config.max_msg_size),
    discard: config.discard ?? 'old',
    storage: config.storage ?? 'file',
    num_replicas: config.num_replicas || 1,
    ...(config.no_ack && { no_ack: true }),
    ...(window !== 0 && { duplicate_window: window }),
    ...(config.placement && { placement: config.placement }),
    ...(mirror && { mirror: withExternal(mirror) }),
    ...(sources?.length && { sources: sources.map(withExternal) }),
    compression: config.compression ?? 'none',
    ...(config.first_seq && { first_seq: config.first_seq }),
    ...(config.subject_transform && { subject_transform: config.subject_transform }),
    ...(config.republish && { republish: { ...config.republish, src: config.republish.src || '>' } }),
    allow_direct: config.allow_direct ?? false,
    mirror_direct: config.mirror_direct ?? false,
    ...(config.discard_new_per_subject && { discard_new_per_subject: true }),
    sealed: false,
    deny_delete: config.deny_delete ?? false,
    deny_purge: config.deny_purge ?? false,
    // Markers and schedules roll up what they take the place of (ADR-43, ADR-51).
    allow_rollup_hdrs: config.allow_rollup_hdrs || marks || config.allow_msg_schedules || false,
    consumer_limits: ordered(config.consumer_limits ?? {}),
    allow_msg_ttl: config.allow_msg_ttl || marks || false,
    ...(markerTtl && { subject_delete_marker_ttl: markerTtl }),
    ...(config.allow_msg_counter && { allow_msg_counter: true }),
    ...(config.allow_atomic && { allow_atomic: true }),
    ...(config.allow_batched && { allow_batched: true }),
    ...(config.allow_msg_schedules && { allow_msg_schedules: true }),
    ...(config.persist_mode === 'async' && { persist_mode: 'async' as const }),
    metadata: withLevel(config),
  };
}

/** As they are always written. */
const ordered = ({ inactive_threshold, max_ack_pending, ...rest }: ConsumerLimits): ConsumerLimits => ({
  ...(inactive_threshold !== undefined && { inactive_threshold }),
  ...(max_ack_pending !== undefined && { max_ack_pending }),
  ...rest,
});

function withExternal(source: StreamSource): StreamSource {
  const { external } = source;
  if (external === undefined) return source;
  return { ...source, external: { api: external.api ?? '', deliver: external.deliver ?? '' } };
}

function checkLimits({ max_age, duplicate_window = 0, subject_delete_marker_ttl: markerTtl = 0 }: StreamConfig): void {
  if (max_age < 0) throw invalid('max age can not be negative');
  if (max_age > 0 && max_age < AGE_MIN) throw invalid('max age needs to be >= 100ms');
  if (duplicate_window < 0) throw invalid('duplicates window can not be negative');
  if (duplicate_window > 0 && duplicate_window < AGE_MIN) throw invalid('duplicates window needs to be >= 100ms');
  if (max_age > 0 && duplicate_window > max_age) throw invalid('duplicates window can not be larger then max age');
  if (markerTtl < 0) throw invalid('subject delete marker TTL must not be negative');
  if (markerTtl > 0 && markerTtl < SECOND) throw invalid('subject delete marker TTL must be at least 1 second');
}

function checkOptions(config: StreamConfig): void {
  const { allow_rollup_hdrs, deny_purge, discard, discard_new_per_subject, max_msgs_per_subject } = config;
  if (allow_rollup_hdrs && deny_purge) throw invalid('roll-ups require the purge permission');
  if (discard_new_per_subject) {
    if (discard !== 'new') throw invalid('discard new per subject requires discard new policy to be set');
    if (max_msgs_per_subject < 0) throw invalid('discard new per subject requires max msgs per subject > 0');
  }
  if (config.mirror_direct && config.mirror === undefined) {
    throw invalid('stream has no mirror but does have mirror direct');
  }
  if (config.persist_mode === 'async' && config.storage !== 'file') {
    throw invalid('async persist mode is only supported on file storage');
  }
  if (!config.allow_msg_counter) return;
  if (discard === 'new') throw invalid('counter stream cannot use discard new');
  if (config.retention !== 'limits') throw invalid('counter stream can only use limits retention');
  if (config.allow_msg_ttl) throw invalid('counter stream cannot use message TTLs');
  if (config.allow_msg_schedules) throw invalid('counter stream cannot use message schedules');
}

function checkMirror(config: StreamConfig): void {
  const { name, mirror, subjects, sources, first_seq } = config;
  if (mirror === undefined) return;
  if (subjects !== undefined) throw apiErrors.mirrorWithSubjects();
  checkMirrorFeatures(config);
  if (sources !== undefined) throw apiErrors.mirrorWithSources();
  if (first_seq !== undefined) throw apiErrors.mirrorFirstSequence();
  if (!isConsumerRight(mirror)) throw apiErrors.mirrorConsumerInvalid();
  if (!isStreamName(mirror.name)) throw apiErrors.mirrorNameInvalid();
  checkMirrorTransforms(mirror.subject_transforms ?? []);
  if (mirror.name === name && mirror.external === undefined) throw invalid('detected cycle');
  if (mirror.filter_subject && mirror.subject_transforms?.length) throw apiErrors.mirrorFilterAndTransforms();
  if (mirror.filter_subject && !isValidPattern(mirror.filter_subject)) {
    throw apiErrors.streamCreateFailed(`subject filter '${mirror.filter_subject}' for the mirror invalid subject`);
  }
  checkExternal(mirror);
}

function checkMirrorTransforms(transforms: readonly Transform[]): void {
  for (const [i, { src }] of transforms.entries()) {
    if (!isValidPattern(src)) throw apiErrors.mirrorTransformSourceInvalid(`invalid subject ${src}`);
    if (transforms.slice(0, i).some((other) => overlaps(other.src, src))) throw apiErrors.mirrorFiltersOverlap();
  }
  const faults = transforms.map(({ src, dest }) => faultOf(src, dest)).filter((fault) => fault !== undefined);
  if (faults[0] !== undefined) throw apiErrors.mirrorTransformInvalid(faults[0]);
}

/** A mirror adds nothing of its own, and asks nothing of what it takes (ADR-59). */
function checkMirrorFeatures(config: StreamConfig): void {
  if (config.allow_msg_counter) throw apiErrors.mirrorWithCounters();
  if (config.allow_atomic) throw apiErrors.mirrorWithAtomic();
  if (config.allow_batched) throw apiErrors.mirrorWithBatches();
  if (config.allow_msg_schedules) throw apiErrors.mirrorWithSchedules();
  if (config.subject_delete_marker_ttl) throw invalid('subject delete markers forbidden on mirrors');
}

/** A consumer that was made beforehand says itself what is taken, and from where on (ADR-60). */
function isConsumerRight({ consumer, opt_start_seq, opt_start_time, filter_subject }: StreamSource): boolean {
  if (consumer === undefined) return true;
  if (opt_start_seq || opt_start_time !== undefined || filter_subject) return false;
  const { name, deliver_subject = '' } = consumer;
  return isStreamName(name) && isLiteral(deliver_subject) && isValidPattern(deliver_subject);
}

function checkSources({ name, sources = [], allow_msg_schedules }: StreamConfig): void {
  if (sources.length > 0 && allow_msg_schedules) throw apiErrors.sourceWithSchedules();
  const seen = new Set<string>();
  const consumers = new Set<string>();
  for (const source of sources) {
    if (isStreamName(source.name) && !isConsumerRight(source)) throw apiErrors.sourceConsumerInvalid();
    if (source.name === name && source.external === undefined) throw invalid('detected cycle');
    if (!isStreamName(source.name)) throw apiErrors.sourceNameInvalid();
    const { filter_subject, subject_transforms, external, consumer } = source;
    const key = JSON.stringify([source.name, filter_subject, subject_transforms, external?.api, consumer?.name]);
    if (seen.has(key)) throw apiErrors.sourceDuplicate();
    seen.add(key);
    const read = consumer && JSON.stringify([source.name, external?.api, consumer.name]);
    if (read !== undefined && consumers.has(read)) throw apiErrors.sourceConsumerDuplicate();
    if (read !== undefined) consumers.add(read);
    if (source.filter_subject && !isValidPattern(source.filter_subject)) {
      throw apiErrors.streamCreateFailed(`subject filter '${source.filter_subject}' for the source: invalid subject`);
    }
    if (source.filter_subject && source.subject_transforms?.length) throw apiErrors.sourceFilterAndTransforms();
    checkSourceTransforms(source.subject_transforms ?? []);
    checkExternal(source);
  }
}

function checkSourceTransforms(transforms: readonly Transform[]): void {
  for (const [i, { src, dest }] of transforms.entries()) {
    if (!isValidPattern(src)) throw apiErrors.sourceTransformSourceInvalid(`invalid subject ${src}`);
    const fault = faultOf(src, dest);
    if (fault !== undefined) throw apiErrors.sourceTransformInvalid(fault);
    if (transforms.slice(0, i).some((other) => overlaps(other.src, src))) throw apiErrors.sourceFiltersOverlap();
  }
}

function checkExternal({ external }: StreamSource): void {
  if (external === undefined) return;
  if (/[*>]/.test(external.deliver)) throw apiErrors.externalDeliveryHasWildcards(external.deliver);
  if (external.api === '$JS.API') throw apiErrors.externalApiOverlap(external.api, '$JS.API');
}

const isStreamName = (name: string | undefined): name is string =>
  name !== undefined && name !== '' && !/[.*>\s\\/]/.test(name);

function checkSubjects({ subjects = [], no_ack = false }: StreamConfig): void {
  for (const [i, subject] of subjects.entries()) {
    if (!isValidPattern(subject)) throw invalid('invalid subject');
    if (!no_ack) {
      if (subject === '>') throw invalid('capturing all subjects requires no-ack to be true');
      if (takesIn(subject, apiSubjects) && !isWithin(subject, eventSubjects)) {
        throw invalid('subjects that overlap with jetstream api require no-ack to be true');
      }
      if (overlaps(subject, '$SYS.>') && !isWithin(subject, ['$SYS.ACCOUNT.>'])) {
        throw invalid('subjects that overlap with system api require no-ack to be true');
      }
    }
    const other = subjects.slice(0, i).find((earlier) => overlaps(earlier, subject));
    if (other !== undefined) throw invalid(`subject "${other}" overlaps with "${subject}"`);
  }
}

const takesIn = (subject: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => overlaps(subject, pattern));

const isWithin = (subject: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => subject.startsWith(pattern.slice(0, -1)));

function checkTransform({ subject_transform: transform }: StreamConfig): void {
  if (transform === undefined) return;
  const { src = '', dest = '' } = transform;
  if (src !== '' && !isValidPattern(src)) throw apiErrors.transformSourceInvalid(`invalid subject ${src}`);
  const fault = faultOf(src, dest);
  if (fault !== undefined) throw apiErrors.transformDestinationInvalid(fault);
}

function checkRepublish({ republish, subjects = [] }: StreamConfig): void {
  if (republish === undefined) return;
  const { src = '>', dest } = republish;
  if (subjects.some((subject) => overlaps(subject, asPattern(dest)))) {
    throw invalid('stream configuration for republish destination forms a cycle');
  }
  if (faultOf(src, dest) !== undefined) {
    throw invalid(`stream configuration for republish with transform from '${src}' to '${dest}' not valid`);
  }
}

function faultOf(source: string, destination: string): string | undefined {
  try {
    new SubjectTransform(source === '' ? '>' : source, destination);
    return undefined;
  } catch (error) {
    if (error instanceof TransformError) return error.message;
    throw error;
  }
}
