import type { AccountDefinition, JetStreamAccountsAnswer, JetStreamAccountsMessage } from '@skein/accounts';
import type { Link, Member } from '@skein/bus';

const AT_ONCE = 256;
const ANSWER_MS = 10_000;
const AGAIN_MS = 50;
/** A login waits no longer for stores: one that hangs must keep nobody out. */
const PATIENCE_MS = 500;

export interface StoreAccountsOptions {
  bus: Pick<Member, 'links' | 'request'>;
  wait: (ms: number) => Promise<void>;
  /** As things stand; undefined: there is no such account, or nobody has come for it. */
  definitionOf(account: string): AccountDefinition | undefined;
  /** Of all accounts that somebody has come for. */
  known(): Iterable<string>;
  /** Somebody has come for this one: its streams. Never rejects. */
  find(account: string): Promise<void>;
}

/** Store processes know which accounts there are, and what each may store, before its first client does. */
export class StoreAccounts {
  readonly #options: StoreAccountsOptions;
  readonly #stores = new Map<number, Store>();

  constructor(options: StoreAccountsOptions) {
    this.#options = options;
  }

  /** A link to a process is up. */
  joined({ peer: { id, component } }: Link): void {
    if (component !== 'jetstream-store') return;
    const store = this.#stores.get(id) ?? new Store(id, this.#options);
    this.#stores.set(id, store);
    store.begin();
  }

  left(id: number): void {
    this.#stores.get(id)?.leave();
    this.#stores.delete(id);
  }

  /** Resolves when stores live by what these accounts are now, or have left. */
  async changed(accounts: Iterable<string>): Promise<void> {
    const names = [...accounts];
    await Promise.all([...this.#stores.values()].map((store) => store.tell(names)));
  }

  /** Somebody comes in by these. Resolves when stores know them, or after `PATIENCE_MS`. */
  async introduce(accounts: Iterable<string>): Promise<void> {
    const names = [...accounts];
    const lacking = [...this.#stores.values()].filter((store) => names.some((name) => !store.knows(name)));
    if (lacking.length === 0) return;
    await Promise.race([Promise.all(lacking.map((store) => store.tell(names))), this.#options.wait(PATIENCE_MS)]);
  }
}

/** One process. What it has to be told is looked up when it is told: nothing old comes after something new. */
class Store {
  readonly #id: number;
  readonly #options: StoreAccountsOptions;
  readonly #told = new Map<string, AccountDefinition>();
  readonly #due = new Set<string>();
  #begins = true;
  /** Accounts that it has streams of are being looked for. */
  #isFinding = false;
  /** It has been told that there is nothing more. */
  #isComplete = false;
  #hasLeft = false;
  #telling: Promise<void> | undefined;

  constructor(id: number, options: StoreAccountsOptions) {
    this.#id = id;
    this.#options = options;
  }

  knows(account: string): boolean {
    return !this.#begins && this.#told.get(account) === this.#options.definitionOf(account);
  }

  leave(): void {
    this.#hasLeft = true;
  }

  /** What it has heard over an earlier link counts for nothing. */
  begin(): void {
    this.#begins = true;
    this.#isComplete = false;
    this.#told.clear();
    this.tell(this.#options.known());
  }

  /** Resolves when it knows these, or has left. */
  tell(accounts: Iterable<string>): Promise<void> {
    for (const one of accounts) if (!this.knows(one)) this.#due.add(one);
    // What is being told may be what they were a moment ago: it is told again then.
    if (!this.#hasMore) return this.#telling ?? Promise.resolve();
    this.#telling ??= this.#tellAll();
    return this.#telling;
  }

  get #hasMore(): boolean {
    if (this.#hasLeft) return false;
    return this.#begins || this.#due.size > 0 || !(this.#isFinding || this.#isComplete);
  }

  async #tellAll(): Promise<void> {
    const { bus, wait } = this.#options;
    while (this.#hasMore) {
      const names = [...this.#due].slice(0, AT_ONCE);
      for (const name of names) this.#due.delete(name);
      const known = names.flatMap((name) => this.#options.definitionOf(name) ?? []);
      const message: JetStreamAccountsMessage = {
        accounts: known.map(({ name, jetstream }) => ({ name, ...(jetstream && { jetstream }) })),
        gone: names.filter((name) => this.#told.has(name) && !known.some((one) => one.name === name)),
        begins: this.#begins,
        complete: !this.#begins && !this.#isFinding && this.#due.size === 0,
      };
      try {
        const answer = await bus.request(this.#id, 'jetstream-accounts', JSON.stringify(message), ANSWER_MS);
        for (const name of names) this.#told.delete(name);
        for (const one of known) this.#told.set(one.name, one);
        this.#begins = false;
        this.#isComplete ||= message.complete;
        // They may have changed while it was told.
        for (const name of names) if (!this.knows(name)) this.#due.add(name);
        const { stored = [] }: JetStreamAccountsAnswer = JSON.parse(answer);
        this.#tellOfStored(stored);
      } catch {
        for (const name of names) this.#due.add(name);
        await wait(AGAIN_MS);
      }
    }
    this.#telling = undefined;
  }

  /** While others log in: a resolver may take long to find them. */
  async #tellOfStored(accounts: readonly string[]): Promise<void> {
    if (accounts.length === 0) return;
    this.#isFinding = true;
    for (let i = 0; i < accounts.length && !this.#hasLeft; i += AT_ONCE) {
      const some = accounts.slice(i, i + AT_ONCE);
      await Promise.all(some.map(this.#options.find));
      this.tell(some);
    }
    this.#isFinding = false;
    this.tell([]);
  }
}
