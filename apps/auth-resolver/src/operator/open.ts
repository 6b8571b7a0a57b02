import type { Link, Member, NodeIdentity, Runtime } from '@skein/bus';
import { Trust } from '@skein/trust';
import type { AccountChange } from '../audit.ts';
import type { Ask } from '../callout/service.ts';
import type { AuthConfiguration, Log } from '../options.ts';
import { AccountBook } from './account-book.ts';
import { accountReport } from './account-report.ts';
import { adoptAccounts } from './adoption.ts';
import { ClaimsListener } from './claims-listener.ts';
import { ClaimsService } from './claims-service.ts';
import { GatewayAccounts } from './gateway-accounts.ts';
import { OperatorMode } from './operator-mode.ts';
import { StoreAccounts } from './store-accounts.ts';
import { DirectoryStore } from './stores/directory-store.ts';
import { openStore } from './stores/open-store.ts';

export interface OpenOperatorModeOptions {
  configuration: AuthConfiguration;
  identity: NodeIdentity;
  member: Member;
  ask: Ask;
  changed(change: AccountChange): void;
  runtime: Runtime;
  log: Log;
}

/** All of operator mode, at work. */
export interface OpenOperatorMode {
  readonly mode: OperatorMode;
  joined(link: Link): void;
  left(process: number): void;
  /** Absent: there is no system account to be asked in. */
  readonly listener?: ClaimsListener;
  figures(): Record<string, unknown>;
  /** @throws TrustError when that can't be in force */
  check(configuration: AuthConfiguration): void;
  use(configuration: AuthConfiguration): void;
  close(): Promise<void>;
}

/** @throws TrustError, or an Error of node:fs for the directory */
export async function openOperatorMode(options: OpenOperatorModeOptions): Promise<OpenOperatorMode> {
  const { identity, member, runtime, log } = options;
  let { configuration } = options;
  const trustOf = ({ trust, systemAccount }: AuthConfiguration): Trust => new Trust(trust, systemAccount);
  let trust = trustOf(configuration);
  const wallMs = (): number => runtime.wallMs();
  const wait = (ms: number): Promise<void> => new Promise((resolve) => runtime.setTimer(ms, resolve));
  const store = await openStore(configuration.trust, trust, wallMs, wait);
  const book = new AccountBook(store, trust, wallMs);
  const gateways = new GatewayAccounts(member, wait);
  const stores = new StoreAccounts({
    bus: member,
    wait,
    definitionOf: (account) => book.known(account)?.definition,
    known: () => [...book.all()].map(([name]) => name),
    find: (account) => Promise.resolve(book.get(account)).then(nothing, nothing),
  });
  const mode = new OperatorMode({
    ask: options.ask,
    changed: options.changed,
    trust,
    store,
    book,
    gateways,
    stores,
    runtime,
    log,
  });
  const { resolver } = configuration.trust;
  const isLasting = store instanceof DirectoryStore;
  const adopted = adoptAccounts({ bus: member, wait, store, isLasting, book, gateways });
  const { systemAccount } = trust;
  member.handle('operator-accounts', (body) => {
    const { account }: { account?: string } = JSON.parse(body);
    if (account !== undefined) return JSON.stringify({ account: accountReport(book, account) });
    return JSON.stringify({ names: [...book.all()].map(([name]) => name) });
  });
  const service = new ClaimsService({
    mode,
    store,
    kind: resolver?.kind ?? 'url',
    ...(store instanceof DirectoryStore && { listing: store }),
    allowDelete: resolver?.kind === 'full' && resolver.allowDelete,
    trust: () => trust,
    systemAccount,
    nowSeconds: () => Math.floor(wallMs() / 1000),
    log,
  });
  const listener =
    systemAccount === undefined
      ? undefined
      : new ClaimsListener({
          member,
          account: systemAccount,
          service,
          facts: () => ({
            ...identity,
            ...configuration,
            tags: configuration.serverTags,
            metadata: configuration.serverMetadata,
            jetstream: configuration.jetstream,
            serverName: identity.serverName,
          }),
          wallMs,
          log,
        });
  const names = await adopted;
  mode.goOn(names).catch((error: Error) => log.warn(`accounts that are in use: ${error.message}`));
  listener?.start();
  // Whoever is linked from here on is told of by `joined`.
  for (const link of member.links.values()) stores.joined(link);
  return {
    mode,
    joined: (link) => stores.joined(link),
    left: (process) => {
      gateways.left(process);
      stores.left(process);
    },
    listener,
    figures: () => ({ usersRemembered: mode.usersRemembered, accountsKnown: mode.accountsKnown }),
    check: (next) => {
      trustOf(next);
    },
    use: (next) => {
      if (next === configuration) return;
      const changes = JSON.stringify(next.trust) !== JSON.stringify(configuration.trust);
      configuration = next;
      if (!changes) return;
      trust = trustOf(next);
      mode.use(trust, next.trust.preload).catch((error: Error) => log.warn(`reload of accounts: ${error.message}`));
    },
    async close() {
      mode.close();
      await store.close();
    },
  };
}

/** Who can't be had is refused when somebody comes. */
const nothing = (): void => {};
