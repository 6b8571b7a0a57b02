import type { ServerOptions } from '@skein/config';
import type { Logger } from '@skein/log';
import { hostPort } from './address.ts';

export interface BannerFacts {
  version: string;
  runtime: string;
  serverName: string;
  serverId: string;
  configFile?: string;
  configDigest: string;
}

/** The first lines of a start, as nats-server prints them. */
export function logBanner(log: Logger, facts: BannerFacts): void {
  log.info('Starting nats-server');
  log.info(`  Version:  ${facts.version}`);
  log.info('  Git:      [not set]');
  log.debug(`  Runtime:  ${facts.runtime}`);
  log.info(`  Name:     ${facts.serverName}`);
  log.info(`  ID:       ${facts.serverId}`);
  if (facts.configFile !== undefined) log.info(`Using configuration file: ${facts.configFile} (${facts.configDigest})`);
}

/** What tools wait for, in nats-server's order: monitoring, WebSocket, clients, ready. */
export function logListening(log: Logger, options: ServerOptions): void {
  const { monitoring, websocket } = options;
  if (options.profPort > 0) log.info(`profiling port: ${options.profPort}`);
  if (monitoring.port > 0) log.info(`Starting http monitor on ${hostPort(monitoring.host, monitoring.port)}`);
  if (monitoring.httpsPort > 0)
    log.info(`Starting https monitor on ${hostPort(monitoring.host, monitoring.httpsPort)}`);
  if (websocket !== undefined) {
    const scheme = websocket.noTls ? 'ws' : 'wss';
    log.info(`Listening for websocket clients on ${scheme}://${hostPort(websocket.host, websocket.port)}`);
    if (websocket.noTls) log.warn('Websocket not configured with TLS. DO NOT USE IN PRODUCTION!');
  }
  log.info(`Listening for client connections on ${hostPort(options.host, options.port)}`);
  if (options.tls !== undefined) log.info('TLS required for client connections');
  log.info('Server is ready');
}
