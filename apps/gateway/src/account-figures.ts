import type { AccountFigures } from '@skein/events';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';

export interface AccountFiguresQuery {
  /** Absent: all that have connections. */
  accounts?: string[];
}

/** Accounts in one answer. */
const ACCOUNTS_MAX = 20_000;

/** What the clients of accounts amount to on this gateway, those included that have gone; added up when asked, not per message. */
export function accountFigures(gateway: Gateway, { accounts }: AccountFiguresQuery): { accounts: AccountFigures[] } {
  const chosen = accounts === undefined ? withConnections(gateway) : named(gateway, accounts);
  return { accounts: chosen.slice(0, ACCOUNTS_MAX).map(figuresOf) };
}

/** The names of all that have connections. */
export function activeAccounts(gateway: Gateway): { names: string[] } {
  return { names: withConnections(gateway).map(({ name }) => name) };
}

function withConnections({ accounts }: Gateway): Account[] {
  return [...accounts.values()].filter(({ connections }) => connections.size > 0);
}

function named({ accounts }: Gateway, names: readonly string[]): Account[] {
  return names.map((name) => accounts.get(name)).filter((account) => account !== undefined);
}

function figuresOf({ name, nameTag, connections, local, moved, slowConsumers }: Account): AccountFigures {
  const sent = { msgs: moved.outMsgs, bytes: moved.outBytes };
  const received = { msgs: moved.inMsgs, bytes: moved.inBytes };
  for (const { inMsgs, inBytes, outMsgs, outBytes } of connections) {
    sent.msgs += outMsgs;
    sent.bytes += outBytes;
    received.msgs += inMsgs;
    received.bytes += inBytes;
  }
  return {
    account: name,
    nameTag,
    connections: connections.size,
    subscriptions: local.size,
    slowConsumers,
    sent,
    received,
  };
}
