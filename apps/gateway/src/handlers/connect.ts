import { errors } from '@skein/errors';
import { type ConnectOptions, parseConnectOptions } from '../connect-options.ts';
import type { Connection } from '../connection.ts';

const PROTOCOL_MAX = 1;

export function connect(connection: Connection, json: string): void {
  const { gateway } = connection;
  const options = parseConnectOptions(json, connection.options);
  if (options === undefined) {
    gateway.close(connection, 'Protocol Violation');
    return;
  }
  // What it says of itself is known from here on, whatever becomes of it.
  connection.options = options;
  connection.toldServices = null;
  // Until it answers a PING, what it took to say CONNECT is all that is known.
  if (connection.rttMs === 0) connection.rttMs = gateway.runtime.now() - connection.startedMs;
  if (options.protocol < 0 || options.protocol > PROTOCOL_MAX) {
    connection.sendError(errors.invalidClientProtocol.text);
    gateway.close(connection, 'Bad Client Protocol Version');
    return;
  }
  options.headers &&= gateway.settings.headers;
  if (options.noResponders && !options.headers) {
    connection.sendError(errors.noRespondersRequiresHeaders.text);
    gateway.close(connection, 'No Responders Requires Headers');
    return;
  }
  if (options.account !== '' || options.newAccount) {
    gateway.admission.refuse(connection);
    return;
  }
  fillFromCookies(options, connection.origin.cookies ?? {});
  connection.parser.headers = options.headers;
  connection.connectReceived = true;
  // A first idea of it, as nats-server's: INFO went out, CONNECT came back. The first PING measures it.
  if (connection.rttMs === 0) connection.rttMs = gateway.runtime.now() - connection.startedMs;
  gateway.admission.admit(connection);
}

/** Cookies say what CONNECT leaves unsaid, each field by itself. */
function fillFromCookies(options: ConnectOptions, cookies: Partial<ConnectOptions>): void {
  for (const field of ['user', 'pass', 'authToken', 'jwt'] as const) {
    if (options[field] === '') options[field] = cookies[field] ?? '';
  }
}
