import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Query } from '../endpoints/options.ts';
import type { Monitor } from '../monitor.ts';
import { inTime } from './in-time.ts';

/** What a page answers, if it does in time. */
export function ask<Body>(monitor: Monitor, endpoint: Endpoint, query: Query = {}): Promise<Body | undefined> {
  return inTime(
    endpoint
      .fromQuery(query)(monitor)
      .then(({ body }) => body as Body),
  );
}
