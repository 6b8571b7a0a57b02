export {
  Advisories,
  type Advisory,
  type AdvisoryClient,
  type AdvisoryOrigin,
} from './advisory/advisory.ts';
export { noticeAdvisory } from './advisory/notice-advisory.ts';
export {
  checkResetSequence,
  readPauseRequest,
  readResetRequest,
  readUnpinRequest,
} from './api/consumer-requests.ts';
export { readPageRequest } from './api/page-request.ts';
export {
  readDeleteRequest,
  readDirectRequest,
  readGetRequest,
  readInfoRequest,
  readPurgeRequest,
  readRestoreRequest,
  readSnapshotRequest,
  type SnapshotRequest,
} from './api/stream-requests.ts';
export { ApiError, apiErrors } from './api-error.ts';
export type { AckSubjectWriter } from './consumer/ack-subject.ts';
export { type Acknowledgement, type Delivery, isAcknowledged, parseAckSubject } from './consumer/acknowledgement.ts';
export { checkBesideOthers, checkConsumerConfig } from './consumer/check-consumer-config.ts';
export { checkConsumerUpdate, checkMove, withPause } from './consumer/check-consumer-update.ts';
export {
  Consumer,
  type ConsumerCounts,
  type ConsumerEffects,
} from './consumer/consumer.ts';
export { backUpConsumer, type ConsumerBackup, restoreConsumer } from './consumer/consumer-backup.ts';
export type { ConsumerConfig, RequestedConsumer } from './consumer/consumer-config.ts';
export { type CreateSubject, consumerName } from './consumer/consumer-name.ts';
export {
  type ConsumerOperation,
  decodeConsumerOperation,
  encodeConsumerOperation,
} from './consumer/consumer-operation.ts';
export { ConsumerState } from './consumer/consumer-state.ts';
export type { ConsumerTurn } from './consumer/consumer-turn.ts';
export { type DeadLetter, deadLetterSubject, letterFor, letterKey, type Sender } from './consumer/dead-letter.ts';
export type { Notice } from './consumer/notice.ts';
export { type ConsumerRequest, readConsumerRequest } from './consumer/read-consumer-config.ts';
export type {
  AccountOverview,
  ApiCounts,
  ConsumerRow,
  ConsumersAnswer,
  ConsumersQuestion,
  FindAnswer,
  FindQuestion,
  JetStreamOverview,
  JetStreamUsage,
  RowsAnswer,
  RowsQuestion,
  StreamDetail,
  StreamRow,
  StreamsAnswer,
  StreamsPosition,
  StreamsQuestion,
  StreamTrouble,
} from './monitoring.ts';
export {
  compareRows,
  rowOrders,
} from './monitoring.ts';
export { API_LEVEL, levelFault, requiresMore } from './stream/api-level.ts';
export { AtomicBatches, type BatchEnd, type Staged } from './stream/atomic-batches.ts';
export { BatchHeaders } from './stream/batch-headers.ts';
export { BatchOperation } from './stream/batch-operation.ts';
export { checkOrigins } from './stream/check-origins.ts';
export { checkStreamConfig } from './stream/check-stream-config.ts';
export { checkStreamUpdate } from './stream/check-stream-update.ts';
export {
  type AnswerPart,
  badDirectRequest,
  type DirectRequest,
  directGet,
  levelRequired,
  malformedRequest,
} from './stream/direct-get.ts';
export { FastBatches, FastMessage } from './stream/fast-batches.ts';
export { headerOf } from './stream/header-block.ts';
export { Intake, shortHash } from './stream/intake.ts';
export { getMessage, type MessageRequest, type MessageView } from './stream/message-get.ts';
export { applyOperation, type Operation } from './stream/operation.ts';
export {
  decodeOperation,
  encodeOperation,
  PUBLISH_HEAD_BYTES,
  type TimedOperation,
  writePublish,
} from './stream/operation-codec.ts';
export type { Original, OriginPosition } from './stream/original.ts';
export { refusePedantically } from './stream/pedantic.ts';
export type { Publication } from './stream/publication.ts';
export { ackOpening, PublishOutcome, pubAck, pubRefusal } from './stream/publish-outcome.ts';
export { readStreamRequest, type StreamRequest } from './stream/read-stream-config.ts';
export { sequenceAt } from './stream/sequence-at.ts';
export { type SourceInfo, type SourceProgress, sourceInfo } from './stream/source-info.ts';
export { type Interest, type Purge, Stream, type StreamEffects } from './stream/stream.ts';
export type { StreamConfig, StreamSource } from './stream/stream-config.ts';
export { type Page, type StateDetails, type StreamState, streamState } from './stream/stream-state.ts';
export { durationText, millisOf, NO_TIME, parseTime, timeText } from './time.ts';
