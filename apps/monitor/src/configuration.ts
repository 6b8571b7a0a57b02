import type { ServerOptions } from '@skein/config';

/** The slice of the configuration that the monitor gets: everything but who may connect. */
export interface MonitorConfiguration extends Omit<ServerOptions, 'authorization'> {
  /** Somebody has to prove who they are. */
  authRequired: boolean;
}
