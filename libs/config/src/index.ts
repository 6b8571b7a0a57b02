export { formatBytes } from './bytes.ts';
export { type Command, readCommandLine, type SignalName, type SignalTarget } from './command-line.ts';
export { formatDuration } from './duration.ts';
export type { JetStreamOptions, JetStreamServerLimits } from './jetstream-options.ts';
export { type ConfigIo, loadConfig } from './load.ts';
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
export { allUsers, defaultOptions, NATS_VERSION } from './options.ts';
export { planReload, type ReloadChange, type ReloadPlan, withChoicesOf } from './reload.ts';
