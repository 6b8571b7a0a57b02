export { formatBytes } from './bytes.ts';
export { type Command, readCommandLine, SIGNALS, type SignalName, type SignalTarget } from './command-line.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { ConfigError } from './error.ts';
export type { JetStreamOptions, JetStreamServerLimits } from './jetstream-options.ts';
export { type ConfigIo, loadConfig, testConfig } from './load.ts';
export { notYet } from './not-yet.ts';
export type {
  AccountOptions,
  AuditOptions,
  AuthorizationOptions,
  CalloutOptions,
  ConnectionType,
  LoggingOptions,
  LoginOptions,
  MetricsOptions,
  MonitoringOptions,
  NkeyUser,
  PasswordUser,
  Permissions,
  ResponsePermission,
  ServerOptions,
  SkeinOptions,
  SubjectPermission,
  TlsOptions,
  User,
  WebsocketOptions,
} from './options.ts';
export { allUsers, CONNECTION_TYPES, defaultOptions, isBcrypt, isNkeyUser, NATS_VERSION } from './options.ts';
export { planReload, type ReloadChange, type ReloadPlan, withChoicesOf } from './reload.ts';
