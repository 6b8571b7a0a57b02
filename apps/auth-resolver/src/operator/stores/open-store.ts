import type { Trust, TrustOptions } from '@skein/trust';
import type { AccountStore } from './account-store.ts';
import { DirectoryStore } from './directory-store.ts';
import { MemoryStore } from './memory-store.ts';
import { UrlStore } from './url-store.ts';

/** Where the configuration says that accounts are kept; those that it brings along are in it when this resolves. */
export async function openStore(options: TrustOptions, trust: Trust, wallMs: () => number): Promise<AccountStore> {
  const { resolver, preload, resolverTls } = options;
  switch (resolver?.kind) {
    case 'memory':
      return new MemoryStore(preload);
    case 'full':
    case 'cache': {
      const store = new DirectoryStore(resolver, wallMs);
      for (const [account, token] of Object.entries(preload)) {
        if ((await store.lookup(account)) === undefined) await store.save(account, token);
      }
      return store;
    }
    default:
      return new UrlStore(resolver?.url ?? accountServer(trust), resolverTls);
  }
}

/** An operator may name one. */
function accountServer({ operators }: Trust): string {
  const url = operators[0]?.nats.account_server_url ?? '';
  return `${url.replace(/\/$/, '')}/accounts/`;
}
