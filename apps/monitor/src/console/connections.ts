import { isSort } from '../connection-order.ts';
import type { ConnectionPage, PageQuery } from '../connection-pages.ts';
import type { Query } from '../endpoints/options.ts';
import { queryBoolean, queryUnsigned } from '../endpoints/query.ts';
import { QuestionError } from '../endpoints/question-error.ts';
import type { Monitor } from '../monitor.ts';

const LIMIT_MAX = 200;
const SEARCH_CHARS_MAX = 128;

/**
 * A page of connections for the console, in the gateways' own numbers: `state` open or closed, `sort` as `/connz` has it,
 * `reverse`, `search`, `offset`, `limit` (at most 200), `cid` with its subscriptions.
 */
export function connections(monitor: Monitor, query: Query): Promise<ConnectionPage> {
  const state = query.state === 'closed' ? 'closed' : 'open';
  const sort = query.sort || 'cid';
  if (!isSort(sort)) throw new QuestionError(`invalid sorting option: ${sort}`);
  if (state === 'open' && (sort === 'stop' || sort === 'reason')) {
    throw new QuestionError(`sort by ${sort} only valid on closed connections`);
  }
  const cid = queryUnsigned(query, 'cid');
  const only: Partial<PageQuery> = cid > 0 ? { cid, subscriptions: 'detail' } : {};
  return monitor.connectionPages.page({
    sort,
    state,
    reverse: queryBoolean(query, 'reverse'),
    search: (query.search ?? '').slice(0, SEARCH_CHARS_MAX),
    offset: queryUnsigned(query, 'offset'),
    limit: Math.min(queryUnsigned(query, 'limit') || LIMIT_MAX, LIMIT_MAX),
    nowMs: monitor.wallMs(),
    ...only,
  });
}
