import type { ServerOptions } from '@skein/config';

/** The slice of the configuration that a gateway gets: everything but who may connect. */
export interface GatewayConfiguration extends Omit<ServerOptions, 'authorization'> {
  /** Somebody has to prove who they are: CONNECT goes to the auth-resolver. */
  authRequired: boolean;
  /** Likewise of those who come by WebSocket, which may have credentials of its own. */
  websocketAuthRequired: boolean;
  /** INFO carries a nonce to be signed. */
  nonceRequired: boolean;
}

/** What the data path looks at, from the configuration. Replaced whole by a reload. */
export interface Settings {
  readonly maxControlLineBytes: number;
  readonly maxPayloadBytes: number;
  readonly maxPendingBytes: number;
  readonly maxClosedClients: number;
  readonly maxSubscriptions: number;
  readonly maxSubscriptionTokens: number;
  readonly writeDeadlineMs: number;
  readonly pingIntervalMs: number;
  readonly pingMax: number;
  readonly firstPing: boolean;
  readonly authTimeoutMs: number;
  /** What holds for clients that come by WebSocket. */
  readonly websocket: WebsocketSettings;
  readonly authRequired: boolean;
  /** Those who don't say who they are come in as `no_auth_user`. */
  readonly mayStayNameless: boolean;
  readonly headers: boolean;
  readonly stallProducers: boolean;
  readonly trace: boolean;
  /** Longest traced part of a payload; 0: all of it. */
  readonly tracedBytesMax: number;
  /** Of traced messages the headers alone are shown. */
  readonly traceHeaders: boolean;
}

export interface WebsocketSettings {
  readonly authRequired: boolean;
  readonly authTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly mayStayNameless: boolean;
}

export function settingsFrom(configuration: GatewayConfiguration): Settings {
  return {
    maxControlLineBytes: configuration.maxControlLineBytes,
    maxPayloadBytes: configuration.maxPayloadBytes,
    maxPendingBytes: configuration.maxPendingBytes,
    maxClosedClients: configuration.maxClosedClients,
    maxSubscriptions: configuration.maxSubscriptions,
    maxSubscriptionTokens: configuration.maxSubscriptionTokens,
    writeDeadlineMs: configuration.writeDeadlineMs,
    pingIntervalMs: configuration.pingIntervalMs,
    pingMax: configuration.pingMax,
    firstPing: !configuration.disableShortFirstPing,
    authTimeoutMs: configuration.authTimeoutMs,
    websocket: {
      authRequired: configuration.websocketAuthRequired,
      authTimeoutMs: configuration.websocket?.authTimeoutMs ?? configuration.authTimeoutMs,
      pingIntervalMs: configuration.websocket?.pingIntervalMs ?? configuration.pingIntervalMs,
      mayStayNameless: (configuration.websocket?.noAuthUser ?? configuration.noAuthUser) !== undefined,
    },
    authRequired: configuration.authRequired,
    mayStayNameless: configuration.noAuthUser !== undefined,
    headers: !configuration.noHeaderSupport,
    stallProducers: !configuration.noFastProducerStall,
    trace: configuration.logging.trace,
    tracedBytesMax: configuration.logging.maxTracedMsgLenBytes,
    traceHeaders: configuration.logging.traceHeaders,
  };
}

/** The settings that differ by how a client came in. */
export function settingsOf(settings: Settings, kind: 'STANDARD' | 'WEBSOCKET'): WebsocketSettings {
  return kind === 'WEBSOCKET' ? settings.websocket : settings;
}
