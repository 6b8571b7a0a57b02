import type { Connection } from '../connection.ts';

export function ping(connection: Connection): void {
  if (connection.publishedRemotely && connection.gateway.holdPong(connection)) return;
  answerPing(connection);
}

export function answerPing(connection: Connection): void {
  connection.send('PONG\r\n');
  connection.firstPongSent = true;
}

export function pong(connection: Connection): void {
  if (connection.pingsOut > 0) connection.rttMs = connection.gateway.runtime.now() - connection.pingSentMs;
  connection.pingsOut = 0;
}
