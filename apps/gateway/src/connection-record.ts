import type { ConnectionRecord } from '@skein/bus/questions';
import type { Connection } from './connection.ts';
import type { Subscription } from './subscription.ts';

export interface ClosedRecord extends ConnectionRecord {
  stopUnixMs: number;
  /** In nats-server's words. */
  reason: string;
  /** What it was subscribed to, the first of it; absent: nothing. */
  subscribed?: readonly ClosedSubscription[];
}

export type ClosedSubscription = Readonly<Pick<Subscription, 'subject' | 'queue' | 'sid' | 'delivered' | 'max'>>;

/** Of each closed connection: ten thousand of them are kept. */
const SUBSCRIBED_MAX = 16;

export function recordOf(connection: Connection): ConnectionRecord {
  const { options, origin, tls } = connection;
  return {
    cid: connection.cid,
    kind: 'Client',
    type: origin.kind === 'WEBSOCKET' ? 'websocket' : 'nats',
    ip: origin.host,
    port: origin.port,
    startUnixMs: connection.startedWallMs,
    lastActivityUnixMs: connection.lastActiveWallMs,
    rttMs: connection.rttMs,
    pendingBytes: connection.output.pendingBytes,
    inMsgs: connection.inMsgs,
    outMsgs: connection.outMsgs,
    inBytes: connection.inBytes,
    outBytes: connection.outBytes,
    subscriptions: connection.subscriptions.size,
    name: options.name,
    lang: options.lang,
    version: options.version,
    user: connection.user,
    account: connection.account?.name ?? '',
    accountTag: connection.account?.nameTag ?? '',
    tlsVersion: tls?.version.replace('TLSv', '') ?? '',
    tlsCipher: tls?.cipher ?? '',
    ...(tls !== null && tls.certificates.length > 0 && { tlsCertificates: tls.certificates }),
    ...(tls?.first && { tlsFirst: true }),
  };
}

/** `user` is whom it said it is, where it was not let in. */
export function closedRecordOf(connection: Connection, reason: string, stopUnixMs: number): ClosedRecord {
  const { user, options } = connection;
  const record = { ...recordOf(connection), user: user || options.nkey || options.user, stopUnixMs, reason };
  const subscribed = subscribedBy(connection);
  return subscribed.length === 0 ? record : { ...record, subscribed };
}

function subscribedBy({ subscriptions }: Connection): ClosedSubscription[] {
  const kept: ClosedSubscription[] = [];
  for (const { subject, queue, sid, delivered, max } of subscriptions.values()) {
    if (kept.length === SUBSCRIBED_MAX) break;
    kept.push({ subject, queue, sid, delivered, max });
  }
  return kept;
}

/** As `textLength`, with the subjects. */
export function closedTextLength(record: ClosedRecord): number {
  let length = textLength(record);
  for (const { subject, queue, sid } of record.subscribed ?? []) length += subject.length + queue.length + sid.length;
  return length;
}

/** Characters that a client chose the number of. */
export function textLength({ name, lang, version, user }: ConnectionRecord): number {
  return name.length + lang.length + version.length + user.length;
}
