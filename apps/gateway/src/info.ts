import type { NodeIdentity } from '@skein/bus';
import { NAMELESS_USER, systemAccountOf } from '@skein/config/options';
import type { Connection } from './connection.ts';
import type { GatewayConfiguration } from './settings.ts';

/** The revision of JetStream's API that clients may expect, as nats-server 2.15 says. */
const API_LEVEL = 5;

/**
 * INFO for one connection: what every client library reads, in nats-server's order. Sent first, and again when the
 * server knows whom it talks to, or when something changed.
 */
export function infoLine(
  connection: Connection,
  identity: NodeIdentity,
  configuration: GatewayConfiguration,
  port: number,
  instance: number,
): string {
  const { tls } = configuration;
  const advertised = splitAdvertise(configuration.clientAdvertise, configuration.host, port);
  const info: Record<string, unknown> = {
    server_id: identity.serverId,
    server_name: identity.serverName,
    version: identity.version,
    proto: 1,
    go: `node ${process.version}`,
    host: advertised.host,
    port: advertised.port,
    headers: !configuration.noHeaderSupport,
  };
  // A client that may come in without credentials is not asked for them before it has said who it is.
  if (
    configuration.authRequired &&
    (!isNoAuthUserNamed(configuration) || connection.greeted || connection.origin.kind !== 'STANDARD')
  ) {
    info.auth_required = true;
  }
  if (connection.origin.kind === 'WEBSOCKET') {
    if (connection.origin.tls !== null) {
      info.tls_required = true;
      info.tls_available = true;
    }
  } else if (tls !== undefined) {
    // Who has to be TLS from the first byte on is told so, even where the port serves others as well.
    if (!tls.allowNonTls || (tls.handshakeFirst !== false && !connection.greeted)) info.tls_required = true;
    if (tls.verify || tls.verifyAndMap) info.tls_verify = true;
    if (tls.allowNonTls) info.tls_available = true;
  }
  info.max_payload = connection.payloadBytesMax;
  if (configuration.jetstream !== undefined) info.jetstream = true;
  info.client_id = connection.cid;
  info.client_ip = connection.origin.host;
  if (connection.nonce !== '' && !connection.greeted) info.nonce = connection.nonce;
  if (connection.lameDuck) info.ldm = true;
  else if (connection.greeted) {
    info.connect_info = true;
    info.remote_account = connection.account?.name;
    if (connection.account?.name === systemAccountOf(configuration)) info.acc_is_sys = true;
  }
  if (configuration.jetstream?.domain !== undefined) info.domain = configuration.jetstream.domain;
  info.api_lvl = API_LEVEL;
  info.xkey = identity.xkey;
  // Which of several this is: for people and tools that look at the split.
  if (configuration.skein.gateways > 1) info.skein_gateway = instance;
  return `INFO ${JSON.stringify(info)} \r\n`;
}

function isNoAuthUserNamed({ noAuthUser }: GatewayConfiguration): boolean {
  return noAuthUser !== undefined && noAuthUser !== NAMELESS_USER;
}

/** `host`, `host:port` or `[v6]:port`; what is missing is the listener's own. */
function splitAdvertise(text: string | undefined, host: string, port: number): { host: string; port: number } {
  if (text === undefined || text === '') return { host, port };
  const [, bracketed, plain, number] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: number === undefined ? port : Number(number) };
}
