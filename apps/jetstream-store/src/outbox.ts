import type { Link, Member } from '@skein/bus';
import type { AckSubjectWriter } from '@skein/jetstream-core';
import { GATEWAY_BYTES, gatewayOf } from './address.ts';
import type { Address, Outbox } from './hosting.ts';

/** What nobody received comes back; it names itself by where it is acknowledged. */
const RETURNED = 1;
const none = Buffer.alloc(0);
const SUBJECT_BYTES = 64 * 1024;

/** What leaves goes to a gateway, which routes it: an answer to the one that the request came by. */
export class LinkOutbox implements Outbox {
  readonly #member: Pick<Member, 'links'>;
  readonly #accounts = new Map<string, Buffer>();
  readonly #subject = Buffer.alloc(SUBJECT_BYTES);
  readonly #reply = Buffer.alloc(SUBJECT_BYTES);
  /** Gateways that are up, in the order of their ids; made when it is needed. */
  #gateways: Link[] | undefined;
  /** Whose subject is in `#to`. */
  #lastAddress: Address = '';
  readonly #to = Buffer.alloc(SUBJECT_BYTES);
  #toEnd = 0;
  /** What is in `#shown`. */
  #lastShown = '';
  readonly #shown = Buffer.alloc(SUBJECT_BYTES);
  #shownEnd = 0;
  /** Messages that no link took. */
  lost = 0;

  constructor(member: Pick<Member, 'links'>) {
    this.#member = member;
  }

  /** Links have come or gone. */
  linksChanged(): void {
    this.#gateways = undefined;
  }

  /** A gateway has not worked through what it was sent: what can wait, waits for `writable`. */
  get isCongested(): boolean {
    for (const link of this.#all()) if (!link.writable) return true;
    return false;
  }

  reply(account: string, to: Address, content: Buffer, headerBytes: number): void {
    if (to === '') return;
    this.#address(to);
    this.#send(this.#linkOf(to), account, this.#to, this.#toEnd, content, headerBytes);
  }

  answer(account: string, to: Address, text: string): void {
    if (to !== '') this.reply(account, to, Buffer.from(text), 0);
  }

  /** A consumer's delivery: it goes to where the consumer's messages go, and is seen under the stream's subject. */
  deliver(
    account: string,
    to: Address,
    shown: string,
    reply: string | AckSubjectWriter,
    content: Buffer,
    headerBytes: number,
  ): void {
    this.#address(to);
    if (shown !== this.#lastShown) {
      this.#lastShown = shown;
      this.#shownEnd = this.#shown.write(shown, 'latin1');
    }
    const isText = typeof reply === 'string';
    const taken = this.#linkOf(to)?.publish(
      this.accountBytes(account),
      this.#to,
      0,
      this.#toEnd,
      isText ? this.#reply : reply.bytes,
      0,
      isText ? this.#reply.write(reply, 'latin1') : reply.end,
      headerBytes,
      content,
      0,
      content.length,
      this.#shown,
      0,
      this.#shownEnd,
      RETURNED,
    );
    if (taken !== true) this.lost++;
  }

  publish(account: string, subject: string, content: Buffer, headerBytes: number, source: number): void {
    const gateways = this.#all();
    const link = gateways[source % gateways.length];
    this.#send(link, account, this.#subject, this.#subject.write(subject, 'latin1'), content, headerBytes);
  }

  /** Any that is up. */
  get gateway(): Link | undefined {
    return this.#any();
  }

  /** What this process asks as one of the account's clients. */
  ask(account: string, subject: string, reply: string, content: Buffer, headerBytes: number): void {
    const to = Buffer.from(subject, 'latin1');
    const from = Buffer.from(reply, 'latin1');
    const link = this.#any();
    const bytes = this.accountBytes(account);
    const taken = link?.publish(bytes, to, 0, to.length, from, 0, from.length, headerBytes, content, 0, content.length);
    if (taken !== true) this.lost++;
  }

  /** An answer whose address lies in a buffer; what it says, in another. */
  send(link: Link, account: Buffer, to: Buffer, start: number, end: number, text: Buffer, textEnd: number): void {
    const open = link.up ? link : this.#any();
    if (open?.publish(account, to, start, end, none, 0, 0, 0, text, 0, textEnd) !== true) this.lost++;
  }

  accountBytes(account: string): Buffer {
    let bytes = this.#accounts.get(account);
    if (bytes === undefined) {
      bytes = Buffer.from(account);
      this.#accounts.set(account, bytes);
    }
    return bytes;
  }

  #send(
    link: Link | undefined,
    account: string,
    subject: Buffer,
    subjectEnd: number,
    content: Buffer,
    headerBytes: number,
  ): void {
    const bytes = this.accountBytes(account);
    const taken = link?.publish(bytes, subject, 0, subjectEnd, none, 0, 0, headerBytes, content, 0, content.length);
    if (taken !== true) this.lost++;
  }

  #address(to: Address): void {
    if (to === this.#lastAddress) return;
    this.#lastAddress = to;
    this.#toEnd = this.#to.write(to.slice(GATEWAY_BYTES), 'latin1');
  }

  /** One that has gone: whoever asked may be at another by now. */
  #linkOf(to: Address): Link | undefined {
    const link = this.#member.links.get(gatewayOf(to));
    return link?.up ? link : this.#any();
  }

  #any(): Link | undefined {
    return this.#all()[0];
  }

  #all(): Link[] {
    this.#gateways ??= [...this.#member.links.values()]
      .filter(({ peer, up }) => up && peer.component === 'gateway')
      .sort((a, b) => a.peer.id - b.peer.id);
    return this.#gateways;
  }
}
