import type { AccountDetail } from '@skein/metrics';
import { accountz } from '../endpoints/accountz.ts';
import type { Monitor } from '../monitor.ts';
import { ask } from './ask.ts';

export interface AccountDetails {
  /** Accounts that there are. */
  total: number;
  /** Of the first of them. */
  details: AccountDetail[];
}

/** What `/accountz` says of each account, at most so many. */
export async function accountDetails(monitor: Monitor, limit: number): Promise<AccountDetails> {
  const { accounts } = await ask<{ accounts: string[] }>(monitor, accountz);
  const pages = await Promise.all(
    accounts.slice(0, limit).map((acc) => ask<{ account_detail?: AccountDetail }>(monitor, accountz, { acc })),
  );
  return { total: accounts.length, details: pages.flatMap((page) => page.account_detail ?? []) };
}
