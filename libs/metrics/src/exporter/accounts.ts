import { rolledUp, type SeriesBudget } from '../budget.ts';
import type { Families } from '../family.ts';
import { type ExporterNames, metric } from './naming.ts';

/** One account of `/accstatz`. */
export interface AccountStatistics {
  acc: string;
  name: string;
  conns: number;
  leafnodes: number;
  total_conns: number;
  num_subscriptions: number;
  sent: { msgs: number; bytes: number };
  received: { msgs: number; bytes: number };
  slow_consumers: number;
}

/** What `/accountz?acc=` says of one account. */
export interface AccountDetail {
  account_name: string;
  name_tag?: string;
  is_system?: boolean;
  expired?: boolean;
  complete?: boolean;
  jetstream_enabled?: boolean;
  leafnode_connections?: number;
  client_connections?: number;
  subscriptions?: number;
  decoded_jwt?: { nats?: { limits?: Readonly<Record<string, number | boolean | undefined>> } };
}

const statistics = {
  current_connections: (one) => one.conns,
  total_connections: (one) => one.total_conns,
  subscriptions: (one) => one.num_subscriptions,
  leaf_nodes: (one) => one.leafnodes,
  sent_messages: (one) => one.sent.msgs,
  sent_bytes: (one) => one.sent.bytes,
  received_messages: (one) => one.received.msgs,
  received_bytes: (one) => one.received.bytes,
  slow_consumers: (one) => one.slow_consumers,
} satisfies Record<string, (one: AccountStatistics) => number>;

const limits = ['conn', 'data', 'exports', 'imports', 'leaf', 'payload', 'subs', 'wildcards'];

const details: Record<string, (one: AccountDetail) => number> = {
  client_connections: (one) => one.client_connections ?? 0,
  leafnode_connections: (one) => one.leafnode_connections ?? 0,
  subscriptions: (one) => one.subscriptions ?? 0,
  is_system: (one) => Number(one.is_system ?? false),
  expired: (one) => Number(one.expired ?? false),
  complete: (one) => Number(one.complete ?? false),
  jetstream_enabled: (one) => Number(one.jetstream_enabled ?? false),
  ...Object.fromEntries(
    limits.map((limit) => [
      `limit_${limit}`,
      (one: AccountDetail) => Number(one.decoded_jwt?.nats?.limits?.[limit] ?? 0),
    ]),
  ),
};

/** Series that one account makes in `addAccountStatistics`. */
export const seriesPerAccount = Object.keys(statistics).length;

/** As from `/accstatz?unused=1`. Accounts beyond the budget are one sum. */
export function addAccountStatistics(
  families: Families,
  names: ExporterNames,
  accounts: readonly AccountStatistics[],
  budget: SeriesBudget,
): void {
  const shown = budget.take('accounts', accounts.length, seriesPerAccount);
  for (const [name, of] of Object.entries(statistics)) {
    const definition = metric(names, `accstatz_${name}`, { labels: ['account', 'account_id', 'account_name'] });
    const add = (id: string, label: string, value: number): void => {
      const labels = { server_id: names.serverId, account: id, account_id: id, account_name: label };
      families.add(definition, labels, value);
    };
    for (const one of accounts.slice(0, shown)) add(one.acc, one.name, of(one));
    if (shown < accounts.length) {
      const rest = accounts.slice(shown).reduce((sum, one) => sum + of(one), 0);
      add(rolledUp, rolledUp, rest);
    }
  }
}

/** Series that one account makes in `addAccountDetails`. */
export const seriesPerAccountDetail = Object.keys(details).length;

/** As from `/accountz?acc=` of each. */
export function addAccountDetails(families: Families, names: ExporterNames, accounts: readonly AccountDetail[]): void {
  for (const [name, of] of Object.entries(details)) {
    const definition = metric(names, `accountz_${name}`, { labels: ['account_id', 'account_name'] });
    for (const one of accounts) {
      const { account_name: id, name_tag: label = '' } = one;
      families.add(definition, { server_id: names.serverId, account_id: id, account_name: label }, of(one));
    }
  }
}
