import type { Monitor } from '../monitor.ts';
import { isoTime, ok, type Page, type Query } from './endpoint.ts';
import { queryInteger } from './query.ts';

/** How many subscriptions there are. The cache belongs to each gateway: its figures are not added up. */
export async function subsz(monitor: Monitor, query: Query): Promise<Page> {
  const { subscriptions } = await monitor.snapshot();
  return ok({
    server_id: monitor.identity.serverId,
    now: isoTime(monitor.wallMs()),
    num_subscriptions: subscriptions,
    num_cache: 0,
    num_inserts: 0,
    num_removes: 0,
    num_matches: 0,
    cache_hit_rate: 0,
    max_fanout: 0,
    avg_fanout: 0,
    total: 0,
    offset: queryInteger(query, 'offset', 0),
    limit: queryInteger(query, 'limit', 1024),
  });
}
