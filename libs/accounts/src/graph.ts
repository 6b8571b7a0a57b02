import { Sublist } from '@skein/subjects';
import type { AccountDefinition } from './definition.ts';
import { Mapper, MappingError } from './mapper.ts';
import { isService, isStream, serviceWay, streamWay, systemWays, type Way } from './ways.ts';

/**
 * The accounts that are known, and the ways between them. What is written about one is compiled when its first message asks:
 * ten thousand accounts cost no more than their text until then.
 */
export class AccountGraph {
  readonly #definitions = new Map<string, AccountDefinition>();
  /** Who imports anything from an account. */
  readonly #importers = new Map<string, Set<string>>();
  #systemAccount: string | undefined;

  get(name: string): AccountDefinition | undefined {
    return this.#definitions.get(name);
  }

  /** Undefined: there is none. */
  set systemAccount(name: string | undefined) {
    this.#systemAccount = name;
  }

  /** Returns the accounts whose ways are other now. */
  set(definition: AccountDefinition): Set<string> {
    const affected = this.delete(definition.name);
    this.#definitions.set(definition.name, definition);
    for (const { account } of definition.imports) {
      let importers = this.#importers.get(account);
      if (importers === undefined) {
        importers = new Set();
        this.#importers.set(account, importers);
      }
      importers.add(definition.name);
      affected.add(account);
    }
    return affected;
  }

  /** Returns the accounts whose ways are other now. */
  delete(name: string): Set<string> {
    const affected = new Set([name, ...(this.#importers.get(name) ?? [])]);
    for (const { account } of this.#definitions.get(name)?.imports ?? []) {
      affected.add(account);
      const importers = this.#importers.get(account);
      importers?.delete(name);
      if (importers?.size === 0) this.#importers.delete(account);
    }
    this.#definitions.delete(name);
    return affected;
  }

  /** Where messages of the account go beside the account itself; null: nowhere. */
  ways(name: string): Sublist<Way> | null {
    const ways = new Sublist<Way>();
    if (this.#systemAccount !== undefined) for (const way of systemWays(name, this.#systemAccount)) ways.insert(way);
    for (const way of [...this.#streamsOf(name), ...this.#servicesFor(name)]) ways.insert(way);
    return ways.size === 0 ? null : ways;
  }

  /** Null: nothing is mapped. A mapping that can't be (an account is no configuration, which is checked) leaves all as they are. */
  mapper(name: string): Mapper | null {
    const mappings = this.#definitions.get(name)?.mappings ?? [];
    try {
      const mapper = new Mapper(mappings);
      return mapper.isEmpty ? null : mapper;
    } catch (error) {
      if (error instanceof MappingError) return null;
      throw error;
    }
  }

  *#streamsOf(name: string): Generator<Way> {
    const exporter = this.#definitions.get(name);
    if (exporter === undefined) return;
    for (const importer of this.#importers.get(name) ?? []) {
      for (const wanted of this.#definitions.get(importer)?.imports.filter(isStream) ?? []) {
        const way = wanted.account === name ? streamWay(exporter, importer, wanted) : undefined;
        if (way !== undefined) yield way;
      }
    }
  }

  *#servicesFor(name: string): Generator<Way> {
    for (const wanted of this.#definitions.get(name)?.imports.filter(isService) ?? []) {
      const exporter = this.#definitions.get(wanted.account);
      const way = exporter === undefined ? undefined : serviceWay(name, exporter, wanted);
      if (way !== undefined) yield way;
    }
  }
}
