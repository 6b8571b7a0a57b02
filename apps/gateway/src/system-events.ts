import { GLOBAL_ACCOUNT } from '@skein/accounts';
import { clientInfo, eventId, type ServerFacts, serverInfo } from '@skein/events';
import type { Account } from './account.ts';
import type { Connection } from './connection.ts';
import { emptyMessage } from './deliver.ts';
import type { Gateway } from './gateway.ts';
import { routeMessage } from './routing.ts';

/** Events of one turn: beyond it they are dropped, and the log says how many. */
const EVENTS_MAX = 10_000;
/** Accounts that the monitor is told of at once. */
const ACCOUNTS_AT_ONCE = 1000;
const REPORT_MS = 5000;
const AUTHENTICATION_FAILURE = 'Authentication Failure';

interface Event {
  readonly subject: Buffer;
  readonly payload: Buffer;
}

/**
 * Tells the system account who comes and goes, where somebody there listens for it; otherwise a connection costs one look
 * at the route of its event. What is said goes out at the end of the turn: a connection may end while a message is being
 * routed.
 *
 * How many connections an account has is known to all gateways together: the monitor is told of the change, and says so.
 */
export class SystemEvents {
  readonly #gateway: Gateway;
  readonly #account: Account;
  readonly #facts: () => ServerFacts;
  #sequence = 0;
  #events: Event[] = [];
  #dropped = 0;
  readonly #changed = new Set<string>();
  #reporting = false;
  /** Its own: the gateway's may be on its way at this moment. */
  readonly #message = emptyMessage();

  /** `account`: the system account's name. */
  constructor(gateway: Gateway, account: string, facts: () => ServerFacts) {
    this.#gateway = gateway;
    this.#account = gateway.account(account);
    this.#facts = facts;
  }

  /** It has been let in, or into another account than before. */
  connected(connection: Connection): void {
    if (!this.heard) return;
    const account = connection.account?.name ?? GLOBAL_ACCOUNT;
    this.countChanged(account);
    this.#say(`$SYS.ACCOUNT.${account}.CONNECT`, () => ({
      ...this.#header('client_connect'),
      // The round trip is left for the end to tell.
      client: clientInfo({ ...this.#factsOf(connection, account), rttMs: 0 }),
    }));
  }

  /** It is closed, and no longer among its account's. */
  disconnected(connection: Connection, reason: string): void {
    if (!this.heard) return;
    // Whoever was not let in is the global account's, whomever it was before (nats-server 2.15).
    const own = reason === AUTHENTICATION_FAILURE ? undefined : connection.account?.name;
    const account = own ?? GLOBAL_ACCOUNT;
    if (connection.account !== null) this.countChanged(connection.account.name);
    if (reason === AUTHENTICATION_FAILURE) {
      const { serverId } = this.#facts();
      this.#say(`$SYS.SERVER.${serverId}.CLIENT.AUTH.ERR`, () => this.#end(connection, account, reason));
    }
    this.#say(`$SYS.ACCOUNT.${account}.DISCONNECT`, () => this.#end(connection, account, reason));
  }

  /** The account has more or fewer connections than before. */
  countChanged(account: string): void {
    if (!this.heard) return;
    if (
      !this.#wanted(`$SYS.ACCOUNT.${account}.SERVER.CONNS`) &&
      !this.#wanted(`$SYS.SERVER.ACCOUNT.${account}.CONNS`)
    ) {
      return;
    }
    this.#changed.add(account);
    if (this.#reporting) return;
    this.#reporting = true;
    this.#gateway.runtime.defer(this.#report);
  }

  /** Whether anybody in the system account, but for the node itself, has a subscription. */
  get heard(): boolean {
    if (this.#account.local.size > 0) return true;
    const { peers } = this.#gateway.member;
    for (const process of this.#account.remoteEntries.keys()) {
      if (peers.get(process)?.component === 'gateway') return true;
    }
    return false;
  }

  #end(connection: Connection, account: string, reason: string): object {
    // As the client sees it: what it has sent is what came in here.
    return {
      ...this.#header('client_disconnect'),
      client: clientInfo({ ...this.#factsOf(connection, account), stopUnixMs: this.#gateway.turn.wallMs() }),
      sent: { msgs: connection.inMsgs, bytes: connection.inBytes },
      received: { msgs: connection.outMsgs, bytes: connection.outBytes },
      reason,
    };
  }

  #header(type: string): object {
    const nowMs = this.#gateway.runtime.wallMs();
    return {
      type: `io.nats.server.advisory.v1.${type}`,
      id: eventId(),
      timestamp: new Date(nowMs).toISOString(),
      server: serverInfo(this.#facts(), ++this.#sequence, nowMs),
    };
  }

  #factsOf(connection: Connection, account: string) {
    const { cid, options, origin, user, rttMs, startedWallMs } = connection;
    return {
      cid,
      host: origin.host,
      startUnixMs: startedWallMs,
      account,
      accountTag: account === connection.account?.name ? connection.account.nameTag : account,
      user: user || options.nkey || options.user,
      name: options.name,
      lang: options.lang,
      version: options.version,
      rttMs,
      // Of one that was let in.
      ...(account === connection.account?.name && options.jwt !== '' && { token: options.jwt }),
      type: origin.kind === 'WEBSOCKET' ? ('websocket' as const) : ('nats' as const),
    };
  }

  #wanted(subject: string): boolean {
    const bytes = Buffer.from(subject);
    const { plain, groups, remotes } = this.#account.route(bytes, 0, bytes.length);
    return plain.length > 0 || groups.length > 0 || remotes.length > 0;
  }

  #say(subject: string, make: () => object): void {
    if (!this.#wanted(subject)) return;
    if (this.#events.length >= EVENTS_MAX) {
      this.#dropped++;
      return;
    }
    this.#events.push({ subject: Buffer.from(subject), payload: Buffer.from(JSON.stringify(make())) });
    if (this.#events.length === 1) this.#gateway.runtime.defer(this.#publish);
  }

  readonly #publish = (): void => {
    const { links, runtime, log } = this.#gateway;
    const message = this.#message;
    for (const { subject, payload } of this.#events.splice(0)) {
      message.subject = subject;
      message.subjectEnd = subject.length;
      message.payload = payload;
      message.payloadEnd = payload.length;
      const route = this.#account.route(subject, 0, subject.length);
      routeMessage(null, this.#account, route, message, links, runtime, 0);
    }
    if (this.#dropped > 0) log.warn(`${this.#dropped} events of connections dropped: too many at once`);
    this.#dropped = 0;
  };

  /** One report at a time: what changes meanwhile goes with the next. */
  readonly #report = (): void => {
    const { member } = this.#gateway;
    const monitor = [...member.peers.values()].find(({ component }) => component === 'monitor');
    if (monitor === undefined) {
      // It says how things stand when it is back.
      this.#changed.clear();
      this.#reporting = false;
      return;
    }
    const accounts = [...this.#changed].slice(0, ACCOUNTS_AT_ONCE);
    for (const account of accounts) this.#changed.delete(account);
    const next = (): void => {
      if (this.#changed.size > 0) this.#report();
      else this.#reporting = false;
    };
    member.request(monitor.id, 'connections-changed', JSON.stringify({ accounts }), REPORT_MS).then(next, next);
  };
}
