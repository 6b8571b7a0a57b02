import { type AccountDefinition, GLOBAL_ACCOUNT, newDefinition } from '@skein/accounts';
import { systemAccountOf } from '@skein/config/options';
import type { Gateway } from './gateway.ts';
import type { GatewayConfiguration } from './settings.ts';

/** What the accounts are, by the configuration or by whoever else knows of them (operator mode); changed while clients are there. */
export class AccountDefinitions {
  readonly #gateway: Gateway;
  /** Of the configuration, as JSON: what is the same as before changes nothing. */
  #configured = new Map<string, string>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  configure(
    configuration: Pick<GatewayConfiguration, 'accounts' | 'mappings' | 'systemAccount' | 'noSystemAccount'>,
  ): void {
    const { accounts, mappings } = configuration;
    this.#gateway.interchange.graph.systemAccount = systemAccountOf(configuration);
    const definitions = accounts.map(({ definition }) => definition);
    definitions.push({ ...newDefinition(GLOBAL_ACCOUNT), mappings });
    const before = this.#configured;
    this.#configured = new Map(definitions.map((definition) => [definition.name, JSON.stringify(definition)]));
    for (const name of before.keys()) if (!this.#configured.has(name)) this.remove(name);
    for (const definition of definitions) {
      if (before.get(definition.name) !== this.#configured.get(definition.name)) this.apply(definition);
    }
  }

  /** From now on the account is this. Its clients stay; their limits follow. */
  apply(definition: AccountDefinition): void {
    this.#changed(this.#gateway.interchange.graph.set(definition));
    const account = this.#gateway.account(definition.name);
    account.limits = definition.limits;
    account.nameTag = definition.nameTag ?? definition.name;
    account.traceDestination = definition.traceDestination;
    this.#gateway.places.recount(account);
    this.#gateway.admission.enforceLimits(account);
  }

  /** There is no such account any more. Its clients are whoever's who let them in. */
  remove(name: string): void {
    this.#changed(this.#gateway.interchange.graph.delete(name));
    const account = this.#gateway.accounts.get(name);
    if (account === undefined) return;
    account.limits = {};
    account.traceDestination = undefined;
    this.#gateway.places.recount(account);
    for (const connection of account.connections) this.#gateway.admission.limit(connection);
  }

  #changed(names: Iterable<string>): void {
    for (const name of names) this.#gateway.accounts.get(name)?.waysChanged();
  }
}
