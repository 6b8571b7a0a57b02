export { checkAccounts } from './check.ts';
export {
  type AccountDefinition,
  type AccountLimits,
  type Export,
  GLOBAL_ACCOUNT,
  type Import,
  type JetStreamLimits,
  type LatencySampling,
  type Mapping,
  type MappingDestination,
  newDefinition,
  RESPONSE_THRESHOLD_DEFAULT_MS,
  type ResponseType,
  type ServiceExport,
  type ServiceImport,
  type StreamExport,
  type StreamImport,
  type TraceDestination,
  unlimitedJetStream,
} from './definition.ts';
export { AccountGraph } from './graph.ts';
export { type CompiledMapping, Mapper, MappingError } from './mapper.ts';
export type {
  AccountCountedMessage,
  AccountGoneMessage,
  AccountMessage,
  AccountTokens,
  CountsSettledMessage,
  JetStreamAccountsAnswer,
  JetStreamAccountsMessage,
} from './messages.ts';
export type { ServiceWay, StreamWay, Way } from './ways.ts';
