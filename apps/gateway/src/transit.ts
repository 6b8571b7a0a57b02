import { GLOBAL_ACCOUNT } from '@skein/accounts';
import type { Link, Ranges } from '@skein/bus';
import type { Account } from './account.ts';
import type { Gateway } from './gateway.ts';
import type { QueueTarget, Route } from './route.ts';
import { deliverToGroup, deliverToPlain, routeMessage } from './routing.ts';

/** Requests that some of several targets have handed back; beyond this many the oldest is forgotten. */
const PARTLY_RETURNED_MAX = 4096;

/** Messages that come over links: from other gateways for clients here, from inner processes, and those handed back. */
export class Transit {
  readonly #gateway: Gateway;
  /** Of requests that have been handed back in part: how many frames are still with other processes. */
  readonly #framesOut = new Map<string, number>();

  #account: Account;
  #route: Route;

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
  ): void {
    if (name !== this.#account.name) this.#account = this.#gateway.account(name);
    const { message } = this.#gateway;
    message.subject = buf;
    message.subjectStart = subjectStart;
    message.subjectEnd = subjectEnd;
    message.reply = buf;
    message.replyStart = replyStart;
    message.replyEnd = replyEnd;
    message.headerBytes = headerBytes;
    message.payload = buf;
    message.payloadStart = payloadStart;
    message.payloadEnd = payloadEnd;
    message.trace = null;
    this.#route = this.#account.route(buf, subjectStart, subjectEnd);
  }

  /** For receivers here. What finds none goes back. */
  deliver(link: Link, plain: boolean, queues: Ranges, request: number, targets: number): void {
    const { message, runtime } = this.#gateway;
    const route = this.#route;
    const buf = message.subject;
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
      message.subjectStart,
      message.subjectEnd,
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
    );
  }

  /** An inner process publishes as a client would. */
  publish(): void {
    const { message, member, runtime } = this.#gateway;
    routeMessage(null, this.#account, this.#route, message, member, runtime, 0);
  }

  /** A peer had no receiver: queue messages are picked again, a request that nobody took becomes a 503. */
  returned(from: number, queues: Ranges, request: number, targets: number): void {
    const { message, connections, runtime } = this.#gateway;
    const route = this.#route;
    const elsewhere: QueueTarget[] = [];
    let taken = false;
    for (let i = 0; i < queues.count; i++) {
      const group = route.groupNamed(message.subject.toString('latin1', queues.start(i), queues.end(i)));
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
    const connection = connections.get(request);
    if (connection !== undefined) this.#gateway.interchange.noResponders(connection, route.subject, reply);
  }

  /** To another process with members; never the one that has just handed it back. */
  #sendAgain(group: QueueTarget, notTo: number, request: number, targets: number): boolean {
    const { message, member } = this.#gateway;
    for (const { process } of group.remotes) {
      if (process === notTo) continue;
      const link = member.links.get(process);
      if (link === undefined) continue;
      const sent = link.deliver(
        this.#account.nameBytes,
        message.subject,
        message.subjectStart,
        message.subjectEnd,
        message.reply,
        message.replyStart,
        message.replyEnd,
        message.headerBytes,
        message.payload,
        message.payloadStart,
        message.payloadEnd,
        false,
        [group.nameBytes],
        1,
        request,
        targets,
      );
      if (sent) return true;
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
