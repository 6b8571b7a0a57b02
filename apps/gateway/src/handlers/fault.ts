import { errors } from '@skein/errors';
import type { ParseFault } from '@skein/protocol';
import type { Connection } from '../connection.ts';

/** A stream that can't be read on: what the client is told, and the end of it. */
export function fault(connection: Connection, kind: ParseFault, detail: string): void {
  const { gateway } = connection;
  gateway.counters.parseErrors++;
  switch (kind) {
    case 'unknown-operation':
    case 'bad-payload-end':
      gateway.log.error(`${connection.label()} - Client parser ERROR, proto='${JSON.stringify(detail)}...'`);
      // Over WebSocket the close frame's code says it.
      if (connection.origin.kind === 'STANDARD') connection.sendError(errors.unknownProtocolOperation.text);
      gateway.close(connection, 'Protocol Violation');
      break;
    case 'control-line-too-long':
      connection.sendError(errors.maximumControlLineExceeded.text);
      gateway.close(connection, 'Maximum Control Line Exceeded');
      break;
    case 'payload-too-large':
      gateway.log.error(`${connection.label()} - maximum payload exceeded: ${detail} vs ${connection.payloadBytesMax}`);
      connection.sendError(errors.maximumPayloadViolation.text);
      gateway.close(connection, 'Maximum Message Payload Exceeded');
      break;
    case 'headers-not-supported':
    case 'bad-arguments':
      gateway.close(connection, 'Parse Error');
      break;
  }
}
