import type { DirectoryResolverOptions, Trust, TrustOptions } from '@skein/trust';
import type { AccountStore } from './account-store.ts';
import { DirectoryLockError } from './directory-lock.ts';
import { DirectoryStore } from './directory-store.ts';
import { MemoryStore } from './memory-store.ts';
import { UrlStore } from './url-store.ts';

const LOCK_MS = 2000;
const LOCK_AGAIN_MS = 50;

type Wait = (ms: number) => Promise<void>;

/** Where the configuration says that accounts are kept; those that it brings along are in it when this resolves. */
export async function openStore(
  options: TrustOptions,
  trust: Trust,
  wallMs: () => number,
  wait: Wait,
): Promise<AccountStore> {
  const { resolver, preload, resolverTls } = options;
  switch (resolver?.kind) {
    case 'memory':
      return new MemoryStore(preload);
    case 'full':
    case 'cache': {
      const store = await openDirectory(resolver, wallMs, wait);
      for (const [account, token] of Object.entries(preload)) {
        if ((await store.lookup(account)) === undefined) await store.save(account, token);
      }
      return store;
    }
    default:
      return new UrlStore(resolver?.url ?? accountServer(trust), resolverTls);
  }
}

/** The process that had it may be about to end: a node was killed, and is started again. */
async function openDirectory(
  options: DirectoryResolverOptions,
  wallMs: () => number,
  wait: Wait,
): Promise<DirectoryStore> {
  for (let waitedMs = 0; ; waitedMs += LOCK_AGAIN_MS) {
    try {
      return new DirectoryStore(options, wallMs);
    } catch (error) {
      if (!(error instanceof DirectoryLockError) || waitedMs >= LOCK_MS) throw error;
      await wait(LOCK_AGAIN_MS);
    }
  }
}

/** An operator may name one. */
function accountServer({ operators }: Trust): string {
  const url = operators[0]?.nats.account_server_url ?? '';
  return `${url.replace(/\/$/, '')}/accounts/`;
}
