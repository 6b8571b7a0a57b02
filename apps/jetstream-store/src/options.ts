import type { CreateMember, MemberOptions } from '@skein/bus';
import type { ServerOptions } from '@skein/config/options';

export const component = 'jetstream-store';

/** What it reads of the configuration. */
export interface StoreConfiguration {
  logging?: ServerOptions['logging'];
  jetstream: { storeDir: string; domain?: string; syncIntervalMs: number };
  /** Accounts that have it. */
  jetStreamAccounts: string[];
}

export interface StoreOptions extends Omit<MemberOptions, 'component' | 'wantsInterest' | 'handlers' | 'limits'> {
  createMember: CreateMember;
  log: Log;
  logLinesDropped?(): number;
  /** A configuration is in force. */
  onConfigured?(configuration: StoreConfiguration): void;
  onShutdown(reason: string, refused: boolean): void;
}

export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
