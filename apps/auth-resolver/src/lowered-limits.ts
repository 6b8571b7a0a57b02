import type { AccountCountedMessage, AccountDefinition, CountsSettledMessage } from '@skein/accounts';
import { askGateways } from './ask-gateways.ts';

type Accounts = readonly { readonly definition: Pick<AccountDefinition, 'name' | 'limits'> }[];
type Bus = Parameters<typeof askGateways>[0];

/** Accounts that may have fewer clients by the new configuration than by the old. */
export function loweredLimits(before: Accounts, after: Accounts): string[] {
  const old = new Map(before.map(({ definition }) => [definition.name, connectionsMaxOf(definition)]));
  return after
    .filter(({ definition }) => connectionsMaxOf(definition) < (old.get(definition.name) ?? 0))
    .map(({ definition }) => definition.name);
}

function connectionsMaxOf({ limits: { connectionsMax = -1 } }: Accounts[number]['definition']): number {
  return connectionsMax < 0 ? Number.POSITIVE_INFINITY : connectionsMax;
}

/** Resolves when nobody is in these accounts any more who is too many, over all gateways. */
export async function enforceLimits(
  bus: Bus,
  wait: (ms: number) => Promise<void>,
  accounts: readonly string[],
  revision: number,
): Promise<void> {
  const settled: CountsSettledMessage = { revision };
  await askGateways(bus, wait, 'counts-settled', settled);
  for (const account of accounts) {
    const counted: AccountCountedMessage = { account };
    await askGateways(bus, wait, 'account-counted', counted);
  }
}
