import { GLOBAL_ACCOUNT, type JetStreamAccountsMessage, type JetStreamLimits } from '@skein/accounts';
import { jetStreamAccounts } from '@skein/config/jetstream';
import { type ServerOptions, systemAccountOf } from '@skein/config/options';
import { isOperatorMode } from '@skein/trust/options';

/** By tier (`R1`), or under '' whatever the number of replicas. */
export type TierLimits = Readonly<Record<string, JetStreamLimits>>;

/** What an account may store; null: it has no JetStream, and whoever asks is told so; undefined: there is no such account. */
export type Allowance = TierLimits | null | undefined;

/** The accounts of the node: those of the configuration, or, in operator mode, those that somebody has come for. */
export class NodeAccounts {
  readonly #allowances = new Map<string, TierLimits | null>();
  readonly #configured = new Set<string>();
  readonly #changed: (account: string, allowance: Allowance) => void;

  constructor(changed: (account: string, allowance: Allowance) => void) {
    this.#changed = changed;
  }

  *[Symbol.iterator](): IterableIterator<[account: string, allowance: TierLimits | null]> {
    yield* this.#allowances;
  }

  has(account: string): boolean {
    return this.#allowances.has(account);
  }

  /** A configuration is in force. Of accounts that have tokens it says nothing. */
  configure(options: ServerOptions): void {
    const allowed = jetStreamAccounts(options);
    const names = new Set(allowed.keys());
    if (!isOperatorMode(options.trust)) {
      names.add(GLOBAL_ACCOUNT);
      const system = systemAccountOf(options);
      if (system !== undefined) names.add(system);
      for (const { definition } of options.accounts) names.add(definition.name);
    }
    for (const name of this.#configured) if (!names.has(name)) this.#set(name, undefined);
    this.#configured.clear();
    for (const name of names) {
      this.#configured.add(name);
      this.#set(name, allowed.get(name) ?? null);
    }
  }

  tell({ accounts, gone }: Pick<JetStreamAccountsMessage, 'accounts' | 'gone'>): void {
    for (const { name, jetstream } of accounts) this.#set(name, jetstream ?? null);
    for (const name of gone) this.#set(name, undefined);
  }

  #set(account: string, allowance: Allowance): void {
    if (JSON.stringify(this.#allowances.get(account)) === JSON.stringify(allowance)) return;
    if (allowance === undefined) this.#allowances.delete(account);
    else this.#allowances.set(account, allowance);
    this.#changed(account, allowance);
  }
}
