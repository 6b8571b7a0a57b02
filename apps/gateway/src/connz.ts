import { subjectText } from '@skein/subjects';
import type { Connection } from './connection.ts';
import type { Gateway } from './gateway.ts';

export interface ConnzQuery {
  /** Lists subscriptions: their subjects, or each with its details. */
  subscriptions?: 'subjects' | 'detail';
  cid?: number;
}

/** One open connection, in the fields and units of nats-server's `/connz`; times still as numbers (Unix ms, ms). */
export interface ConnzConnection {
  cid: number;
  kind: 'Client';
  type: 'nats' | 'websocket';
  ip: string;
  port: number;
  startUnixMs: number;
  lastActivityUnixMs: number;
  rttMs: number;
  pendingBytes: number;
  inMsgs: number;
  outMsgs: number;
  inBytes: number;
  outBytes: number;
  subscriptions: number;
  name: string;
  lang: string;
  version: string;
  user: string;
  account: string;
  tlsVersion: string;
  tlsCipher: string;
  subscriptionsList?: string[];
  subscriptionsDetail?: { subject: string; queue: string; sid: string; msgs: number; max: number }[];
}

/** This gateway's open connections. */
export function connz(gateway: Gateway, query: ConnzQuery): ConnzConnection[] {
  if (query.cid !== undefined) {
    const one = gateway.connections.get(query.cid);
    return one === undefined ? [] : [describe(one, query)];
  }
  return Array.from(gateway.connections.values(), (connection) => describe(connection, query));
}

function describe(connection: Connection, query: ConnzQuery): ConnzConnection {
  const { options, origin, tls } = connection;
  const described: ConnzConnection = {
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
    tlsVersion: tls?.version ?? '',
    tlsCipher: tls?.cipher ?? '',
  };
  if (query.subscriptions === 'subjects') {
    described.subscriptionsList = Array.from(connection.subscriptions.values(), ({ subject }) => subjectText(subject));
  } else if (query.subscriptions === 'detail') {
    described.subscriptionsDetail = Array.from(connection.subscriptions.values(), (subscription) => ({
      subject: subjectText(subscription.subject),
      queue: subjectText(subscription.queue),
      sid: subscription.sid,
      msgs: subscription.delivered,
      max: subscription.max,
    }));
  }
  return described;
}
