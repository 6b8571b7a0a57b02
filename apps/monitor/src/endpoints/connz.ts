import { isSort, type Sort } from '../connection-order.ts';
import type { PageQuery } from '../connection-pages.ts';
import { connectionInfo } from '../gateway-connection.ts';
import { endpoint, isoTime, ok } from './endpoint.ts';
import { type OptionsOf, type Query, subscriptionFields } from './options.ts';
import { QuestionError } from './question-error.ts';

const LIMIT_DEFAULT = 1024;
/** Listed at most, whatever is asked for: a page of some 10 MiB. */
const LIMIT_MAX = 16_384;

const states = ['open', 'closed', 'any'] as const;
const stateNames: Readonly<Record<string, number>> = { open: 0, closed: 1, any: 2, all: 2 };

const fields = {
  sort: { kind: 'string', query: 'sort', body: 'sort', type: 'server.SortOpt' },
  auth: { kind: 'bool', query: 'auth', body: 'auth' },
  ...subscriptionFields,
  offset: { kind: 'int', query: 'offset', body: 'offset' },
  limit: { kind: 'int', query: 'limit', body: 'limit' },
  cid: { kind: 'uint64', query: 'cid', body: 'cid' },
  mqttClient: { kind: 'string', query: 'mqtt_client', body: 'mqtt_client' },
  /** 0: open, 1: closed, 2: any */
  state: { kind: 'int', body: 'state', type: 'server.ConnState', fromQuery: stateOf },
  user: { kind: 'string', query: 'user', body: 'user' },
  account: { kind: 'string', query: 'acc', body: 'acc' },
  /** Over HTTP nats-server does not look at it; here it does where it can mean something. */
  filterSubject: {
    kind: 'string',
    body: 'filter_subject',
    fromQuery: ({ filter_subject = '', acc = '' }: Query) => (acc === '' ? '' : filter_subject),
  },
} as const;

/** The connections of all gateways, and those that closed last. */
export const connz = endpoint({
  name: 'CONNZ',
  fields,
  forAccount: (options, account) => ({ ...options, account }),
  async answer(monitor, options) {
    const { auth, cid, account, user, filterSubject } = options;
    if (filterSubject !== '' && account === '') {
      throw new QuestionError('filter by subject only valid with account filtering');
    }
    const state = states[options.state] ?? 'open';
    const sort = sortOf(options, state);
    const offset = Math.max(0, options.offset);
    const limit = cid > 0 ? 1 : options.limit > 0 ? options.limit : LIMIT_DEFAULT;
    const subscriptions = options.subscriptionsDetail ? 'detail' : options.subscriptions ? 'subjects' : undefined;
    const now = monitor.wallMs();
    const page = await monitor.connectionPages.page({
      sort,
      state,
      offset,
      // No client speaks MQTT: none has the id asked for.
      limit: options.mqttClient !== '' ? 0 : Math.min(limit, LIMIT_MAX),
      nowMs: now,
      ...(cid > 0 && { cid }),
      ...(account !== '' && { account }),
      ...(user !== '' && { user }),
      ...(filterSubject !== '' && { filterSubject }),
      ...(subscriptions && { subscriptions }),
      ...(auth && { tokens: true }),
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
  },
});

function stateOf({ state }: Query): number {
  const name = state?.toLowerCase() || 'open';
  if (!Object.hasOwn(stateNames, name)) throw new QuestionError(`Error decoding state for ${state}`);
  return stateNames[name];
}

function sortOf({ sort }: OptionsOf<typeof fields>, state: PageQuery['state']): Sort {
  const by = sort || 'cid';
  if (!isSort(by)) throw new QuestionError(`invalid sorting option: ${by}`);
  if ((by === 'stop' || by === 'reason') && state !== 'closed') {
    throw new QuestionError(`sort by ${by} only valid on closed connections`);
  }
  return by;
}
