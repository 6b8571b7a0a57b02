import type { Connection } from './connection.ts';
import type { Message } from './deliver.ts';
import type { Settings } from './settings.ts';

/** What a traced CONNECT must not show. */
const SECRET_FIELDS = new Set(['pass', 'auth_token']);

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
  tracePayload(connection, '<<-', message, message.payloadStart);
}

export function traceDelivery(connection: Connection, sid: string, message: Message, withHeaders: boolean): void {
  traceOut(connection, messageLine('MSG', `${subjectOf(message)} ${sid}`, message, withHeaders));
  tracePayload(connection, '->>', message, message.payloadStart + (withHeaders ? 0 : message.headerBytes));
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

function tracePayload(connection: Connection, arrow: string, message: Message, start: number): void {
  const { payload, payloadEnd } = message;
  const { tracedBytesMax }: Settings = connection.gateway.settings;
  const end = tracedBytesMax > 0 ? Math.min(payloadEnd, start + tracedBytesMax) : payloadEnd;
  const text = JSON.stringify(payload.toString('utf8', start, end));
  const cut = end < payloadEnd ? `${text.slice(0, -1)}..."` : text;
  connection.gateway.log.trace(`${connection.label()} - ${arrow} MSG_PAYLOAD: [${cut}]`);
}
