import type { Socket } from 'node:net';
import type { Runtime } from '@skein/bus';
import type { Origin } from './connection.ts';
import { openDoor } from './door.ts';
import type { Gateway, Log } from './gateway.ts';
import { hostOf } from './listening.ts';
import type { GatewayConfiguration } from './settings.ts';
import { TcpListener } from './tcp-listener.ts';
import type { TlsListener } from './tls-listener.ts';
import type { WebSocketListener } from './websocket-listener.ts';

export interface ListenerPorts {
  nats: number;
  websocket?: number;
}

/** Told to a client that came too soon after others. */
const THROTTLED = 'Connection throttling is active. Please try again later.';

/** WebSocket connections beside the clients allowed: those that have yet to ask, or are to be told that they can't stay. */
const UNASKED_MAX = 1024;

/** Where this gateway's clients come in, as the configuration has it: TCP or TLS, and WebSocket. */
export class Listeners {
  readonly #gateway: Gateway;
  readonly #runtime: Runtime;
  readonly #log: Log;
  #configuration: GatewayConfiguration;
  #clients: TcpListener | TlsListener | null = null;
  #websocket: WebSocketListener | null = null;
  readonly #ports: ListenerPorts = { nats: 0 };
  #closed = false;

  constructor(gateway: Gateway, configuration: GatewayConfiguration, runtime: Runtime, log: Log) {
    this.#gateway = gateway;
    this.#configuration = configuration;
    this.#runtime = runtime;
    this.#log = log;
  }

  /** Rejects when a port can't be had, or a certificate not be used. */
  async open(): Promise<ListenerPorts> {
    const { host, port, skein, tls, websocket } = this.#configuration;
    const shared = skein.gateways > 1;
    this.#clients = tls === undefined ? this.#tcp() : await this.#tls(tls);
    this.#ports.nats = (await this.#clients.listen(host, port, shared)).port;
    if (websocket === undefined) return this.#ports;
    this.#websocket = await this.#webSocket(websocket);
    this.#ports.websocket = (await this.#websocket.listen(websocket.host, Math.max(0, websocket.port), shared)).port;
    return this.#ports;
  }

  /** A reload: connections from now on find the certificates and rules that there are now. */
  use(configuration: GatewayConfiguration): void {
    const before = this.#configuration;
    this.#configuration = configuration;
    if (this.#closed) return;
    if (this.#clients !== null && 'use' in this.#clients && configuration.tls !== undefined) {
      this.#again(this.#useCertificates(this.#clients, configuration.tls));
    } else if ((before.tls === undefined) !== (configuration.tls === undefined)) {
      this.#again(this.#reopenClients());
    }
    // Its certificates may have changed without their names.
    if (configuration.websocket?.tls !== undefined || before.websocket?.tls !== undefined) {
      this.#again(this.#reopenWebSocket());
    }
  }

  /** What can't be used leaves things as they were. */
  #again(change: Promise<unknown>): void {
    change.catch((error: Error) => this.#log.error(`Error listening on port: ${error.message}`));
  }

  async #useCertificates(listener: TlsListener, tls: NonNullable<GatewayConfiguration['tls']>): Promise<void> {
    const { tlsSettings } = await import('./tls-settings.ts');
    listener.use(tlsSettings(tls));
  }

  /** From clear text to TLS or back: another listener on the same port. Those who are connected stay as they came. */
  async #reopenClients(): Promise<void> {
    const { host, skein, tls } = this.#configuration;
    const next = tls === undefined ? this.#tcp() : await this.#tls(tls);
    this.#clients?.close();
    this.#clients = next;
    await next.listen(host, this.#ports.nats, skein.gateways > 1);
  }

  async #reopenWebSocket(): Promise<void> {
    const { websocket, skein } = this.#configuration;
    if (websocket === undefined || this.#ports.websocket === undefined) return;
    const next = await this.#webSocket(websocket);
    this.#websocket?.close();
    this.#websocket = next;
    await next.listen(websocket.host, this.#ports.websocket, skein.gateways > 1);
  }

  /** Nobody new comes in; those who are there stay. */
  close(): void {
    this.#closed = true;
    this.#clients?.close();
    this.#websocket?.close();
  }

  #tcp(): TcpListener {
    return new TcpListener((channel, socket, start) => {
      openDoor(this.#gateway, channel, originOf(socket), this.#configuration.nonceRequired, start);
    });
  }

  /** TLS, WebSocket and HTTP are loaded only where they are used: each costs a start as much as all the rest. */
  async #tls(options: NonNullable<GatewayConfiguration['tls']>): Promise<TlsListener> {
    const [listener, { tlsSettings }] = await Promise.all([import('./tls-listener.ts'), import('./tls-settings.ts')]);
    const gateway = this.#gateway;
    const settings = tlsSettings(options);
    const required = !settings.allowNonTls || settings.handshakeFirst !== false;
    return new listener.TlsListener({
      settings,
      runtime: this.#runtime,
      log: this.#log,
      accept: (channel, socket, start, throttled) => {
        openDoor(gateway, channel, originOf(socket), this.#configuration.nonceRequired, (connection) => {
          if (throttled && !connection.isClosed) {
            connection.sendError(THROTTLED);
            gateway.close(connection, 'Maximum Connections Exceeded');
          }
          // The time to say who one is begins with the end of the handshake, which has a time of its own.
          if (required) connection.authTimer?.cancel();
          start(connection, {
            label: () => connection.label(),
            secured: (tls) => {
              connection.tls = tls;
              connection.authTimer?.cancel();
              gateway.admission.begin(connection);
            },
            unsecured: () => gateway.close(connection, 'TLS Handshake Failure'),
          });
        });
      },
    });
  }

  async #webSocket(options: NonNullable<GatewayConfiguration['websocket']>): Promise<WebSocketListener> {
    const { maxConnections, maxPayloadBytes } = this.#configuration;
    const [module, { tlsSettings }] = await Promise.all([
      import('./websocket-listener.ts'),
      import('./tls-settings.ts'),
    ]);
    return new module.WebSocketListener({
      options,
      tls: options.noTls || options.tls === undefined ? null : tlsSettings(options.tls),
      maxPayloadBytes,
      connectionsMax: maxConnections <= 0 ? Number.MAX_SAFE_INTEGER : maxConnections + UNASKED_MAX,
      runtime: this.#runtime,
      log: this.#log,
      accept: (channel, origin, start) => {
        openDoor(this.#gateway, channel, origin, this.#configuration.nonceRequired, start);
      },
    });
  }
}

function originOf(socket: Socket): Origin {
  return {
    host: hostOf(socket.remoteAddress),
    port: socket.remotePort ?? 0,
    kind: 'STANDARD',
    tls: null,
    cookies: null,
  };
}
