import type { Component, CreateMember, MemberSurroundings } from '@skein/bus';
import type {
  AccountOptions,
  AuthorizationOptions,
  LoggingOptions,
  SkeinOptions,
  TlsOptions,
  WebsocketOptions,
} from '@skein/config';
import type { Logger } from '@skein/log';
import type { TrustOptions } from '@skein/trust/options';
import type { BcryptWorker } from './passwords/bcrypt-queue.ts';

/** What this process is for on the bus. */
export const component: Component = 'auth-resolver';

type CertificateOptions = Pick<TlsOptions, 'verifyAndMap'>;

/** Users, and where they are. */
export interface DirectoryConfiguration {
  /** Of the global account. */
  authorization: AuthorizationOptions;
  accounts: AccountOptions[];
  /** Who a client is that shows nothing. */
  noAuthUser?: string;
  /** Of clients by TCP. */
  tls?: CertificateOptions;
  websocket?: Pick<WebsocketOptions, 'noAuthUser' | 'username' | 'password' | 'token'> & { tls?: CertificateOptions };
  /** A login that takes longer is of no use to anybody. */
  authTimeoutMs: number;
  logging?: LoggingOptions;
  skein?: Pick<SkeinOptions, 'logins' | 'audit'>;
}

/** The slice of the node's configuration that says who may connect. */
export interface AuthConfiguration extends DirectoryConfiguration {
  /** Operator mode: whom it trusts. */
  trust: TrustOptions;
  systemAccount?: string;
  noSystemAccount: boolean;
  host: string;
  serverTags: string[];
  serverMetadata: Record<string, string>;
  jetstream?: { domain?: string };
}

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface AuthResolverOptions extends MemberSurroundings {
  createMember: CreateMember;
  /** Called when the first bcrypt password is checked. */
  startBcryptWorker: () => BcryptWorker;
  /** Log lines lost so far. */
  logLinesDropped?(): number;
  log: Log;
  /** A configuration is in force from now on. */
  onConfigured(configuration: AuthConfiguration): void;
  /** The router asks for it, or refused this process for good. */
  onShutdown(reason: string, refused: boolean): void;
}
