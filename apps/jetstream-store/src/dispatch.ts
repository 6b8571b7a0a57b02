import type { Link, MemberHandlers } from '@skein/bus';
import { isAcknowledged, parseAckSubject, requiresMore } from '@skein/jetstream-core';
import { SubjectStrings } from '@skein/subjects';
import type { StreamAccount } from './account.ts';
import { addressOf } from './address.ts';
import type { StreamDirectory } from './directory.ts';
import type { Address, Api } from './hosting.ts';
import type { Publishing } from './publishing.ts';
import { BACKUP_PREFIX, type Backups } from './snapshot/backups.ts';
import type { Feeds } from './sources/feeds.ts';
import type { Others } from './stores/others.ts';
import { seatOf } from './stores/parts.ts';

const API = '$JS.API.';
const NEXT = '$JS.API.CONSUMER.MSG.NEXT.';
const ACK = '$JS.ACK.';
const FLOW = '$JS.FC.';
const DOLLAR = 0x24;
const J = 0x4a;

/** What a message that reaches this process is: a publish to a stream, or something that is asked of JetStream. */
export class Dispatch {
  readonly #directory: StreamDirectory;
  readonly #publishing: Publishing;
  readonly #api: Api;
  readonly #backups: Backups;
  readonly #feeds: Pick<Feeds, 'deliver'>;
  /** Undefined: there are no other stores. */
  readonly #others: Pick<Others, 'catalogue' | 'handOn'> | undefined;
  readonly #domainApi: string;
  readonly #subjects = new SubjectStrings();

  constructor(
    directory: StreamDirectory,
    publishing: Publishing,
    api: Api,
    backups: Backups,
    feeds: Pick<Feeds, 'deliver'>,
    others: Pick<Others, 'catalogue' | 'handOn'> | undefined,
  ) {
    this.#others = others;
    this.#feeds = feeds;
    this.#directory = directory;
    this.#publishing = publishing;
    this.#api = api;
    this.#backups = backups;
    this.#domainApi = `$JS.${directory.domain}.API.`;
  }

  deliver: NonNullable<MemberHandlers['deliver']> = (
    link,
    name,
    buf,
    ss,
    se,
    rs,
    re,
    headerBytes,
    ps,
    pe,
    _plain,
    _queues,
    request,
    targets,
    shownStart,
    shownEnd,
  ) => {
    const account = this.#directory.account(name);
    if (buf[ss] === DOLLAR && buf[ss + 1] === J) {
      const asked = buf.toString('latin1', ss, se);
      const isHandedOn = this.#others !== undefined && isStore(link);
      // What another store hands on says itself where the answer goes, and goes no further.
      const reply = isHandedOn ? buf.toString('latin1', rs, re) : addressOf(link.peer.id, buf, rs, re);
      if (this.#others !== undefined && account !== undefined && !isHandedOn) {
        if (this.#handOn(this.#others, account, asked, reply, buf, headerBytes, ps, pe)) return;
      }
      if (asked.startsWith(ACK)) {
        const isHeard = this.#acknowledge(account, asked, buf.toString('latin1', ps + headerBytes, pe), reply);
        if (isHeard) return;
        if (isHandedOn)
          this.#api.unavailable({ accountName: name, subject: asked, reply, content: none, headerBytes: 0 });
        else if (request !== 0) handBack(link, request, targets, name, buf, ss, se, rs, re);
        return;
      }
      if (this.#isAsked(account, name, asked, reply, buf, headerBytes, ps, pe)) return;
    }
    const subject = this.#subjects.of(buf, ss, se);
    const stream = account?.streamOf(subject);
    if (stream !== undefined) {
      this.#publishing.publish(stream, link, subject, buf, rs, re, headerBytes, ps, pe);
      return;
    }
    // What a mirror or source waits for.
    const shown = shownEnd > shownStart ? buf.toString('latin1', shownStart, shownEnd) : subject;
    const content = Buffer.from(buf.subarray(ps, pe));
    this.#feeds.deliver(name, subject, shown, buf.toString('latin1', rs, re), content, headerBytes);
  };

  /** A delivery that nobody was there for. */
  returned: NonNullable<MemberHandlers['returned']> = (_link, _request, _targets, name, buf, ss, se, rs, re) => {
    const delivery = parseAckSubject(buf.toString('latin1', rs, re));
    if (delivery === undefined) return;
    const consumer = this.#directory.account(name)?.streams.get(delivery.stream)?.consumers.get(delivery.consumer);
    consumer?.returned(delivery, buf.toString('latin1', ss, se));
  };

  #isAsked(
    account: StreamAccount | undefined,
    accountName: string,
    given: string,
    reply: Address,
    buf: Buffer,
    headerBytes: number,
    ps: number,
    pe: number,
  ): boolean {
    if (given.startsWith(FLOW)) {
      const [, , stream = '', consumer = ''] = given.split('.');
      account?.streams.get(stream)?.consumers.get(consumer)?.flow(given, buf.subarray(ps, pe), headerBytes);
      return true;
    }
    if (given.startsWith(BACKUP_PREFIX)) {
      this.#backups.deliver(given, reply, buf.subarray(ps + headerBytes, pe));
      return true;
    }
    const subject = this.#withoutDomain(given);
    if (!subject.startsWith(API)) return false;
    if (subject.startsWith(NEXT) && this.#next(account, subject, buf, headerBytes, ps, pe, reply)) return true;
    // A request is kept until it is answered.
    const content = pe === ps ? none : Buffer.from(buf.subarray(ps, pe));
    this.#api.handle({ account, accountName, subject, reply, content, headerBytes });
    return true;
  }

  #withoutDomain(subject: string): string {
    return subject.startsWith(this.#domainApi) ? API + subject.slice(this.#domainApi.length) : subject;
  }

  /** @returns false: it is not for a stream of another store */
  #handOn(
    others: Pick<Others, 'catalogue' | 'handOn'>,
    account: StreamAccount,
    given: string,
    reply: Address,
    buf: Buffer,
    headerBytes: number,
    ps: number,
    pe: number,
  ): boolean {
    const subject = this.#withoutDomain(given);
    const seat = seatOf(others.catalogue, account, subject);
    if (seat === undefined) return false;
    const content = Buffer.from(buf.subarray(ps, pe));
    others.handOn(seat, { account: account.name, subject, reply, content, headerBytes });
    return true;
  }

  /** @returns false: it is the API that has something to say about it */
  #next(
    account: StreamAccount | undefined,
    subject: string,
    buf: Buffer,
    headerBytes: number,
    ps: number,
    pe: number,
    reply: string,
  ): boolean {
    if (reply === '') return true;
    const dot = subject.indexOf('.', NEXT.length);
    const stream = account?.streams.get(subject.slice(NEXT.length, dot));
    const consumer = stream?.consumers.get(subject.slice(dot + 1));
    if (consumer === undefined || (headerBytes > 0 && requiresMore(buf.subarray(ps, pe), headerBytes))) return false;
    consumer.request(reply, buf.toString('latin1', ps + headerBytes, pe));
    return true;
  }

  /** @returns false: there is no consumer that listens to that */
  #acknowledge(account: StreamAccount | undefined, subject: string, body: string, reply: string): boolean {
    const delivery = parseAckSubject(subject);
    if (delivery === undefined) return false;
    const consumer = account?.streams.get(delivery.stream)?.consumers.get(delivery.consumer);
    if (consumer === undefined || !isAcknowledged(consumer.config)) return false;
    consumer.acknowledge(delivery, body, reply);
    return true;
  }
}

const none = Buffer.alloc(0);

const isStore = ({ peer }: Link): boolean => peer.component === 'jetstream-store';

/** Whoever asked is told that nobody was there, unless somebody else is. */
function handBack(
  link: Link,
  request: number,
  targets: number,
  account: string,
  buf: Buffer,
  ss: number,
  se: number,
  rs: number,
  re: number,
): void {
  link.returned(request, targets, Buffer.from(account), buf, ss, se, buf, rs, re, 0, none, 0, 0, [], 0);
}
