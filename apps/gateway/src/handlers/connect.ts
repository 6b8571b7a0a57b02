import { parseConnectOptions } from '../connect-options.ts';
import type { Connection } from '../connection.ts';

export function connect(connection: Connection, json: string): void {
  const { gateway } = connection;
  const options = parseConnectOptions(json, { ...connection.options, verbose: false, pedantic: false });
  if (options === undefined) {
    gateway.close(connection, 'Parse Error');
    return;
  }
  if (options.noResponders && !options.headers) {
    connection.sendError('no responders requires headers support');
    gateway.close(connection, 'No Responders Requires Headers');
    return;
  }
  connection.options = options;
  connection.connectReceived = true;
  connection.parser.headers = options.headers && gateway.settings.headers;
  options.headers = connection.parser.headers;
  if (connection.origin.cookies !== null && !hasCredentials(options)) Object.assign(options, connection.origin.cookies);
  gateway.admit(connection, json);
}

function hasCredentials(options: { user: string; authToken: string; jwt: string; nkey: string }): boolean {
  return options.user !== '' || options.authToken !== '' || options.jwt !== '' || options.nkey !== '';
}
