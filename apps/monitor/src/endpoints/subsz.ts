import type { SubscriptionRow } from '@skein/bus/questions';
import { hasEmptyToken, hasWildcard } from '@skein/subjects';
import { sublistStats } from '../interest-figures.ts';
import { endpoint, isoTime, ok } from './endpoint.ts';
import { QuestionError } from './question-error.ts';

const LIMIT_DEFAULT = 1024;
/** Listed at most, whatever is asked for: a page of some 10 MiB. */
const LIMIT_MAX = 100_000;

/** The subscriptions of the clients of all gateways; nats-server's also has its own. */
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
  // Of one account they are always listed (nats-server 2.15).
  forAccount: (options, account) => ({ ...options, account, subscriptions: true }),
  async answer(monitor, { account, test, ...options }) {
    if (hasWildcard(test) || hasEmptyToken(test)) {
      throw new QuestionError(`invalid test subject, must be valid publish subject: ${test}`);
    }
    const offset = Math.max(0, options.offset);
    const limit = options.limit > 0 ? options.limit : LIMIT_DEFAULT;
    const listed = options.subscriptions ? Math.min(limit, LIMIT_MAX) : 0;
    const page = await monitor.subscriptionPages.page({ account, test, offset, limit: listed });
    return ok({
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      ...sublistStats(page.figures),
      // nats-server looks at them only to list them.
      total: options.subscriptions ? page.total : 0,
      offset,
      limit,
      ...(page.subscriptions.length > 0 && { subscriptions_list: page.subscriptions.map(subscriptionInfo) }),
      ...page.staleness,
    });
  },
});

function subscriptionInfo({ account, subject, queue, sid, msgs, max, cid }: SubscriptionRow) {
  return {
    account,
    account_tag: account,
    subject,
    ...(queue && { qgroup: queue }),
    sid,
    msgs,
    ...(max > 0 && { max }),
    cid,
  };
}
