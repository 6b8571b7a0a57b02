export type {
  AuthorizationOptions,
  ConnectionType,
  LoggingOptions,
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
export { defaultOptions, isBcrypt, isNkeyUser } from './options.ts';
