import type { AccountDetail, AccountStatistics } from '@skein/metrics';
import type { Monitor } from '../monitor.ts';

/** What `/accountz?acc=` says of accounts, from one question about all of them instead of one for each. */
export function accountDetails(monitor: Monitor, accounts: readonly AccountStatistics[]): AccountDetail[] {
  return accounts.map(({ acc, name, conns, leafnodes, num_subscriptions }) => ({
    account_name: acc,
    name_tag: name,
    is_system: acc === monitor.systemAccount,
    complete: true,
    client_connections: conns,
    leafnode_connections: leafnodes,
    subscriptions: num_subscriptions,
  }));
}
