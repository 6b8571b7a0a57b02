import type { Connection } from './connection.ts';
import type { Message } from './deliver.ts';
import type { Settings } from './settings.ts';

/** What a traced CONNECT must not show. */
const SECRET_FIELDS = new Set(['pass', 'password', 'auth_token', 'token', 'seed']);

/** Protocol lines as they come and go, in nats-server's form. Asked for by `trace: true`; costs a check where it isn't. */
export function traceIn(connection: Connection, line: string): void {
  connection.gateway.log.trace(`${connection.label()} - <<- [${line}]`);
}

export function traceConnect(connection: Connection, json: string): void {
  traceIn(connection, `CONNECT ${withoutSecrets(json)}`);
}

/** Written anew from what it means: a name can be spelled in more ways than a pattern over the text would find. */
function withoutSecrets(json: string): string {
  try {
    return JSON.stringify(
      JSON.parse(json, (name, value) => (SECRET_FIELDS.has(name.toLowerCase()) ? '[REDACTED]' : value)),
    );
  } catch {
    return '[not JSON]';
  }
}

export function traceOut(connection: Connection, line: string): void {
  connection.gateway.log.trace(`${connection.label()} - ->> [${line}]`);
}

export function tracePublish(connection: Connection, message: Message): void {
  traceIn(connection, messageLine('PUB', subjectOf(message), message, message.headerBytes > 0));
  tracePayload(connection, '<<-', message, message.headerBytes);
}

export function traceDelivery(connection: Connection, sid: string, message: Message, withHeaders: boolean): void {
  traceOut(connection, messageLine('MSG', `${subjectOf(message)} ${sid}`, message, withHeaders));
  tracePayload(connection, '->>', message, withHeaders ? message.headerBytes : 0);
}

function subjectOf({ subject, subjectStart, subjectEnd }: Message): string {
  return subject.toString('utf8', subjectStart, subjectEnd);
}

function messageLine(verb: string, head: string, message: Message, withHeaders: boolean): string {
  const { reply, replyStart, replyEnd, headerBytes, payloadStart, payloadEnd } = message;
  const replyPart = replyEnd > replyStart ? `${reply.toString('utf8', replyStart, replyEnd)} ` : '';
  const bytes = payloadEnd - payloadStart;
  if (withHeaders) return `H${verb} ${head} ${replyPart}${headerBytes} ${bytes}`;
  return `${verb} ${head} ${replyPart}${bytes - headerBytes}`;
}

/** A header block ends with an empty line, which is not shown where the block is all that is. */
const HEADER_END_BYTES = 4;

/** @param headerBytes of the message as this client sent it, or gets it; 0 is none */
function tracePayload(connection: Connection, arrow: string, message: Message, headerBytes: number): void {
  const { tracedBytesMax, traceHeaders }: Settings = connection.gateway.settings;
  if (traceHeaders && headerBytes === 0) return;
  const { payload, payloadStart, payloadEnd } = message;
  const start = payloadStart + message.headerBytes - headerBytes;
  const last = traceHeaders ? start + headerBytes - HEADER_END_BYTES : payloadEnd;
  const end = tracedBytesMax > 0 ? Math.min(last, start + tracedBytesMax) : last;
  const text = JSON.stringify(payload.toString('utf8', start, end));
  const cut = end < last ? `${text.slice(0, -1)}..."` : text;
  connection.gateway.log.trace(`${connection.label()} - ${arrow} MSG_PAYLOAD: [${cut}]`);
}
