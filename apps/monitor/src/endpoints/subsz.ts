import { hasEmptyToken, hasWildcard } from '@skein/subjects';
import { endpoint, isoTime, ok } from './endpoint.ts';
import { QuestionError } from './question-error.ts';

/** How many subscriptions there are. The cache belongs to each gateway: its figures are not added up. */
export const subsz = endpoint({
  name: 'SUBSZ',
  paths: ['/subsz', '/subscriptionsz'],
  fields: {
    offset: { kind: 'int', query: 'offset', body: 'offset' },
    limit: { kind: 'int', query: 'limit', body: 'limit' },
    subscriptions: { kind: 'bool', query: 'subs', body: 'subscriptions' },
    account: { kind: 'string', query: 'acc', body: 'account' },
    test: { kind: 'string', query: 'test', body: 'test' },
  },
  forAccount: (options, account) => ({ ...options, account }),
  async answer(monitor, { offset, limit, test }) {
    if (hasWildcard(test) || hasEmptyToken(test)) {
      throw new QuestionError(`invalid test subject, must be valid publish subject: ${test}`);
    }
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
      offset,
      limit: limit || 1024,
    });
  },
});
