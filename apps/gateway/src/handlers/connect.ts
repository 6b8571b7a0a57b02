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
    connection.sendError('invalid client protocol');
    gateway.close(connection, 'Protocol Violation');
    return;
  }
  options.headers &&= gateway.settings.headers;
  if (options.noResponders && !options.headers) {
    connection.sendError('no responders requires headers support');
    gateway.close(connection, 'No Responders Requires Headers');
    return;
  }
  if (options.account !== '') {
    gateway.refuse(connection);
    return;
  }
  const { cookies } = connection.origin;
  if (cookies !== null && !hasCredentials(options)) Object.assign(options, cookies);
  connection.options = options;
  connection.parser.headers = options.headers;
  connection.connectReceived = true;
  gateway.admit(connection);
}

function hasCredentials(options: ConnectOptions): boolean {
  return options.user !== '' || options.authToken !== '' || options.jwt !== '' || options.nkey !== '';
}
