import { type Component, LEAVING, type Link, type Member, SERVING } from '@skein/bus';

/** Who sends what is held while a store is away. */
const SENDERS: readonly Component[] = ['gateway', 'jetstream-store'];
const ANSWER_MS = 5000;
/** A gateway that does not answer in this time is not waited for: the whole end has 1.5 s. */
const LEFT_MS_MAX = 400;

/** Tells gateways that this process has declared all that it wants, as they have held messages since the one before it ended; and that it goes. */
export class Serving {
  readonly #member: Pick<Member, 'links' | 'request'>;
  #serves = false;

  constructor(member: Pick<Member, 'links' | 'request'>) {
    this.#member = member;
  }

  /** Everything that was declared is settled. Once is enough. */
  begin(): void {
    if (this.#serves) return;
    this.#serves = true;
    for (const link of this.#member.links.values()) this.#tell(link);
  }

  /** Gateways and other stores hold what is for this process from now on. Resolves when all that they sent before has come. */
  async end(): Promise<void> {
    this.#serves = false;
    const senders = [...this.#member.links.values()].filter(({ peer }) => SENDERS.includes(peer.component));
    await Promise.allSettled(senders.map(({ peer }) => this.#member.request(peer.id, LEAVING, '', LEFT_MS_MAX)));
  }

  linkUp(link: Link): void {
    if (this.#serves) this.#tell(link);
  }

  #tell({ peer }: Link): void {
    // A gateway that is gone holds nothing.
    if (peer.component === 'gateway') this.#member.request(peer.id, SERVING, '', ANSWER_MS).catch(() => {});
  }
}
