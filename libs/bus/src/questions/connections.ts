/** Digests are SHA-256, lower-case hexadecimal. */
export interface PeerCertificate {
  readonly subject: string;
  readonly publicKeyDigest: string;
  readonly digest: string;
}

/** One connection in the fields and units of nats-server's `/connz`; times still as numbers (Unix ms, ms). */
export interface ConnectionRecord {
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
  accountTag: string;
  tlsVersion: string;
  tlsCipher: string;
  /** Absent where there are none. */
  tlsCertificates?: readonly PeerCertificate[];
  tlsFirst?: boolean;
}

/** What a gateway says of one when it is asked for a page. */
export interface DescribedConnection extends ConnectionRecord {
  /** Of a closed one. */
  stopUnixMs?: number;
  reason?: string;
  /** That the user has shown; of open ones, when asked for. */
  jwt?: string;
  subscriptionsList?: string[];
  subscriptionsDetail?: SubscriptionDetail[];
}

export interface SubscriptionDetail {
  subject: string;
  queue: string;
  sid: string;
  msgs: number;
  /** 0: none */
  max: number;
}
