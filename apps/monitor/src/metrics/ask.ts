import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Query } from '../endpoints/options.ts';
import type { Monitor } from '../monitor.ts';

/** What a page answers. */
export async function ask<Body>(monitor: Monitor, endpoint: Endpoint, query: Query = {}): Promise<Body> {
  const { body } = await endpoint.fromQuery(query)(monitor);
  return body as Body;
}
