import { endpoint, isoTime, ok } from './endpoint.ts';

export const leafz = endpoint({
  name: 'LEAFZ',
  fields: {
    subscriptions: { kind: 'bool', query: 'subs', body: 'subscriptions' },
    account: { kind: 'string', query: 'acc', body: 'account' },
  },
  forAccount: (options, account) => ({ ...options, account }),
  answer: (monitor) =>
    ok({ server_id: monitor.identity.serverId, now: isoTime(monitor.wallMs()), leafnodes: 0, leafs: [] }),
});
