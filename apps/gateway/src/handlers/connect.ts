import { errors } from '@skein/errors';
import { type ConnectOptions, parseConnectOptions } from '../connect-options.ts';
import type { Connection } from '../connection.ts';

const PROTOCOL_MAX = 1;

export function connect(connection: Connection, json: string): void {
  const { gateway } = connection;
  const options = parseConnectOptions(json, connection.options);
  if (options === undefined) {
    gateway.close(connection, 'Parse Error');
    return;
  }
  if (options.protocol < 0 || options.protocol > PROTOCOL_MAX) {
    connection.sendError(errors.invalidClientProtocol.text);
    gateway.close(connection, 'Protocol Violation');
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
  const { cookies } = connection.origin;
  if (cookies !== null && !hasCredentials(options)) Object.assign(options, cookies);
  connection.options = options;
  connection.parser.headers = options.headers;
  connection.connectReceived = true;
  gateway.admission.admit(connection);
}

function hasCredentials(options: ConnectOptions): boolean {
  return options.user !== '' || options.authToken !== '' || options.jwt !== '' || options.nkey !== '';
}
