import { type AccountJetStream, accountDetail } from '../account-detail.ts';
import { accountStatistics, noFigures } from '../account-statistics.ts';
import { sublistStats } from '../interest-figures.ts';
import type { Monitor } from '../monitor.ts';
import { type OperatorAccount, operatorAccount, operatorAccountNames } from '../operator-accounts.ts';
import { endpoint, isoTime, ok } from './endpoint.ts';
import { QuestionError } from './question-error.ts';

/** Which accounts there are, or what one is like. */
export const accountz = endpoint({
  name: 'ACCOUNTZ',
  fields: { account: { kind: 'string', query: 'acc', body: 'account' } },
  forAccount: (options, account) => ({ ...options, account }),
  async answer(monitor, { account }) {
    return ok({
      server_id: monitor.identity.serverId,
      now: isoTime(monitor.wallMs()),
      ...(monitor.systemAccount !== undefined && { system_account: monitor.systemAccount }),
      ...(account === '' ? { accounts: await namesOf(monitor) } : await detailOf(monitor, account)),
    });
  },
});

async function namesOf(monitor: Monitor): Promise<string[]> {
  return [...new Set([...(await operatorAccountNames(monitor)), ...monitor.accountNames()])].sort();
}

async function detailOf(monitor: Monitor, account: string) {
  const operated = await operatorAccount(monitor, account);
  if (operated === undefined && !monitor.accountNames().includes(account))
    throw new QuestionError(`Account ${account} does not exist`);
  const [{ accounts, staleness }, page, jetstream] = await Promise.all([
    accountStatistics(monitor.gather, [account]),
    monitor.subscriptionPages.page({ account, test: '', offset: 0, limit: 0 }),
    jetStreamOf(monitor, account),
  ]);
  const { connections, subscriptions } = accounts.get(account) ?? noFigures(account);
  return {
    account_detail: {
      account_name: account,
      update_time: isoTime(monitor.configuredUnixMs),
      ...(account === monitor.systemAccount && { is_system: true }),
      expired: false,
      complete: true,
      jetstream_enabled: jetstream?.isEnabled ?? false,
      leafnode_connections: 0,
      client_connections: connections,
      subscriptions,
      ...accountDetail(
        operated?.definition ?? monitor.accountDefinition(account),
        monitor.accountDefinitions,
        monitor.systemAccount,
        jetstream,
      ),
      ...tokenDetail(account, operated),
      sublist_stats: sublistStats(page.figures),
    },
    ...staleness,
  };
}

async function jetStreamOf(monitor: Monitor, account: string): Promise<AccountJetStream | undefined> {
  const { jetstream } = monitor.configuration;
  if (jetstream === undefined) return undefined;
  const { accounts } = await monitor.jetstream.totals();
  return { isEnabled: accounts.some((one) => one.account === account), domain: jetstream.domain };
}

/** What an account's token says; without one only its name is a tag. */
function tokenDetail(account: string, operated: OperatorAccount | undefined) {
  if (operated === undefined) return { name_tag: account };
  const { jwt, issuer_key, name_tag, tags, decoded_jwt, revoked_user } = operated.report;
  return {
    jwt,
    issuer_key,
    ...(name_tag !== '' && { name_tag }),
    ...(tags.length > 0 && { tags }),
    decoded_jwt,
    ...(Object.keys(revoked_user).length > 0 && { revoked_user }),
  };
}
