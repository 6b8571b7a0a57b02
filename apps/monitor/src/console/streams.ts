import { type ConsumersAnswer, type RowsAnswer, type RowsQuestion, rowOrders } from '@skein/jetstream-core';
import type { Query } from '../endpoints/options.ts';
import { queryBoolean, queryUnsigned } from '../endpoints/query.ts';
import type { Monitor } from '../monitor.ts';

const LIMIT_MAX = 100;
/** Further pages would have stores name more than anybody looks through. */
const OFFSET_MAX = 10_000;
const SEARCH_CHARS_MAX = 256;

/** What the console's list of streams shows; `enabled` false: there is no JetStream. */
export interface StreamsPage extends RowsAnswer {
  enabled: boolean;
}

export async function streams(monitor: Monitor, query: Query): Promise<StreamsPage> {
  if (monitor.configuration.jetstream === undefined) return { enabled: false, total: 0, rows: [] };
  const { search = '', sort = '' } = query;
  const question: RowsQuestion = {
    search: search.slice(0, SEARCH_CHARS_MAX).toLowerCase(),
    sort: Object.hasOwn(rowOrders, sort) ? (sort as RowsQuestion['sort']) : 'name',
    rising: queryBoolean(query, 'rising'),
    limit: limitOf(query),
  };
  return { enabled: true, ...(await monitor.jetstream.rows(question, offsetOf(query))) };
}

export function consumers(monitor: Monitor, query: Query): Promise<ConsumersAnswer> {
  const { account = '', stream = '' } = query;
  return monitor.jetstream.consumers({ account, stream, offset: offsetOf(query), limit: limitOf(query) });
}

const limitOf = (query: Query): number => Math.min(queryUnsigned(query, 'limit') || LIMIT_MAX, LIMIT_MAX);
const offsetOf = (query: Query): number => Math.min(queryUnsigned(query, 'offset'), OFFSET_MAX);
