import { isSort, type Sort } from '../connection-order.ts';
import type { PageQuery } from '../connection-pages.ts';
import { connectionInfo } from '../gateway-connection.ts';
import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page, type Query } from './endpoint.ts';
import { QueryError, queryBoolean, queryInteger, queryUnsigned } from './query.ts';

const LIMIT_DEFAULT = 1024;
/** Listed at most, whatever is asked for: a page of some 10 MiB. */
const LIMIT_MAX = 16_384;

const states: Readonly<Record<string, PageQuery['state']>> = { open: 'open', closed: 'closed', any: 'any', all: 'any' };

/** The connections of all gateways, and those that closed last. */
export async function connz(monitor: Monitor, query: Query): Promise<Page> {
  const auth = queryBoolean(query, 'auth');
  const subscriptions = subscriptionsOf(query);
  const offset = Math.max(0, queryInteger(query, 'offset', 0));
  const limitAsked = queryInteger(query, 'limit', LIMIT_DEFAULT);
  const cid = queryUnsigned(query, 'cid');
  const state = stateOf(query);
  const sort = sortOf(query, state);
  const limit = cid > 0 ? 1 : limitAsked > 0 ? limitAsked : LIMIT_DEFAULT;
  const now = monitor.wallMs();
  const page = await monitor.connectionPages.page({
    sort,
    state,
    offset,
    // No client speaks MQTT: none has the id asked for.
    limit: query.mqtt_client ? 0 : Math.min(limit, LIMIT_MAX),
    nowMs: now,
    ...(cid > 0 && { cid }),
    ...(query.acc && { account: query.acc }),
    ...(query.user && { user: query.user }),
    ...(subscriptions && { subscriptions }),
  });
  const connections = page.connections.map((one) => connectionInfo(one, now, auth));
  return ok({
    server_id: monitor.identity.serverId,
    now: isoTime(now),
    num_connections: connections.length,
    total: page.total,
    offset,
    limit,
    connections,
    ...(page.silent > 0 && { silent_gateways: page.silent }),
  });
}

function stateOf(query: Query): PageQuery['state'] {
  const state = query.state?.toLowerCase() || 'open';
  if (!Object.hasOwn(states, state)) throw new QueryError(`Error decoding state for ${query.state}`);
  return states[state];
}

function sortOf(query: Query, state: PageQuery['state']): Sort {
  const sort = query.sort || 'cid';
  if (!isSort(sort)) throw new QueryError(`invalid sorting option: ${sort}`);
  if ((sort === 'stop' || sort === 'reason') && state !== 'closed') {
    throw new QueryError(`sort by ${sort} only valid on closed connections`);
  }
  return sort;
}

function subscriptionsOf(query: Query): PageQuery['subscriptions'] {
  if (query.subs === 'detail') return 'detail';
  return queryBoolean(query, 'subs') ? 'subjects' : undefined;
}
