import type { AccountTokens } from '@skein/accounts';
import type { Member } from '@skein/bus';
import { decodeJwtAs, JwtError } from '@skein/jwt';
import { type AccountBook, AccountError } from './account-book.ts';
import type { GatewayAccounts } from './gateway-accounts.ts';
import type { AccountStore } from './stores/account-store.ts';

const ANSWER_MS = 2000;
const AGAIN_MS = 50;

export interface AdoptionOptions {
  bus: Pick<Member, 'peers' | 'request'>;
  wait: (ms: number) => Promise<void>;
  store: AccountStore;
  /** It outlives this process: what it has is newer than what the gateways were told. */
  isLasting: boolean;
  book: AccountBook;
  gateways: GatewayAccounts;
}

/**
 * A new auth-resolver in a node that runs: its predecessor has told the gateways of accounts, and may have died in the middle of
 * it. Nobody is let in by an older token than they have: a revocation that was acknowledged stays one. Resolves when logins
 * can be answered, to the accounts that the gateways know.
 */
export async function adoptAccounts(options: AdoptionOptions): Promise<string[]> {
  const { bus, store, isLasting, book, gateways } = options;
  const told = new Map<string, string>();
  const present = [...bus.peers.values()].filter(({ component }) => component === 'gateway');
  for (const tokens of await Promise.all(present.map(({ id }) => tokensOf(id, options)))) {
    for (const [account, token] of tokens) {
      if (issuedAt(token) >= issuedAt(told.get(account))) told.set(account, token);
    }
  }
  const differing: string[] = [];
  for (const [account, token] of told) {
    const kept = isLasting ? await store.lookup(account).catch(() => undefined) : await newest(account, token, store);
    if (kept !== token) differing.push(account);
  }
  const names = [...told.keys()];
  book.adopt(names);
  // The gateways hear of these while others log in.
  Promise.all(differing.map((account) => tellAgain(account, book, gateways))).catch(() => {});
  return names;
}

/** Of what the configuration brings along and what was told, the newer one; it is the store's from now on. */
async function newest(account: string, token: string, store: AccountStore): Promise<string | undefined> {
  const kept = await store.lookup(account).catch(() => undefined);
  if (kept !== undefined && issuedAt(kept) > issuedAt(token)) return kept;
  await store.save(account, token);
  return token;
}

async function tellAgain(account: string, book: AccountBook, gateways: GatewayAccounts): Promise<void> {
  try {
    const { definition, token } = await book.get(account);
    await gateways.changed(definition, token);
  } catch (error) {
    if (!(error instanceof AccountError)) throw error;
    await gateways.gone(account);
  }
}

async function tokensOf(gateway: number, { bus, wait }: AdoptionOptions): Promise<AccountTokens['tokens']> {
  const all: AccountTokens['tokens'] = [];
  // One that has frozen leaves after 2 s, with all its connections.
  while (bus.peers.has(gateway)) {
    try {
      const body = JSON.stringify({ after: all.at(-1)?.[0] ?? '' });
      const { tokens, more }: AccountTokens = JSON.parse(await bus.request(gateway, 'account-tokens', body, ANSWER_MS));
      all.push(...tokens);
      if (!more) return all;
    } catch {
      await wait(AGAIN_MS);
    }
  }
  return [];
}

function issuedAt(token: string | undefined): number {
  if (token === undefined) return 0;
  try {
    return decodeJwtAs('account', token).iat;
  } catch (error) {
    if (error instanceof JwtError) return 0;
    throw error;
  }
}
