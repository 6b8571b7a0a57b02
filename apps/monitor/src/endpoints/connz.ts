import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page, type Query } from './endpoint.ts';
import { QueryError, queryBoolean, queryInteger } from './query.ts';

const LIMIT_DEFAULT = 1024;

/** One connection, as a gateway describes it: nats-server's fields. */
export interface ConnectionInfo {
  cid: number;
  start: string;
  last_activity: string;
  pending_bytes: number;
  in_msgs: number;
  out_msgs: number;
  in_bytes: number;
  out_bytes: number;
  subscriptions: number;
}

/** What a gateway answers to `connz`: its first `offset + limit` connections in the order asked for, of `total`. */
interface GatewayConnections {
  total: number;
  connections: ConnectionInfo[];
}

type Order = (a: ConnectionInfo, b: ConnectionInfo) => number;

const falling =
  (field: 'pending_bytes' | 'in_msgs' | 'out_msgs' | 'in_bytes' | 'out_bytes' | 'subscriptions'): Order =>
  (a, b) =>
    b[field] - a[field] || a.cid - b.cid;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const orders: Record<string, Order> = {
  cid: (a, b) => a.cid - b.cid,
  start: (a, b) => text(a.start, b.start) || a.cid - b.cid,
  // FACTS: the youngest first
  uptime: (a, b) => text(b.start, a.start) || b.cid - a.cid,
  last: (a, b) => text(b.last_activity, a.last_activity) || a.cid - b.cid,
  idle: (a, b) => text(a.last_activity, b.last_activity) || a.cid - b.cid,
  pending: falling('pending_bytes'),
  subs: falling('subscriptions'),
  msgs_to: falling('out_msgs'),
  msgs_from: falling('in_msgs'),
  bytes_to: falling('out_bytes'),
  bytes_from: falling('in_bytes'),
};

/** The open connections of all gateways. */
export async function connz(monitor: Monitor, query: Query): Promise<Page> {
  const sort = query.sort || 'cid';
  const order = orders[sort];
  if (order === undefined) throw new QueryError(`invalid sorting option: ${sort}`);
  const state = query.state || 'open';
  if (!['open', 'any', 'all'].includes(state)) {
    throw new QueryError(`state ${state} is not available yet`);
  }
  const offset = Math.max(0, queryInteger(query, 'offset', 0));
  const limitAsked = queryInteger(query, 'limit', LIMIT_DEFAULT);
  const limit = limitAsked > 0 ? limitAsked : LIMIT_DEFAULT;
  const answers = await monitor.gather.ask<GatewayConnections>('connz', ['gateway'], {
    sort,
    limit: offset + limit,
    subs: query.subs === 'detail' ? 'detail' : queryBoolean(query, 'subs'),
    auth: queryBoolean(query, 'auth'),
    ...(query.cid && { cid: queryInteger(query, 'cid', 0) }),
  });
  const all = answers.flatMap((answer) => answer.body.connections).sort(order);
  const connections = all.slice(offset, offset + limit);
  return ok({
    server_id: monitor.identity.serverId,
    now: isoTime(monitor.wallMs()),
    num_connections: connections.length,
    total: answers.reduce((total, answer) => total + answer.body.total, 0),
    offset,
    limit,
    connections,
  });
}
