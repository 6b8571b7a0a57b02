import type { Connection } from '../connection.ts';

export function ping(connection: Connection): void {
  if (connection.gateway.heldPongs.hold(connection)) return;
  answerPing(connection);
}

export function answerPing(connection: Connection): void {
  connection.send('PONG\r\n');
  // The first PONG after CONNECT is followed by what the server now knows of the client.
  if (connection.connectInfoDue) {
    connection.connectInfoDue = false;
    connection.sendInfo();
  }
}

export function pong(connection: Connection): void {
  if (connection.pingsOut > 0) connection.rttMs = connection.gateway.runtime.now() - connection.pingSentMs;
  connection.pingsOut = 0;
}
