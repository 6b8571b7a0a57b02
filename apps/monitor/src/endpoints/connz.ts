import { connectionInfo, type GatewayConnection } from '../gateway-connection.ts';
import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page, type Query } from './endpoint.ts';
import { QueryError, queryBoolean, queryInteger } from './query.ts';

const LIMIT_DEFAULT = 1024;

type Order = (a: GatewayConnection, b: GatewayConnection) => number;
type NumberField =
  | 'cid'
  | 'startUnixMs'
  | 'lastActivityUnixMs'
  | 'rttMs'
  | 'pendingBytes'
  | 'inMsgs'
  | 'outMsgs'
  | 'inBytes'
  | 'outBytes'
  | 'subscriptions';

const rising =
  (field: NumberField): Order =>
  (a, b) =>
    a[field] - b[field] || a.cid - b.cid;
const falling =
  (field: NumberField): Order =>
  (a, b) =>
    b[field] - a[field] || a.cid - b.cid;

const orders: Readonly<Record<string, Order>> = {
  cid: rising('cid'),
  start: rising('startUnixMs'),
  // FACTS: the youngest first
  uptime: falling('startUnixMs'),
  last: falling('lastActivityUnixMs'),
  idle: rising('lastActivityUnixMs'),
  rtt: falling('rttMs'),
  pending: falling('pendingBytes'),
  subs: falling('subscriptions'),
  msgs_to: falling('outMsgs'),
  msgs_from: falling('inMsgs'),
  bytes_to: falling('outBytes'),
  bytes_from: falling('inBytes'),
};

/** The open connections of all gateways; closed ones are not kept, so there are none to list. */
export async function connz(monitor: Monitor, query: Query): Promise<Page> {
  const order = orderOf(query);
  const state = query.state?.toLowerCase() || 'open';
  if (!['open', 'closed', 'any', 'all'].includes(state))
    throw new QueryError(`Error decoding state for ${query.state}`);
  const cid = queryInteger(query, 'cid', 0);
  const offset = Math.max(0, queryInteger(query, 'offset', 0));
  const limitAsked = queryInteger(query, 'limit', LIMIT_DEFAULT);
  const limit = cid > 0 ? 1 : limitAsked > 0 ? limitAsked : LIMIT_DEFAULT;
  const auth = queryBoolean(query, 'auth');
  const subscriptions = subscriptionsOf(query);
  const asked = { ...(subscriptions && { subscriptions }), ...(cid > 0 && { cid }) };
  const answers = state === 'closed' ? [] : await monitor.gather.ask<GatewayConnection[]>('connz', ['gateway'], asked);
  const all = answers.flatMap((answer) => answer.body).sort(order);
  const now = monitor.wallMs();
  const connections = all.slice(offset, offset + limit).map((one) => connectionInfo(one, now, auth));
  return ok({
    server_id: monitor.identity.serverId,
    now: isoTime(now),
    num_connections: connections.length,
    total: all.length,
    offset,
    limit,
    connections,
  });
}

function orderOf(query: Query): Order {
  const sort = query.sort || 'cid';
  if (sort === 'stop' || sort === 'reason') throw new QueryError(`sort by ${sort} only valid on closed connections`);
  const order = Object.hasOwn(orders, sort) ? orders[sort] : undefined;
  if (order === undefined) throw new QueryError(`invalid sorting option: ${sort}`);
  return order;
}

function subscriptionsOf(query: Query): 'subjects' | 'detail' | undefined {
  if (query.subs === 'detail') return 'detail';
  return queryBoolean(query, 'subs') ? 'subjects' : undefined;
}
