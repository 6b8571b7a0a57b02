import { GLOBAL_ACCOUNT } from '@skein/accounts';
import type { Link, Ranges } from '@skein/bus';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';
import type { HeldMessage } from './held-messages.ts';
import { innerRequest, isInner, numberOf, processOf } from './inner-request.ts';
import type { QueueTarget, Route } from './route.ts';
import { deliverToGroup, deliverToPlain, routeMessage, sendMessage } from './routing.ts';

/** Requests that some of several targets have handed back; beyond this many the oldest is forgotten. */
const PARTLY_RETURNED_MAX = 4096;

/** Messages that come over links: from other gateways for clients here, from inner processes, and those handed back. */
export class Transit {
  readonly #gateway: Gateway;
  /** Of requests that have been handed back in part: how many frames are still with other processes. */
  readonly #framesOut = new Map<string, number>();

  #account: Account;
  #route: Route;
  /** Where the message goes, and what is shown in place of that, in the buffer that it came in. */
  #buf: Buffer = NO_SUBJECT;
  #subjectStart = 0;
  #subjectEnd = 0;
  #shownStart = 0;
  #shownEnd = 0;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    this.#account = gateway.account(GLOBAL_ACCOUNT);
    this.#route = this.#account.route(NO_SUBJECT, 0, 0);
  }

  /** Puts a message that came in `buf` where the others find it. */
  load(
    name: string,
    buf: Buffer,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    headerBytes: number,
    payloadStart: number,
    payloadEnd: number,
    shownStart: number,
    shownEnd: number,
    isPublished = false,
  ): void {
    if (name !== this.#account.name) this.#account = this.#gateway.account(name);
    const { message } = this.#gateway;
    this.#buf = buf;
    this.#subjectStart = subjectStart;
    this.#subjectEnd = subjectEnd;
    this.#shownStart = shownStart;
    this.#shownEnd = shownEnd;
    const isShown = shownEnd > shownStart;
    message.subject = buf;
    message.subjectStart = isShown ? shownStart : subjectStart;
    message.subjectEnd = isShown ? shownEnd : subjectEnd;
    message.isShown = isShown;
    message.reply = buf;
    message.replyStart = replyStart;
    message.replyEnd = replyEnd;
    message.headerBytes = headerBytes;
    message.payload = buf;
    message.payloadStart = payloadStart;
    message.payloadEnd = payloadEnd;
    message.trace = null;
    this.#route =
      isPublished && !isShown
        ? this.#account.answerRoute(buf, subjectStart, subjectEnd)
        : this.#account.route(buf, subjectStart, subjectEnd, isPublished);
  }

  /** For receivers here. What finds none goes back. */
  deliver(link: Link, plain: boolean, queues: Ranges, request: number, targets: number): void {
    const { message, runtime } = this.#gateway;
    const route = this.#route;
    const buf = this.#buf;
    let taken = plain ? deliverToPlain(null, route, message) : 0;
    if (plain && route.awaitsHere) {
      const kept = { ...message };
      taken += this.#gateway.interchange.answer(null, this.#account, route, message);
      Object.assign(message, kept);
    }
    let refused: Buffer[] | null = null;
    for (let i = 0; i < queues.count; i++) {
      const group = route.groupNamed(buf.toString('latin1', queues.start(i), queues.end(i)));
      if (group !== undefined && deliverToGroup(null, group, message, route, runtime)) taken++;
      else {
        refused ??= [];
        refused.push(Buffer.from(buf.subarray(queues.start(i), queues.end(i))));
      }
    }
    if (refused === null && (request === 0 || taken > 0)) return;
    link.returned(
      taken === 0 ? request : 0,
      targets,
      this.#account.nameBytes,
      buf,
      this.#subjectStart,
      this.#subjectEnd,
      buf,
      message.replyStart,
      message.replyEnd,
      message.headerBytes,
      buf,
      message.payloadStart,
      // Without a group to pick again, only the request's number is of use.
      refused === null ? message.payloadStart : message.payloadEnd,
      refused ?? NO_GROUPS,
      refused?.length ?? 0,
      buf,
      this.#shownStart,
      this.#shownEnd,
    );
    message.isShown = false;
  }

  /** An inner process publishes as a client would. `request` not 0: it has it back when nobody took it. */
  publish(link: Link, request: number): void {
    const { message, links, runtime } = this.#gateway;
    const carried = request === 0 ? 0 : innerRequest(link.peer.id, request);
    const { replyStart, replyEnd } = message;
    const taken = routeMessage(null, this.#account, this.#route, message, links, runtime, carried);
    message.isShown = false;
    if (request !== 0 && taken === 0) this.#handBack(link, request, replyStart, replyEnd);
  }

  /** To the inner process that published it, without what it held: subject and reply say which delivery it was. */
  #handBack(link: Link, request: number, replyStart: number, replyEnd: number): void {
    const { nameBytes } = this.#account;
    const buf = this.#buf;
    const [start, end] = [this.#subjectStart, this.#subjectEnd];
    link.returned(request, 0, nameBytes, buf, start, end, buf, replyStart, replyEnd, 0, buf, 0, 0, NO_GROUPS, 0);
  }

  /** What was not sent to a process any more is kept for it. False: there is no room. */
  hold(instead: Link, request: number, targets: number): boolean {
    const { message } = this.#gateway;
    const isTaken = sendMessage(instead, this.#account, this.#route, message, true, NO_GROUPS, 0, request, targets);
    message.isShown = false;
    return isTaken;
  }

  isWanted(process: number, { account, bytes, subjectEnd }: HeldMessage): boolean {
    return this.#gateway.account(account.toString()).route(bytes, 0, subjectEnd).remotes.includes(process);
  }

  /** What was held for a process has come to nobody. */
  failed(
    process: number,
    { account, bytes, subjectEnd, replyEnd, payloadEnd, headerBytes, ...held }: HeldMessage,
  ): void {
    const end = bytes.length;
    this.load(
      account.toString(),
      bytes,
      0,
      subjectEnd,
      subjectEnd,
      replyEnd,
      headerBytes,
      replyEnd,
      payloadEnd,
      payloadEnd,
      end,
    );
    this.returned(process, NO_RANGES, held.request, held.targets);
  }

  /** A peer had no receiver: queue messages are picked again, a request that nobody took becomes a 503. */
  returned(from: number, queues: Ranges, request: number, targets: number): void {
    this.#pickAgain(from, queues, request, targets);
    this.#gateway.message.isShown = false;
  }

  #pickAgain(from: number, queues: Ranges, request: number, targets: number): void {
    const { message, connections, member, runtime } = this.#gateway;
    const route = this.#route;
    const buf = this.#buf;
    const elsewhere: QueueTarget[] = [];
    let taken = false;
    for (let i = 0; i < queues.count; i++) {
      const group = route.groupNamed(buf.toString('latin1', queues.start(i), queues.end(i)));
      if (group === undefined) continue;
      if (deliverToGroup(null, group, message, route, runtime)) taken = true;
      else elsewhere.push(group);
    }
    // Once somebody has it, it can't end in a 503 any more.
    const unanswered = taken ? 0 : request;
    let sent = 0;
    for (const group of elsewhere) if (this.#sendAgain(group, from, unanswered, targets)) sent++;
    if (unanswered === 0) return;
    const reply = message.reply.toString('latin1', message.replyStart, message.replyEnd);
    if (!this.#isLast(`${request} ${reply}`, targets, sent)) return;
    if (isInner(request)) {
      const publisher = member.links.get(processOf(request));
      if (publisher !== undefined) {
        this.#handBack(publisher, numberOf(request), message.replyStart, message.replyEnd);
      }
      return;
    }
    const connection = connections.get(request);
    if (connection !== undefined) this.#gateway.interchange.noResponders(connection, route.subject, reply);
  }

  /** To another process with members; never the one that has just handed it back. */
  #sendAgain(group: QueueTarget, notTo: number, request: number, targets: number): boolean {
    const { message, links } = this.#gateway;
    for (const { process } of group.remotes) {
      if (process === notTo) continue;
      const link = links.get(process);
      if (link === undefined) continue;
      const names = [group.nameBytes];
      if (sendMessage(link, this.#account, this.#route, message, false, names, 1, request, targets)) return true;
    }
    return false;
  }

  /**
   * One of a request's frames came back, and went out again as so many (one for each group that it was for). Whether none is
   * out any more: nobody took it.
   */
  #isLast(key: string, targets: number, sent: number): boolean {
    if (sent === 1) return false;
    const out = (this.#framesOut.get(key) ?? targets) + sent - 1;
    this.#framesOut.delete(key);
    if (out === 0) return true;
    if (this.#framesOut.size >= PARTLY_RETURNED_MAX) {
      for (const oldest of this.#framesOut.keys()) {
        this.#framesOut.delete(oldest);
        break;
      }
    }
    this.#framesOut.set(key, out);
    return false;
  }
}

const NO_SUBJECT = Buffer.alloc(0);
const NO_GROUPS: readonly Buffer[] = [];
const NO_RANGES: Ranges = { count: 0, start: () => 0, end: () => 0 };
