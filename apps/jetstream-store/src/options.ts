import type { CreateMember, MemberSurroundings } from '@skein/bus';
import type { JetStreamOptions } from '@skein/config/jetstream';
import type { ServerOptions } from '@skein/config/options';
import type { Files } from '@skein/journal';
import type { ShardStoreOptions } from '@skein/storage';
import type { DiskSpaceOptions } from './disk-space.ts';

export const component = 'jetstream-store';

/** What the router sends, as far as it is read here. */
export type StoreConfiguration = Partial<ServerOptions> & { jetstream: JetStreamOptions };

export interface StoreOptions extends MemberSurroundings {
  createMember: CreateMember;
  log: Log;
  logLinesDropped?(): number;
  /** A configuration is in force. */
  onConfigured?(configuration: Pick<ServerOptions, 'logging'>): void;
  /** Default: the machine's. */
  files?: Files;
  openDatabase?: ShardStoreOptions['open'];
  lookAtDisk?: DiskSpaceOptions['look'];
  /** It has been dealt a seat, or another store has gone. */
  onSeatsChanged?(): void;
  onShutdown(reason: string, refused: boolean): void;
}

export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
