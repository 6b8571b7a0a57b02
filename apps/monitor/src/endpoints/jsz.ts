import { endpoint, isoTime, ok } from './endpoint.ts';
import { NotForThisServer } from './not-for-this-server.ts';

/** JetStream is not enabled. */
export const jsz = endpoint({
  name: 'JSZ',
  structs: ['JszEventOptions', 'JSzOptions'],
  fields: {
    account: { kind: 'string', query: 'acc', body: 'account' },
    accounts: { kind: 'bool', query: 'accounts', body: 'accounts' },
    streams: { kind: 'bool', query: 'streams', body: 'streams' },
    consumer: { kind: 'bool', query: 'consumers', body: 'consumer' },
    directConsumer: { kind: 'bool', query: 'direct-consumers', body: 'direct_consumer' },
    config: { kind: 'bool', query: 'config', body: 'config' },
    leaderOnly: { kind: 'bool', query: 'leader-only', body: 'leader_only' },
    offset: { kind: 'int', query: 'offset', body: 'offset' },
    limit: { kind: 'int', query: 'limit', body: 'limit' },
    raft: { kind: 'bool', query: 'raft', body: 'raft' },
    streamLeaderOnly: { kind: 'bool', query: 'stream-leader-only', body: 'stream_leader_only' },
  },
  forAccount: (options, account) => ({ ...options, account }),
  answer(monitor, { leaderOnly }) {
    if (leaderOnly) throw new NotForThisServer('filtered response: not leader');
    return ok({
      memory: 0,
      storage: 0,
      reserved_memory: 0,
      reserved_storage: 0,
      accounts: 0,
      ha_assets: 0,
      api: { level: 0, total: 0, errors: 0 },
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      disabled: true,
      config: { max_memory: 0, max_storage: 0 },
      streams: 0,
      consumers: 0,
      messages: 0,
      bytes: 0,
      total: 0,
    });
  },
});
