import type { AccountGoneMessage, AccountMessage } from '@skein/accounts';
import type { Gateway } from './gateway.ts';

/** Operator mode: what the auth-resolver says of accounts, which no configuration names. */
export class OperatorAccounts {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** Answered when the account is as its new definition has it, for its live connections too where `recheck` asks for it. */
  async changed(body: string): Promise<string> {
    const { definition, token, known, recheck }: AccountMessage = JSON.parse(body);
    if (recheck) this.#gateway.admission.accountChanges(definition.name);
    if (known && !this.#gateway.accounts.has(definition.name)) return '{}';
    this.#gateway.admission.standIn.learn(definition.name, token);
    this.#gateway.definitions.apply(definition);
    const account = this.#gateway.accounts.get(definition.name);
    if (!recheck || account === undefined) return '{}';
    await this.#gateway.admission.recheckAccount(account);
    // What comes next is about all gateways together.
    if (definition.limits.connectionsMax !== undefined) await this.#gateway.places.settledNow();
    return '{}';
  }

  gone(body: string): string {
    const { account: name }: AccountGoneMessage = JSON.parse(body);
    this.#gateway.admission.accountChanges(name);
    this.#gateway.admission.standIn.forget(name);
    const account = this.#gateway.accounts.get(name);
    if (account === undefined) return '{}';
    for (const connection of [...account.connections]) this.#gateway.admission.end(connection, 'account-expired');
    this.#gateway.definitions.remove(name);
    return '{}';
  }
}
