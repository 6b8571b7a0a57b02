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

interface Disclosure {
  /** All of it, and not only the account. */
  share: boolean;
  namesServer: boolean;
}

/**
 * @param account where the request was made last: not the client's own when it has come through several
 * @param serverName of this node
 */
export function clientInfo(
  from: Connection | null,
  account: string,
  { share, namesServer }: Disclosure,
  serverName: string,
): ClientInfo {
  const own = from?.account?.name ?? account;
  const through = own === account ? {} : { svc: account };
  if (from === null) return { acc: own, ...through };
  const rtt = from.rttMs > 0 ? { rtt: Math.round(from.rttMs * 1e6) } : {};
  const server = { server: serverName };
  if (!share) return { acc: own, ...through, ...rtt, ...(namesServer ? server : {}) };
  const { options, origin, cid, user, startedWallMs } = from;
  return {
    start: new Date(startedWallMs).toISOString(),
    host: origin.host,
    id: cid,
    acc: own,
    ...through,
    ...(user === '' ? {} : { user }),
    ...(options.name === '' ? {} : { name: options.name }),
    ...(options.lang === '' ? {} : { lang: options.lang }),
    ...(options.version === '' ? {} : { ver: options.version }),
    ...rtt,
    ...server,
    kind: 'Client',
    client_type: origin.kind === 'WEBSOCKET' ? 'websocket' : 'nats',
  };
}

const NAME = 'Nats-Request-Info';
const FIRST_LINE = 'NATS/1.0\r\n';

/** Tells the service who asks by a header; what a client may have said there itself is taken out. Changes the message's payload. */
export function addRequestInfo(message: Message, info: string): void {
  const { payload, payloadStart, payloadEnd, headerBytes } = message;
  const before =
    headerBytes === 0
      ? FIRST_LINE
      : withoutInfo(payload.toString('latin1', payloadStart, payloadStart + headerBytes - 2));
  const added = Buffer.byteLength(info);
  const length = before.length + NAME.length + 2 + added + 4;
  const body = payloadEnd - payloadStart - headerBytes;
  const joined = Buffer.allocUnsafe(length + body);
  let at = joined.write(before, 0, 'latin1');
  at += joined.write(`${NAME}: `, at, 'latin1');
  at += joined.write(info, at);
  joined.write('\r\n\r\n', at, 'latin1');
  payload.copy(joined, length, payloadEnd - body, payloadEnd);
  message.payload = joined;
  message.payloadStart = 0;
  message.payloadEnd = joined.length;
  message.headerBytes = length;
}

function withoutInfo(block: string): string {
  if (!/\r\nnats-request-info:/i.test(block)) return block;
  return block
    .split('\r\n')
    .filter((line) => !/^nats-request-info:/i.test(line))
    .join('\r\n');
}
