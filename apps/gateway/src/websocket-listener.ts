import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ChannelHandler, Runtime, Timer } from '@skein/bus';
import type { WebsocketOptions } from '@skein/config';
import { WebSocketServer } from 'ws';
import type { Origin } from './connection.ts';

import { hostOf, type ListenerLog, listenOn, type TcpAddress } from './listening.ts';

import { failureText } from './tls-opening.ts';
import type { TlsSettings } from './tls-settings.ts';
import { pinFailure, tlsStateOf } from './tls-state.ts';
import { WebSocketChannel } from './websocket-channel.ts';
import { cookieCredentials } from './websocket-cookies.ts';
import { OriginRules } from './websocket-origin.ts';
import { forwardedFor, pathOf, type Refusal, upgradeRefusal } from './websocket-request.ts';

/** Messages that a client may send in one frame besides one of the largest size. */
const FRAME_BYTES_BEYOND_PAYLOAD = 16 * 1024 * 1024;
/** How long a client has to answer a close frame. */
const CLOSE_TIMEOUT_MS = 1000;

export interface WebSocketOrigin extends Origin {
  /** The client that a proxy speaks for, shown in logs in front of `host`; '' for none. */
  readonly forwardedFor: string;
}

export interface WebSocketListenerParts {
  readonly options: WebsocketOptions;
  /** Of `options.tls`; null serves `ws://`. */
  readonly tls: TlsSettings | null;
  /** Bounds what is kept of one incoming WebSocket message; less than 0 is no bound of its own. */
  readonly maxPayloadBytes: number;
  /** Of TCP connections, those that have yet to ask for their upgrade included; beyond, they are dropped. */
  readonly connectionsMax: number;
  readonly runtime: Runtime;
  readonly log: ListenerLog;
  /** Gets each new connection. Nothing is read of it before `start`. */
  readonly accept: (
    channel: WebSocketChannel,
    origin: WebSocketOrigin,
    start: (handler: ChannelHandler) => void,
  ) => void;
}

/** Listens for WebSocket clients: HTTP up to the upgrade, the NATS protocol in frames after it. */
export class WebSocketListener {
  readonly #parts: WebSocketListenerParts;
  readonly #server: Server;
  readonly #origins: OriginRules;
  readonly #upgrader: WebSocketServer;
  /** Connections that have yet to ask for their upgrade. */
  readonly #waiting = new WeakMap<Duplex, Timer>();

  constructor(parts: WebSocketListenerParts) {
    this.#parts = parts;
    const { options, tls } = parts;
    this.#origins = new OriginRules(options, tls !== null);
    this.#upgrader = createUpgrader(parts);
    this.#server = tls === null ? createServer() : createTlsServer(tls);
    this.#server.maxConnections = parts.connectionsMax;
    this.#server.on(tls === null ? 'connection' : 'secureConnection', (socket: Duplex) => this.#connected(socket));
    this.#server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      // Of a connection that is gone already the address is unknown.
      const from = socket.remotePort === undefined ? '' : ` from ${addressOf(socket)}`;
      parts.log.error(`websocket: TLS handshake error${from}: ${failureText(error)}`);
    });
    this.#server.on('request', (request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  listen(host: string, port: number, shared: boolean): Promise<TcpAddress> {
    return listenOn(this.#server, host, port, shared);
  }

  /** Takes no more connections; those there are stay. */
  close(): void {
    this.#server.close();
  }

  #connected(socket: Duplex): void {
    const { options, tls, runtime, log } = this.#parts;
    if (socket instanceof TLSSocket && tls !== null) {
      const unpinned = pinFailure(socket.getPeerX509Certificate(), tls.pinnedCerts);
      if (unpinned !== undefined) {
        log.error(`websocket: TLS handshake error from ${addressOf(socket)}: certificate not pinned`);
        socket.destroy();
        return;
      }
    }
    const timer = runtime.setTimer(options.handshakeTimeoutMs, () => socket.destroy());
    this.#waiting.set(socket, timer);
    socket.once('close', () => timer.cancel());
  }

  /** A request that asks for no upgrade. */
  #answer(request: IncomingMessage, response: ServerResponse): void {
    const refusal = upgradeRefusal(request, this.#origins) ?? NO_UPGRADE;
    this.#logRefusal(request, refusal);
    response.writeHead(refusal.status, refusalHeaders(refusal));
    response.end(refusalBody(refusal));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = upgradeRefusal(request, this.#origins);
    if (refusal !== undefined) {
      this.#logRefusal(request, refusal);
      refuseUpgrade(socket, refusal);
      return;
    }
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      this.#waiting.get(socket)?.cancel();
      if (pathOf(request) === '/leafnode') {
        this.#parts.log.error('Not configured to accept leaf node connections');
        webSocket.terminate();
        return;
      }
      const channel = new WebSocketChannel(webSocket);
      this.#parts.accept(channel, this.#originOf(request), (handler) => channel.attach(handler));
    });
  }

  #originOf(request: IncomingMessage): WebSocketOrigin {
    const { socket } = request;
    return {
      host: hostOf(socket.remoteAddress),
      port: socket.remotePort ?? 0,
      kind: 'WEBSOCKET',
      tls: socket instanceof TLSSocket ? tlsStateOf(socket, false) : null,
      cookies: cookieCredentials(request.headers.cookie, this.#parts.options),
      forwardedFor: forwardedFor(request),
    };
  }

  #logRefusal(request: IncomingMessage, refusal: Refusal): void {
    this.#parts.log.error(`${addressOf(request.socket)} - websocket handshake error: ${refusal.error}`);
  }
}

function createTlsServer(tls: TlsSettings): Server {
  return createSecureServer({
    ...tls.contextOptions,
    requestCert: tls.verify,
    rejectUnauthorized: tls.verify,
    handshakeTimeout: tls.timeoutMs,
    // HTTP/2 has no upgrade.
    ALPNProtocols: ['http/1.1'],
  });
}

function createUpgrader({ options, maxPayloadBytes }: WebSocketListenerParts): WebSocketServer {
  const settings = {
    noServer: true,
    clientTracking: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    maxPayload: Math.max(0, maxPayloadBytes) + FRAME_BYTES_BEYOND_PAYLOAD,
    // The NATS protocol has no text: nothing need be UTF-8, whatever the frame's type.
    skipUTF8Validation: true,
    perMessageDeflate: options.compression && { serverNoContextTakeover: true, clientNoContextTakeover: true },
    handleProtocols: () => false as const,
  };
  const upgrader = new WebSocketServer(settings);
  upgrader.on('headers', (lines) => {
    for (const [name, value] of Object.entries(options.headers)) lines.push(`${name}: ${value}`);
  });
  return upgrader;
}

const NO_UPGRADE: Refusal = { status: 400, error: "invalid value for header 'Upgrade'" };

const refusalBody = ({ status }: Refusal): string => `${STATUS_CODES[status]}\n`;

const refusalHeaders = (refusal: Refusal) => ({
  'Content-Type': 'text/plain; charset=utf-8',
  'Sec-Websocket-Version': '13',
  'X-Content-Type-Options': 'nosniff',
  'Content-Length': refusalBody(refusal).length,
  Connection: 'close',
});

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const lines = Object.entries(refusalHeaders(refusal)).map(([name, value]) => `${name}: ${value}`);
  // A peer that is gone already is no concern of ours.
  socket.on('error', () => {});
  const head = [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`, ...lines, '', ''].join('\r\n');
  socket.end(head + refusalBody(refusal), () => socket.destroy());
}

function addressOf({ remoteAddress, remotePort }: { remoteAddress?: string; remotePort?: number }): string {
  return `${hostOf(remoteAddress)}:${remotePort ?? 0}`;
}
