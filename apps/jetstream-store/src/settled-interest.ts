import type { Member } from '@skein/bus';

interface Waiter {
  readonly sequence: number;
  resolve(): void;
}

/** Lets requests that changed interest wait until every gateway has applied it. */
export class SettledInterest {
  readonly #member: Pick<Member, 'sequence' | 'settled'>;
  /** By their sequences. */
  #waiters: Waiter[] = [];

  constructor(member: Pick<Member, 'sequence' | 'settled'>) {
    this.#member = member;
  }

  /** Resolves when everything declared so far is settled. */
  all(): Promise<void> {
    const { sequence } = this.#member;
    if (this.#member.settled(sequence)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ sequence, resolve }));
  }

  /** The bus says how far it is. */
  reached(sequence: number): void {
    while (this.#waiters.length > 0 && (this.#waiters[0] as Waiter).sequence <= sequence)
      this.#waiters.shift()?.resolve();
  }
}
