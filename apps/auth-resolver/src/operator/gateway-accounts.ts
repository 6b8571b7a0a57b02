import type { AccountCountedMessage, AccountDefinition, AccountGoneMessage, AccountMessage } from '@skein/accounts';
import type { Member } from '@skein/bus';
import { askGateways } from '../ask-gateways.ts';

const ANSWER_MS = 10_000;
/** An account may lead to thousands. */
const TOLD_AT_ONCE = 64;

type Bus = Pick<Member, 'peers' | 'links' | 'request'>;

/** What the gateways have been told of accounts. */
export class GatewayAccounts {
  readonly #bus: Bus;
  readonly #wait: (ms: number) => Promise<void>;
  /** By gateway and account. */
  readonly #told = new Map<number, Map<string, AccountDefinition>>();

  constructor(bus: Bus, wait: (ms: number) => Promise<void>) {
    this.#bus = bus;
    this.#wait = wait;
  }

  /** It has left, and whoever takes its place knows nothing. */
  left(gateway: number): void {
    this.#told.delete(gateway);
  }

  knows(gateway: number, definition: AccountDefinition): boolean {
    return this.#told.get(gateway)?.get(definition.name) === definition;
  }

  /** Resolves when the gateway knows these. Rejects when it can't be told. */
  async tell(gateway: number, accounts: readonly { definition: AccountDefinition; token: string }[]): Promise<void> {
    const told = this.#toldTo(gateway);
    const due = accounts.filter(({ definition }) => !this.knows(gateway, definition));
    for (let i = 0; i < due.length; i += TOLD_AT_ONCE) {
      await Promise.all(
        due.slice(i, i + TOLD_AT_ONCE).map(async ({ definition, token }) => {
          const message: AccountMessage = { definition, token, known: false, recheck: false };
          await this.#bus.request(gateway, 'account', JSON.stringify(message), ANSWER_MS);
          told.set(definition.name, definition);
        }),
      );
    }
  }

  /** Gateways that live by one of these accounts, and have not been told of all that it leads to. */
  lacking(accounts: readonly string[], others: readonly string[]): number[] {
    return [...this.#told].flatMap(([gateway, told]) =>
      accounts.some((one) => told.has(one)) && others.some((one) => !told.has(one)) ? [gateway] : [],
    );
  }

  /** An account has changed: resolves when every gateway lives by it, its connections included. */
  async changed(definition: AccountDefinition, token: string): Promise<void> {
    const message: AccountMessage = { definition, token, known: true, recheck: true };
    await askGateways(this.#bus, this.#wait, 'account', message, (gateway) => {
      // One that did not know the account does not know it now.
      const told = this.#told.get(gateway);
      if (told?.has(definition.name)) told.set(definition.name, definition);
    });
    if (definition.limits.connectionsMax === undefined) return;
    const counted: AccountCountedMessage = { account: definition.name };
    await askGateways(this.#bus, this.#wait, 'account-counted', counted);
  }

  /** An account is gone: resolves when its connections are closed. */
  async gone(account: string): Promise<void> {
    const message: AccountGoneMessage = { account };
    await askGateways(this.#bus, this.#wait, 'account-gone', message, (gateway) =>
      this.#toldTo(gateway).delete(account),
    );
  }

  #toldTo(gateway: number): Map<string, AccountDefinition> {
    let told = this.#told.get(gateway);
    if (told === undefined) {
      told = new Map();
      this.#told.set(gateway, told);
    }
    return told;
  }
}
