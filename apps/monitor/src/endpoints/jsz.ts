import type { AccountOverview } from '@skein/jetstream-core';
import type { JetStreamTotals } from '../jetstream/jetstream.ts';
import { shownAccount, shownConfig, shownLimits, shownStats, storeFolder } from '../jetstream/shown.ts';
import type { Monitor } from '../monitor.ts';
import { accountTag } from '../operator-accounts.ts';
import { endpoint, isoTime, ok } from './endpoint.ts';
import { NotForThisServer } from './not-for-this-server.ts';
import type { OptionsOf } from './options.ts';
import { QuestionError } from './question-error.ts';

const ACCOUNTS_MAX = 1024;

const fields = {
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
} as const;

const structs = ['JszEventOptions', 'JSzOptions'] as const;

type Options = OptionsOf<typeof fields>;

export const jsz = endpoint({
  name: 'JSZ',
  structs,
  fields,
  async answer(monitor, options) {
    const { jetstream } = monitor.configuration;
    if (jetstream === undefined) return ok(disabled(monitor, options));
    const totals = await monitor.jetstream.totals();
    const details = await accountDetails(monitor, totals, options);
    return ok({
      ...shownStats(totals),
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      config: shownConfig(jetstream, storeFolder(jetstream)),
      limits: shownLimits(jetstream),
      streams: totals.streams,
      ...(options.raft && { streams_leader: totals.streams }),
      consumers: totals.consumers,
      ...(options.raft && { consumers_leader: totals.consumers }),
      messages: totals.messages,
      bytes: totals.bytes,
      ...(details.length > 0 && { account_details: details }),
      total: totals.accounts.length,
      ...totals.staleness,
    });
  },
});

/** One of the page's accounts by itself: what `$SYS.REQ.ACCOUNT.<id>.JSZ` answers. */
export const jszOfAccount = endpoint({
  name: 'JSZ',
  structs,
  fields,
  forAccount: (options, account) => ({ ...options, account }),
  async answer(monitor, options) {
    const { account } = options;
    if (monitor.configuration.jetstream === undefined) throw new QuestionError('jetstream not enabled');
    const { accounts } = await monitor.jetstream.totals();
    const found = accounts.find((one) => one.account === account);
    if (found === undefined) throw new QuestionError(`account "${account}" not jetstream enabled`);
    return ok(await accountDetail(monitor, found, options));
  },
});

function disabled(monitor: Monitor, { leaderOnly }: Options) {
  if (leaderOnly) throw new NotForThisServer('filtered response: not leader');
  return {
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
  };
}

async function accountDetails(monitor: Monitor, { accounts }: JetStreamTotals, options: Options): Promise<object[]> {
  const { account, offset, limit } = options;
  if (account === '' && !options.accounts && !options.streams && !options.consumer) return [];
  const start = Math.max(0, offset);
  const asked =
    account === ''
      ? accounts.slice(start, start + (limit > 0 ? limit : ACCOUNTS_MAX))
      : accounts.filter((one) => one.account === account);
  const details: object[] = [];
  for (const one of asked) details.push(await accountDetail(monitor, one, options));
  return details;
}

async function accountDetail(monitor: Monitor, overview: AccountOverview, options: Options): Promise<object> {
  const { account } = overview;
  const shown = shownAccount(overview, await accountTag(monitor, account));
  if (!options.streams && !options.consumer) return shown;
  const { consumer: consumers, directConsumer: direct, config } = options;
  const streams = await monitor.jetstream.streams(account, { consumers, direct, config });
  return { ...shown, ...(streams.length > 0 && { stream_detail: streams }) };
}
