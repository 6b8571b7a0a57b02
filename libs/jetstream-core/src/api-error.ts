/** Why a request to `$JS.API.>` is refused, as its answer says it (ADR-1, ADR-7). */
export class ApiError extends Error {
  override name = 'ApiError';
  /** As HTTP's. */
  readonly code: number;
  /** Which error it is: what clients match on. */
  readonly errorCode: number;
  /** What there is to say beyond nats-server's words, which clients look for. */
  readonly detail: string | undefined;

  constructor(code: number, errorCode: number, description: string, detail?: string) {
    super(description);
    this.code = code;
    this.errorCode = errorCode;
    this.detail = detail;
  }

  toJSON(): { code: number; err_code: number; description: string; detail?: string } {
    const { code, errorCode: err_code, message: description, detail } = this;
    return { code, err_code, description, ...(detail !== undefined && { detail }) };
  }
}

const fixed = (code: number, errorCode: number, description: string) => (): ApiError =>
  new ApiError(code, errorCode, description);
const about =
  (code: number, errorCode: number, describe: (detail: string) => string) =>
  (detail: string): ApiError =>
    new ApiError(code, errorCode, describe(detail));
const says = (detail: string): string => detail;
/** With the reason in figures beside the words. */
const explained = (code: number, errorCode: number, description: string) => (detail: string) =>
  new ApiError(code, errorCode, description, detail);

/** What is about consumers. */
const consumerErrors = {
  consumerCreateFailed: about(500, 10012, says),
  consumerNotFound: fixed(404, 10014, 'consumer not found'),
  consumerNameMismatch: fixed(400, 10017, 'consumer name in subject does not match durable name in request'),
  consumerNotDurable: fixed(400, 10018, 'consumer expected to be durable but a durable name was not set'),
  consumerNotEphemeral: fixed(400, 10020, 'consumer expected to be ephemeral but a durable name was set in request'),
  consumersTooMany: fixed(400, 10026, 'maximum consumers limit reached'),
  deliverHasWildcards: fixed(400, 10079, 'consumer deliver subject has wildcards'),
  waitingNotPull: fixed(400, 10080, 'consumer in push mode can not set max waiting'),
  deliverCycle: fixed(400, 10081, 'consumer deliver subject forms a cycle'),
  pendingNeedsAck: fixed(400, 10082, 'consumer requires ack policy for max ack pending'),
  heartbeatTooShort: fixed(400, 10083, 'consumer idle heartbeat needs to be >= 100ms'),
  pullNeedsAck: fixed(400, 10084, 'consumer in pull mode requires explicit ack policy on workqueue stream'),
  rateNotPush: fixed(400, 10086, 'consumer in pull mode can not have rate limit set'),
  heartbeatNotPush: fixed(400, 10088, 'consumer idle heartbeat requires a push based consumer'),
  flowNotPush: fixed(400, 10089, 'consumer flow control requires a push based consumer'),
  consumerDirectNotPush: fixed(400, 10090, 'consumer direct requires a push based consumer'),
  consumerDirectDurable: fixed(400, 10091, 'consumer direct requires an ephemeral consumer'),
  deliverPolicyInvalid: about(400, 10094, says),
  samplingInvalid: about(400, 10095, (reason) => `failed to parse consumer sampling configuration: ${reason}`),
  workQueueNeedsAck: fixed(400, 10098, 'workqueue stream requires explicit ack'),
  workQueueUnfiltered: fixed(400, 10099, 'multiple non-filtered consumers not allowed on workqueue stream'),
  workQueueNotUnique: fixed(400, 10100, 'filtered consumer not unique on workqueue stream'),
  workQueueNeedsAll: fixed(400, 10101, 'consumer must be deliver all on workqueue stream'),
  consumerDescriptionTooLong: (max: number): ApiError =>
    new ApiError(400, 10107, `consumer description is too long, maximum allowed is ${max}`),
  flowNeedsHeartbeat: fixed(400, 10108, 'consumer with flow control also needs heartbeats'),
  deliverInvalid: fixed(400, 10112, 'invalid push consumer deliver subject'),
  expiresTooShort: fixed(400, 10115, 'consumer max request expires needs to be >= 1ms'),
  backoffTooLong: fixed(400, 10116, 'max deliver is required to be > length of backoff values'),
  ackPendingExceeds: (max: number): ApiError =>
    new ApiError(400, 10121, `consumer max ack pending exceeds system limit of ${max}`),
  consumerNamePath: fixed(400, 10127, 'Consumer name can not contain path separators'),
  filterMismatch: fixed(400, 10131, 'Consumer create request did not match filtered subject from create subject'),
  consumerMetadataTooLong: fixed(400, 10135, 'consumer metadata exceeds maximum size of 128KB'),
  filterTwice: fixed(400, 10136, 'consumer cannot have both FilterSubject and FilterSubjects specified'),
  filtersNotInSubject: fixed(400, 10137, 'consumer with multiple subject filters cannot use subject based API'),
  filtersOverlap: fixed(400, 10138, 'consumer subject filters cannot overlap'),
  filterEmpty: fixed(400, 10139, 'consumer filter in FilterSubjects cannot be empty'),
  consumerNameInUse: fixed(400, 10013, 'consumer name already in use'),
  consumerExists: fixed(400, 10148, 'consumer already exists'),
  consumerMissing: fixed(400, 10149, 'consumer does not exist'),
  batchExceeds: (max: number): ApiError =>
    new ApiError(400, 10125, `consumer max request batch exceeds server limit of ${max}`),
  inactiveExceeds: about(400, 10153, (max) => `consumer inactive threshold exceeds system limit of ${max}`),
  pedantic: about(400, 10157, (detail) => `pedantic mode: ${detail}`),
  policyWithoutGroups: fixed(400, 10159, 'Setting PriorityPolicy requires at least one PriorityGroup to be set'),
  groupNotFound: fixed(400, 10160, 'Provided priority group does not exist for this consumer'),
  groupEmpty: fixed(400, 10161, 'Group name cannot be an empty string'),
  groupInvalid: fixed(
    400,
    10162,
    'Valid priority group name must match A-Z, a-z, 0-9, -_/=)+ and may not exceed 16 characters',
  ),
  groupsNotPull: fixed(400, 10178, 'priority groups can not be used with push consumers'),
  ackWaitNegative: fixed(400, 10183, 'consumer ack wait needs to be positive'),
  backoffNegative: fixed(400, 10184, 'consumer backoff needs to be positive'),
  groupsWithoutPolicy: fixed(400, 10196, 'consumer can not have priority groups when policy is none'),
  pinTimeoutWithoutPolicy: fixed(400, 10197, 'PinnedTTL cannot be set when PriorityPolicy is none'),
  resetInvalid: about(400, 10204, (reason) => `invalid reset: ${reason}`),
  mirrorConsumerInvalid: fixed(400, 10213, 'stream mirror consumer config is invalid'),
  mirrorConsumerNotByFlow: fixed(400, 10214, 'stream mirror consumer requires flow control ack policy'),
  sourceConsumerInvalid: fixed(400, 10215, 'stream source consumer config is invalid'),
  sourceConsumerDuplicate: fixed(400, 10216, 'duplicate stream source consumer detected'),
  sourceConsumerNotByFlow: fixed(400, 10217, 'stream source consumer requires flow control ack policy'),
  flowAckNotPush: fixed(400, 10218, 'flow control ack policy requires a push based consumer'),
  flowAckNeedsPending: fixed(400, 10220, 'flow control ack policy requires max ack pending'),
  flowAckHasWait: fixed(400, 10221, 'flow control ack policy requires unset ack wait'),
  flowAckHasMaxDeliver: fixed(400, 10222, 'flow control ack policy requires unset max deliver'),
  /** Of the configuration, as it is. */
  consumerNameInvalid: fixed(500, 10052, "consumer name can not contain '.', '*', '>', '\\', '/'"),
} as const;

/** The catalogue, by nats-server's codes. */
export const apiErrors = {
  ...consumerErrors,
  accountExceeded: fixed(400, 10002, 'resource limits exceeded for account'),
  temporarilyUnavailable: fixed(503, 10008, 'JetStream system temporarily unavailable'),
  badRequest: fixed(400, 10003, 'bad request'),
  clusterRequired: fixed(503, 10010, 'JetStream clustering support required'),
  insufficientResources: explained(503, 10023, 'insufficient resources'),
  streamsTooMany: fixed(400, 10027, 'maximum number of streams reached'),
  insufficientMemory: explained(500, 10028, 'insufficient memory resources available'),
  deliverSubjectInvalid: fixed(400, 10015, 'deliver subject not valid'),
  externalApiOverlap: (prefix: string, subject: string): ApiError =>
    new ApiError(400, 10021, `stream external api prefix ${prefix} must not overlap with ${subject}`),
  externalDeliveryHasWildcards: about(
    400,
    10024,
    (prefix) => `stream external delivery prefix ${prefix} must not contain wildcards`,
  ),
  invalidJson: about(400, 10025, (detail) => `invalid JSON: ${detail}`),
  mirrorMessageTooLarge: fixed(400, 10030, 'stream mirror must have max message size >= source'),
  sourceMessageTooLarge: fixed(400, 10046, 'stream source must have max message size >= target'),
  mirrorWithSources: fixed(400, 10031, 'stream mirrors can not also contain other sources'),
  mirrorWithSubjects: fixed(400, 10034, 'stream mirrors can not contain subjects'),
  streamInvalidConfig: about(500, 10052, says),
  /** For the filters of mirrors and sources. */
  streamCreateFailed: about(500, 10049, says),
  streamMismatch: fixed(400, 10056, 'stream name in subject does not match request'),
  replicasNotSupported: fixed(500, 10074, 'replicas > 1 not supported in non-clustered mode'),
  streamNamePath: fixed(400, 10128, 'Stream name can not contain path separators'),
  replicasNegative: fixed(400, 10133, 'replicas count cannot be negative'),
  bodyNotEmpty: fixed(400, 10038, 'expected an empty request payload'),
  notEnabledForAccount: fixed(503, 10039, 'JetStream not enabled for account'),
  insufficientStorage: explained(500, 10047, 'insufficient storage resources available'),
  snapshotFailed: about(500, 10064, (reason) => `snapshot failed: ${reason}`),
  streamNameTaken: fixed(400, 10058, 'stream name already in use with a different configuration'),
  subjectsOverlap: fixed(400, 10065, 'subjects overlap with an existing stream'),
  maxBytesRequired: fixed(400, 10113, 'account requires a stream config to have max bytes set'),
  noTier: fixed(400, 10120, 'no JetStream default or applicable tiered limit present'),
  streamBytesExceed: fixed(400, 10122, 'stream max bytes exceeds account limit max stream bytes'),
  tooManyRequests: fixed(429, 10167, 'too many requests'),
  messageNotFound: fixed(404, 10037, 'no message found'),
  sequenceNotFound: (sequence: number): ApiError => new ApiError(400, 10043, `sequence ${sequence} not found`),
  headersTooLarge: fixed(400, 10097, 'header size exceeds maximum allowed of 64k'),
  messageTooLarge: fixed(400, 10054, 'message size exceeds maximum allowed'),
  mirrorNotUpdatable: fixed(400, 10055, 'stream mirror configuration can not be updated'),
  messageDeleteDenied: fixed(500, 10057, 'message delete not permitted'),
  streamNotFound: fixed(404, 10059, 'stream not found'),
  expectedStreamDiffers: fixed(400, 10060, 'expected stream does not match'),
  wrongLastMessageId: about(400, 10070, (id) => `wrong last msg ID: ${id}`),
  wrongLastSequence: (last: number): ApiError => new ApiError(400, 10071, `wrong last sequence: ${last}`),
  /** A limit that turns messages away. */
  streamStoreFailed: about(503, 10077, says),
  streamRestoreFailed: about(500, 10062, (reason) => `restore failed: ${reason}`),
  streamNotRestorable: fixed(400, 10130, 'stream name already in use, cannot restore'),
  streamSealed: fixed(400, 10109, 'invalid operation on sealed stream'),
  purgeDenied: fixed(500, 10110, 'stream purge not permitted'),
  rollupFailed: about(500, 10111, says),
  sourceDuplicate: fixed(400, 10140, 'duplicate source configuration detected'),
  sourceNameInvalid: fixed(400, 10141, 'sourced stream name is invalid'),
  mirrorNameInvalid: fixed(400, 10142, 'mirrored stream name is invalid'),
  mirrorFirstSequence: fixed(400, 10143, 'stream mirrors can not have first sequence configured'),
  sourceTransformInvalid: about(400, 10146, (detail) => `source transform: ${detail}`),
  sourceFilterAndTransforms: fixed(
    400,
    10144,
    'source with multiple subject transforms cannot also have a single subject filter',
  ),
  sourceTransformSourceInvalid: about(400, 10145, (detail) => `source transform source: ${detail}`),
  mirrorTransformSourceInvalid: about(400, 10151, (detail) => `mirror transform source: ${detail}`),
  mirrorFiltersOverlap: fixed(400, 10152, 'mirror subject filters can not overlap'),
  mirrorTransformInvalid: about(400, 10154, (detail) => `mirror transform: ${detail}`),
  sourceFiltersOverlap: fixed(400, 10147, 'source filters can not overlap'),
  mirrorFilterAndTransforms: fixed(
    400,
    10150,
    'mirror with multiple subject transforms cannot also have a single subject filter',
  ),
  transformSourceInvalid: about(400, 10155, (detail) => `stream transform source: ${detail}`),
  transformDestinationInvalid: about(400, 10156, (detail) => `stream transform: ${detail}`),
  /** A batch that expects what it changes itself. */
  wrongLastSequenceInBatch: fixed(400, 10164, 'wrong last sequence'),
  ttlInvalid: fixed(400, 10165, 'invalid per-message TTL'),
  ttlDisabled: fixed(400, 10166, 'per-message TTL is disabled'),
  countersDisabled: fixed(400, 10168, 'message counters is disabled'),
  incrementMissing: fixed(400, 10169, 'message counter increment is missing'),
  counterHasPayload: fixed(400, 10170, 'message counter has payload'),
  incrementInvalid: fixed(400, 10171, 'message counter increment is invalid'),
  mirrorWithCounters: fixed(400, 10173, 'stream mirrors can not also calculate counters'),
  batchDisabled: fixed(400, 10174, 'atomic publish is disabled'),
  batchSequenceMissing: fixed(400, 10175, 'atomic publish sequence is missing'),
  batchIncomplete: fixed(400, 10176, 'atomic publish batch is incomplete'),
  batchHeaderUnsupported: about(400, 10177, (name) => `atomic publish unsupported header used: ${name}`),
  batchIdInvalid: fixed(400, 10179, 'atomic publish batch ID is invalid'),
  mirrorWithSchedules: fixed(400, 10186, 'stream mirrors can not also schedule messages'),
  sourceWithSchedules: fixed(400, 10187, 'stream source can not also schedule messages'),
  levelRequired: fixed(412, 10185, 'JetStream minimum api level required'),
  schedulesDisabled: fixed(400, 10188, 'message schedules is disabled'),
  schedulePatternInvalid: fixed(400, 10189, 'message schedules pattern is invalid'),
  scheduleTargetInvalid: fixed(400, 10190, 'message schedules target is invalid'),
  scheduleTtlInvalid: fixed(400, 10191, 'message schedules invalid per-message TTL'),
  scheduleRollupInvalid: fixed(400, 10192, 'message schedules invalid rollup'),
  expectedSubjectSequenceMissing: fixed(400, 10193, 'missing sequence for expected last sequence per subject'),
  mirrorWithAtomic: fixed(400, 10198, 'stream mirrors can not also use atomic publishing'),
  batchTooLarge: (max: number): ApiError => new ApiError(400, 10199, `atomic publish batch is too large: ${max}`),
  batchCommitInvalid: fixed(400, 10200, 'atomic publish batch commit is invalid'),
  batchDuplicateId: fixed(400, 10201, 'atomic publish batch contains duplicate message id'),
  scheduleSourceInvalid: fixed(400, 10203, 'message schedules source is invalid'),
  fastBatchDisabled: fixed(400, 10205, 'batch publish is disabled'),
  fastBatchPatternInvalid: fixed(400, 10206, 'batch publish pattern is invalid'),
  fastBatchIdInvalid: fixed(400, 10207, 'batch publish ID is invalid'),
  fastBatchUnknown: fixed(400, 10208, 'batch publish ID unknown'),
  mirrorWithBatches: fixed(400, 10209, 'stream mirrors can not also use batch publishing'),
  batchesTooMany: fixed(429, 10210, 'atomic publish too many inflight'),
  fastBatchesTooMany: fixed(429, 10211, 'batch publish too many inflight'),
  schedulerInvalid: fixed(400, 10212, 'message schedules invalid scheduler'),
  scheduleZoneInvalid: fixed(400, 10223, 'message schedules time zone is invalid'),
} as const;
