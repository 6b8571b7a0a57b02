import type { AccountFigures } from '@skein/events';
import { type Answers, type Gather, staleness } from './gather.ts';

export interface AccountStatistics {
  accounts: Map<string, AccountFigures>;
  staleness: ReturnType<typeof staleness>;
}

/** What the clients of accounts amount to, over all gateways; without names those that have connections. */
export async function accountStatistics(gather: Gather, names?: readonly string[]): Promise<AccountStatistics> {
  const answers: Answers<{ accounts: AccountFigures[] }> = await gather.put({
    method: 'accounts',
    body: JSON.stringify({ accounts: names }),
    component: 'gateway',
  });
  const accounts = new Map<string, AccountFigures>();
  for (const { body } of answers.answers) {
    for (const one of body.accounts) accounts.set(one.account, joined(accounts.get(one.account), one));
  }
  return { accounts, staleness: staleness(answers) };
}

/** The names of the accounts that have connections. */
export async function activeAccounts(gather: Gather): Promise<string[]> {
  const { answers } = await gather.put<{ names: string[] }>({ method: 'active-accounts', component: 'gateway' });
  return [...new Set(answers.flatMap(({ body }) => body.names))];
}

/** Of an account that no gateway has seen. */
export function noFigures(account: string): AccountFigures {
  const none = { msgs: 0, bytes: 0 };
  return { account, nameTag: account, connections: 0, subscriptions: 0, slowConsumers: 0, sent: none, received: none };
}

function joined(a: AccountFigures | undefined, b: AccountFigures): AccountFigures {
  if (a === undefined) return b;
  return {
    account: b.account,
    nameTag: b.nameTag,
    connections: a.connections + b.connections,
    subscriptions: a.subscriptions + b.subscriptions,
    slowConsumers: a.slowConsumers + b.slowConsumers,
    sent: { msgs: a.sent.msgs + b.sent.msgs, bytes: a.sent.bytes + b.sent.bytes },
    received: { msgs: a.received.msgs + b.received.msgs, bytes: a.received.bytes + b.received.bytes },
  };
}
