import { type Link, type Member, SERVING } from '@skein/bus';

const ANSWER_MS = 5000;

/** Tells gateways that this process has declared all that it wants: they have held messages since the one before it ended. */
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

  linkUp(link: Link): void {
    if (this.#serves) this.#tell(link);
  }

  #tell({ peer }: Link): void {
    // A gateway that is gone holds nothing.
    if (peer.component === 'gateway') this.#member.request(peer.id, SERVING, '', ANSWER_MS).catch(() => {});
  }
}
