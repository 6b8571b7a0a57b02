import { optionsFromBody } from '../endpoints/options.ts';
import type { Asked } from '../gather.ts';

const fields = { cid: { kind: 'uint64', body: 'cid' } } as const;
const ANSWER_MS = 2000;

const deeds = {
  KICK: { struct: 'KickClientReq', method: 'kick', notFound: 'no such client or leafnode id' },
  LDM: { struct: 'LDMClientReq', method: 'lame-duck', notFound: 'no such client id' },
} as const;

/** What is done to one client, whichever gateway it is on: it is closed, or told to go to another server. */
export class ClientDeeds {
  readonly #member: Asked;

  constructor(member: Asked) {
    this.#member = member;
  }

  /** Throws `QuestionError` when the body cannot be read. Only ids name a client (nats-server 2.15). */
  async do(name: keyof typeof deeds, body: string): Promise<object> {
    const { struct, method, notFound } = deeds[name];
    const { cid } = optionsFromBody(fields, [struct, struct], body);
    const gateways = [...this.#member.peers.values()].filter(({ component }) => component === 'gateway');
    const question = JSON.stringify({ cid });
    // Whoever has it says so: nobody waits for a gateway that is stuck.
    const isFound = await Promise.any(gateways.map((peer) => this.#found(peer.id, method, question))).catch(
      () => false,
    );
    return isFound ? {} : { error: { code: 500, description: notFound } };
  }

  /** Rejects where it is not there. */
  async #found(gateway: number, method: string, question: string): Promise<true> {
    const { found } = JSON.parse(await this.#member.request(gateway, method, question, ANSWER_MS)) as {
      found: boolean;
    };
    if (!found) throw new Error('not here');
    return true;
  }
}
