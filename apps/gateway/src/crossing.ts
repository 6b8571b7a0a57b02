import type { CompiledMapping, Way } from '@skein/accounts';
import type { Account } from './account.ts';
import type { Route } from './route.ts';

/** A subject of an account, found anew whenever that account's interest has changed. */
export class Destination {
  readonly account: Account;
  readonly subject: Buffer;
  #route: Route | null = null;

  constructor(account: Account, subject: string) {
    this.account = account;
    this.subject = Buffer.from(subject, 'latin1');
  }

  /** Up to date. */
  get route(): Route {
    const route = this.#route;
    if (route === null) {
      this.#route = this.account.route(this.subject, 0, this.subject.length);
      return this.#route;
    }
    if (route.generation !== this.account.generation) this.account.refresh(route);
    return route;
  }
}

/** What becomes of messages on one subject in another account. */
export interface Crossing {
  readonly way: Way;
  readonly destination: Destination;
}

/** What becomes of published messages on one subject by the account's mappings. */
export class Remapping {
  readonly #account: Account;
  readonly #choices: readonly { readonly below: number; readonly find: () => Destination }[];

  constructor(account: Account, subject: string, { choices }: CompiledMapping) {
    this.#account = account;
    let below = 0;
    this.#choices = choices.map(({ weight, transform }) => {
      below += weight / 100;
      if (transform?.isRandom) return { below, find: () => this.#destination(transform.apply(subject)) };
      const destination = this.#destination(transform?.apply(subject) ?? subject);
      return { below, find: () => destination };
    });
  }

  /** @param at chance, from 0 to less than 1. Null: this one is lost. */
  draw(at: number): Destination | null {
    for (const choice of this.#choices) if (at < choice.below) return choice.find();
    return null;
  }

  #destination(subject: string): Destination {
    return new Destination(this.#account, subject);
  }
}
