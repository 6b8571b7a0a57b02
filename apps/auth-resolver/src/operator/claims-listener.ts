import type { Link, Member, MemberHandlers } from '@skein/bus';
import { type ServerFacts, serverInfo } from '@skein/events';
import { BODY_BYTES_MAX, type ClaimsService } from './claims-service.ts';

/** Requests that wait for their turn: each may change every gateway. */
const WAITING_MAX = 256;

export interface ClaimsListenerOptions {
  member: Pick<Member, 'declare' | 'links'>;
  /** The system account's name. */
  account: string;
  service: ClaimsService;
  facts(): ServerFacts;
  wallMs(): number;
  log: { warn(text: string): void };
}

/** Hears the requests of the system account that are about tokens, and answers through the gateway that they came by. */
export class ClaimsListener {
  readonly #options: ClaimsListenerOptions;
  readonly #accountBytes: Buffer;
  #sequence = 0;
  #waiting = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ClaimsListenerOptions) {
    this.#options = options;
    this.#accountBytes = Buffer.from(options.account);
  }

  start(): void {
    const { member, account, service } = this.#options;
    for (const pattern of service.patterns()) member.declare(account, pattern, '', 1);
  }

  redeclare: NonNullable<MemberHandlers['redeclare']> = (emit) => {
    for (const pattern of this.#options.service.patterns()) emit(this.#options.account, pattern, '', 1);
    return undefined;
  };

  /** The ranges are lent for the call. */
  deliver: NonNullable<MemberHandlers['deliver']> = (link, _account, buf, ss, se, rs, re, headerBytes, ps, pe) => {
    if (this.#waiting >= WAITING_MAX) return;
    const subject = buf.toString('latin1', ss, se);
    const reply = buf.toString('latin1', rs, re);
    const body = Buffer.from(buf.subarray(ps + headerBytes, Math.min(pe, ps + headerBytes + BODY_BYTES_MAX)));
    this.#waiting++;
    // One after the other: an update answered is in force before the next is looked at.
    this.#turn = this.#turn
      .then(() => this.#answer(link, subject, reply, body))
      .catch((error: Error) => this.#options.log.warn(`${subject}: ${error.stack}`))
      .finally(() => {
        this.#waiting--;
      });
  };

  async #answer(link: Link, subject: string, reply: string, body: Buffer): Promise<void> {
    const answer = await this.#options.service.answer(subject, body);
    if (answer === undefined || reply === '') return;
    if ('texts' in answer) {
      for (const text of answer.texts) this.#publish(link, reply, text);
      return;
    }
    const { facts, wallMs } = this.#options;
    const server = serverInfo(facts(), ++this.#sequence, wallMs());
    this.#publish(link, reply, JSON.stringify({ server, ...answer.enveloped }));
  }

  #publish(link: Link, reply: string, text: string): void {
    const subject = Buffer.from(reply, 'latin1');
    const payload = Buffer.from(text);
    const account = this.#accountBytes;
    const none = Buffer.alloc(0);
    const way = link.up ? link : [...this.#options.member.links.values()].find(isGateway);
    way?.publish(account, subject, 0, subject.length, none, 0, 0, 0, payload, 0, payload.length);
  }
}

const isGateway = ({ peer }: Link): boolean => peer.component === 'gateway';
