import type { Member } from '@skein/bus';
import { gatewayOf, subjectOf } from './address.ts';
import type { Address } from './hosting.ts';

/** As gateways call the question; see their `unheard`. */
const UNHEARD = 'unheard';
/** Of one question. */
const SUBJECTS_MAX = 1024;
const ANSWER_MS = 1000;

/**
 * Who is still there of those that wait: a client that unsubscribes or goes takes its pull requests with it without a word. Nobody follows
 * the inboxes of requests; they are asked about, at the gateway that the request came by, which knows the interest of all.
 */
export class Presence {
  readonly #member: Pick<Member, 'request' | 'links' | 'linkTo'>;

  constructor(member: Pick<Member, 'request' | 'links' | 'linkTo'>) {
    this.#member = member;
  }

  /** Those of the addresses that nobody hears any more. Whoever cannot be asked about is there. */
  async gone(account: string, addresses: Iterable<Address>): Promise<Set<Address>> {
    const byGateway = Map.groupBy(new Set(addresses), gatewayOf);
    const questions: Promise<Address[]>[] = [];
    for (const [gateway, asked] of byGateway) {
      const link = this.#member.links.get(gateway) ?? this.#member.linkTo('gateway');
      if (link === undefined) continue;
      for (let at = 0; at < asked.length; at += SUBJECTS_MAX) {
        questions.push(this.#ask(link.peer.id, account, asked.slice(at, at + SUBJECTS_MAX)));
      }
    }
    return new Set((await Promise.all(questions)).flat());
  }

  async #ask(process: number, account: string, asked: Address[]): Promise<Address[]> {
    const body = JSON.stringify({ account, subjects: asked.map(subjectOf) });
    const text = await this.#member.request(process, UNHEARD, body, ANSWER_MS).catch(() => '{}');
    const { unheard = [] } = JSON.parse(text) as { unheard?: string[] };
    const subjects = new Set(unheard);
    return asked.filter((address) => subjects.has(subjectOf(address)));
  }
}
