import type { GatewayConnection } from './gateway-connection.ts';

export type SortKey = number | string;

/** What connections are sorted by, rising; the same keys, under the same names, as gateways select by. */
const keys = {
  cid: (one) => one.cid,
  start: (one) => one.startUnixMs,
  // FACTS: the youngest first
  uptime: (one, nowMs) => (one.stopUnixMs ?? nowMs) - one.startUnixMs,
  last: (one) => -one.lastActivityUnixMs,
  idle: (one) => one.lastActivityUnixMs,
  rtt: (one) => -one.rttMs,
  pending: (one) => -one.pendingBytes,
  subs: (one) => -one.subscriptions,
  msgs_to: (one) => -one.outMsgs,
  msgs_from: (one) => -one.inMsgs,
  bytes_to: (one) => -one.outBytes,
  bytes_from: (one) => -one.inBytes,
  stop: (one) => -(one.stopUnixMs ?? 0),
  reason: (one) => one.reason ?? '',
} satisfies Record<string, (one: GatewayConnection, nowMs: number) => SortKey>;

export type Sort = keyof typeof keys;

export const isSort = (text: string): text is Sort => Object.hasOwn(keys, text);

export const sortKey = (sort: Sort, one: GatewayConnection, nowMs: number): SortKey => keys[sort](one, nowMs);
