import { subjectFromText } from '@skein/subjects';
import type { Connection } from './connection.ts';
import type { Message } from './deliver.ts';

/** Who asks, as a service in another account is told, and as latency measurements show: nats-server's fields. */
export interface ClientInfo {
  start?: string;
  host?: string;
  id?: number;
  acc: string;
  svc?: string;
  user?: string;
  name?: string;
  lang?: string;
  ver?: string;
  /** Nanoseconds. */
  rtt?: number;
  server?: string;
  kind?: 'Client';
  client_type?: 'nats' | 'websocket';
}

/**
 * What an import tells that does not share more, as JSON. Written by hand: it is made for each request.
 *
 * @param account where the request was made last: not the client's own when it has come through several
 * @param server this node's name; '': not told
 */
export function briefInfo(from: Connection | null, account: string, server: string): string {
  const own = from?.account?.name ?? account;
  let info = `{"acc":${quoted(own)}`;
  if (own !== account) info += `,"svc":${quoted(account)}`;
  if (from !== null && from.rttMs > 0) info += `,"rtt":${Math.round(from.rttMs * 1e6)}`;
  if (server !== '') info += `,"server":${quoted(server)}`;
  return `${info}}`;
}

/** Nearly all names need no escapes. */
function quoted(text: string): string {
  return /^[\w$.-]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Everything about the client. */
export function clientInfo(from: Connection, account: string, server: string): ClientInfo {
  const { options, origin, cid, user, startedWallMs, rttMs } = from;
  const own = from.account?.name ?? account;
  return {
    start: new Date(startedWallMs).toISOString(),
    host: origin.host,
    id: cid,
    acc: own,
    ...(own === account ? {} : { svc: account }),
    ...(user === '' ? {} : { user }),
    ...(options.name === '' ? {} : { name: options.name }),
    ...(options.lang === '' ? {} : { lang: options.lang }),
    ...(options.version === '' ? {} : { ver: options.version }),
    ...(rttMs > 0 ? { rtt: Math.round(rttMs * 1e6) } : {}),
    server,
    kind: 'Client',
    client_type: origin.kind === 'WEBSOCKET' ? 'websocket' : 'nats',
  };
}

const FIRST_LINE = 'NATS/1.0';

/** Who asks, ready to be told: to most requests it is all that their header says. */
export class ToldInfo {
  readonly json: string;
  readonly line: string;
  readonly block: Buffer;

  constructor(json: string) {
    this.json = json;
    this.line = `\r\nNats-Request-Info: ${subjectFromText(json)}\r\n\r\n`;
    this.block = Buffer.from(FIRST_LINE + this.line, 'latin1');
  }
}

/**
 * Tells the service who asks, by a header; and where traces may go, if any were asked for. What the client may have said under
 * these names is taken out. Changes the message's payload.
 */
export function addRequestInfo(message: Message, info: ToldInfo, traceDestination?: string): void {
  const { payload, payloadStart, payloadEnd, headerBytes } = message;
  let { block } = info;
  if (headerBytes > 0 || traceDestination !== undefined) {
    let kept = FIRST_LINE;
    if (headerBytes > 0) {
      kept = without(readable(payload.toString('latin1', payloadStart, payloadStart + headerBytes)), INFO);
    }
    if (traceDestination !== undefined) kept = `${without(kept, TRACE)}\r\nNats-Trace-Dest: ${traceDestination}`;
    block = Buffer.from(kept + info.line, 'latin1');
  }
  const bodyStart = payloadStart + headerBytes;
  const joined = Buffer.allocUnsafe(block.length + payloadEnd - bodyStart);
  joined.set(block);
  payload.copy(joined, block.length, bodyStart, payloadEnd);
  message.payload = joined;
  message.payloadStart = 0;
  message.payloadEnd = joined.length;
  message.headerBytes = block.length;
}

// Services believe these headers, so what some client library would read as one counts as one: to Go's a line ends with LF, to
// Python's with CR too, and blanks around names are forgiven here and there.
const INFO = /(?:\r\n|\r|\n)[ \t]*nats-request-info[ \t]*:[^\r\n]*/gi;
const TRACE = /(?:\r\n|\r|\n)[ \t]*nats-trace-dest[ \t]*:[^\r\n]*/gi;
const EMPTY_LINE = /\n\r|\n\n|\r\r/;

/** A block's lines as far as anybody reads them, without the last one's end; of what is no block nothing. */
function readable(block: string): string {
  if (!block.startsWith(FIRST_LINE)) return FIRST_LINE;
  const end = block.search(EMPTY_LINE);
  return (end < 0 ? block : block.slice(0, end)).replace(/[\r\n]+$/, '');
}

function without(block: string, header: RegExp): string {
  return block.includes(':') ? block.replace(header, '') : block;
}
