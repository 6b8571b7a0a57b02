import { createServer, type Server, type Socket } from 'node:net';
import type { ChannelHandler, Runtime } from '@skein/bus';

import { type ListenerLog, listenOn, type TcpAddress } from './listening.ts';
import { RateLimit } from './rate-limit.ts';

import { type Securing, TlsOpening } from './tls-opening.ts';
import type { TlsSettings } from './tls-settings.ts';
import type { UpgradableChannel } from './upgradable-channel.ts';

/**
 * Gets each new connection. Nothing is read of it before `start`, and nothing at all of one that `throttled` marks: it
 * came too soon after others and is to be told so, and closed.
 */
export type AcceptTls = (
  channel: UpgradableChannel,
  socket: Socket,
  start: (handler: ChannelHandler, securing: Securing) => void,
  throttled: boolean,
) => void;

export interface TlsListenerParts {
  readonly settings: TlsSettings;
  readonly runtime: Runtime;
  readonly log: ListenerLog;
  readonly accept: AcceptTls;
}

/** Listens for clients that turn to TLS, before or after INFO, on the connection they came with. */
export class TlsListener {
  readonly #parts: TlsListenerParts;
  readonly #server: Server;
  #settings: TlsSettings;
  #rate: RateLimit;

  constructor(parts: TlsListenerParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#rate = new RateLimit(parts.settings.connectionRateLimit);
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#open(socket));
  }

  /** New certificates and rules, for connections from now on. */
  use(settings: TlsSettings): void {
    this.#settings = settings;
    this.#rate = new RateLimit(settings.connectionRateLimit);
  }

  listen(host: string, port: number, shared: boolean): Promise<TcpAddress> {
    return listenOn(this.#server, host, port, shared);
  }

  close(): void {
    this.#server.close();
  }

  #open(socket: Socket): void {
    const { runtime, log, accept } = this.#parts;
    // An error is followed by `close`, which says all that is needed.
    socket.on('error', () => {});
    const throttled = !this.#rate.admits(runtime.now());
    const opening = new TlsOpening(socket, this.#settings, runtime, log);
    accept(opening.channel, socket, (handler, securing) => opening.begin(handler, securing), throttled);
  }
}
