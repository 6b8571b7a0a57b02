import type { Link, Member, MemberHandlers, NodeIdentity, Runtime } from '@skein/bus';
import { accountStat, eventId, type ServerFacts, serverInfo } from '@skein/events';
import { accountStatistics, activeAccounts } from '../account-statistics.ts';
import { Gather } from '../gather.ts';
import type { Monitor } from '../monitor.ts';
import type { Profiles } from '../profiling/profiles.ts';
import { Turnstile } from '../turnstile.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { patterns } from './patterns.ts';
import { headerOf } from './request-info.ts';
import type { Services, SystemAnswer } from './services.ts';
import { REQUEST_BYTES_MAX, type SystemRequest } from './system-request.ts';

/** Each may ask every process of the node: a few at once, and a crowd waits. */
const AT_ONCE = 4;
const WAITING_MAX = 256;
/** What any account may ask: its crowds keep no place from the operator. */
const OF_ACCOUNTS_WAITING_MAX = 64;
/** Statistics are said soon after the start, then less and less often (nats-server 2.15). */
const FIRST_STATSZ_MS = 250;
const STATSZ_MS_MIN = 1000;
const STATSZ_MS_MAX = 10_000;
/** What the accounts' connections are is said this often even when nothing changes. */
const CONNECTIONS_MS = 30_000;
const ACCOUNTS_AT_ONCE = 250;
const HEARD_MS = 1000;
const RELOAD_MS = 15_000;

export interface SystemAccountOptions {
  member: Pick<Member, 'declare' | 'linkTo' | 'links' | 'peers' | 'request' | 'handle'>;
  runtime: Runtime;
  monitor: Monitor;
  identity: NodeIdentity;
  /** Its name. */
  account: string;
  profiles: Profiles;
  log: { debug(text: string): void; warn(text: string): void };
}

/**
 * The node's voice in its system account: answers requests, and says how the server and its accounts are. It wants messages
 * like a client; what it says goes to a gateway, which routes it: an answer to the one that the request came through.
 */
export class SystemAccount {
  readonly #options: SystemAccountOptions;
  readonly #accountBytes: Buffer;
  readonly #ofServer = new Turnstile(AT_ONCE, WAITING_MAX);
  readonly #ofAccounts = new Turnstile(AT_ONCE, OF_ACCOUNTS_WAITING_MAX);
  #services: Promise<Services> | undefined;
  #sequence = 0;
  #stopped = false;
  /** Its own: an answer that a page waits for may be older than the change. */
  readonly #gather: Gather;
  #saying: Promise<void> = Promise.resolve();

  constructor(options: SystemAccountOptions) {
    this.#options = options;
    this.#accountBytes = Buffer.from(options.account);
    this.#gather = new Gather(options.member, () => options.runtime.now());
    options.member.handle('connections-changed', async (body) => {
      const { accounts } = JSON.parse(body) as { accounts: string[] };
      // One after the other: each has to see what the gateways know after the change that it tells of. A gateway tells of
      // the next only when this one is answered.
      this.#saying = this.#saying.then(() => this.#sayConnections(accounts)).catch(() => {});
      await this.#saying;
      return '{}';
    });
  }

  start(): void {
    const { member, account, runtime } = this.#options;
    for (const pattern of this.#patterns()) member.declare(account, pattern, '', 1);
    runtime.setTimer(FIRST_STATSZ_MS, () => this.#statszDue(STATSZ_MS_MIN));
    runtime.setTimer(CONNECTIONS_MS, () => this.#connectionsDue());
  }

  redeclare: NonNullable<MemberHandlers['redeclare']> = (emit) => {
    for (const pattern of this.#patterns()) emit(this.#options.account, pattern, '', 1);
    return undefined;
  };

  /** A message on one of the patterns. The ranges are lent for the call. */
  deliver: NonNullable<MemberHandlers['deliver']> = (link, _account, buf, ss, se, rs, re, headerBytes, ps, pe) => {
    // Nobody waits for an answer: then nothing is done either (nats-server 2.15).
    if (re === rs) return;
    const isTooLarge = pe - ps > REQUEST_BYTES_MAX;
    const request: SystemRequest = {
      subject: buf.toString('utf8', ss, se),
      headers: isTooLarge ? '' : buf.toString('utf8', ps, ps + headerBytes),
      body: isTooLarge ? '' : buf.toString('utf8', ps + headerBytes, pe),
      isTooLarge,
      gateway: link.peer.id,
    };
    // Lent: it is kept for the answer.
    const reply = Buffer.from(buf.subarray(rs, re));
    this.answer(link, request, reply).catch((error: Error) =>
      this.#options.log.warn(`${request.subject}: ${error.stack}`),
    );
  };

  /** The last word of a server that goes, or is about to. */
  sayFarewell(kind: 'SHUTDOWN' | 'LAMEDUCK'): void {
    this.#say(`$SYS.SERVER.${this.#options.identity.serverId}.${kind}`, this.#server());
  }

  /** `withNode`: it is the node that ends, not this process alone. */
  stop(withNode: boolean): void {
    this.#stopped = true;
    if (withNode) this.sayFarewell('SHUTDOWN');
    for (const link of this.#options.member.links.values()) link.flush();
  }

  #patterns(): string[] {
    return patterns(this.#options.identity.serverId);
  }

  /** Settles when all that there is to say has been handed over. */
  async answer(link: Link, request: SystemRequest, reply: Buffer): Promise<void> {
    const services = await this.#theServices();
    let answer: SystemAnswer | undefined;
    try {
      const work = () => services.answer(request);
      // A profile takes seconds, and there is one at a time anyway: it must not keep a place from others.
      answer = await (request.subject.endsWith('.PROFILEZ') ? work() : this.#turnstile(request).run(work));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      answer = services.refusal(503, error.message);
    }
    if (answer === undefined || this.#stopped) return;
    const text = JSON.stringify(answer.body);
    const asked = answer.compressible ? headerOf(request.headers, 'Accept-Encoding') : undefined;
    if (asked === undefined) this.#publish(link, reply, '', Buffer.from(text));
    else if (!asked.includes('gzip')) this.#publish(link, reply, 'Content-Encoding: identity', Buffer.from(text));
    else {
      const { compress } = await import('./compress.ts');
      this.#publish(link, reply, 'Content-Encoding: gzip', await compress(text));
    }
  }

  #turnstile({ subject }: SystemRequest): Turnstile {
    return subject.startsWith('$SYS.REQ.SERVER.') ? this.#ofServer : this.#ofAccounts;
  }

  /** Loaded with the first request: most nodes of a test run get none. */
  #theServices(): Promise<Services> {
    const { monitor, member, account, profiles } = this.#options;
    this.#services ??= import('./services.ts').then(
      ({ Services }) =>
        new Services({
          monitor,
          member,
          systemAccount: account,
          profiles,
          facts: () => this.#facts(),
          server: () => this.#server(),
          reload: () => this.#reload(),
        }),
    );
    return this.#services;
  }

  async #reload(): Promise<string | undefined> {
    const answer = await this.#options.member.request('router', 'reload', '{}', RELOAD_MS);
    return (JSON.parse(answer) as { refusal?: string }).refusal;
  }

  #facts(): ServerFacts {
    const { identity, monitor } = this.#options;
    const { serverId, serverName, version } = identity;
    const { host, serverTags: tags, serverMetadata: metadata, jetstream } = monitor.configuration;
    return { serverId, serverName, version, host, tags, metadata, jetstream };
  }

  #server() {
    return serverInfo(this.#facts(), ++this.#sequence, this.#options.monitor.wallMs());
  }

  // ---------------------------------------------------------------- what is said unasked

  #statszDue(nextMs: number): void {
    if (this.#stopped) return;
    this.#options.runtime.setTimer(nextMs, () => this.#statszDue(Math.min(nextMs * 2, STATSZ_MS_MAX)));
    this.#whenHeard(async () => {
      const { statsz } = await import('./statsz.ts');
      const figures = await statsz(this.#options.monitor);
      this.#say(`$SYS.SERVER.${this.#options.identity.serverId}.STATSZ`, { server: this.#server(), statsz: figures });
    });
  }

  #connectionsDue(): void {
    if (this.#stopped) return;
    this.#options.runtime.setTimer(CONNECTIONS_MS, () => this.#connectionsDue());
    this.#whenHeard(async () => {
      const names = await activeAccounts(this.#gather);
      // A part after the other: the gateway that has to publish it all has said what the next is by then.
      for (let at = 0; at < names.length && !this.#stopped; at += ACCOUNTS_AT_ONCE) {
        await this.#sayConnections(names.slice(at, at + ACCOUNTS_AT_ONCE));
      }
    });
  }

  async #sayConnections(accounts: readonly string[]): Promise<void> {
    const figures = await accountStatistics(this.#gather, accounts);
    for (const one of figures.accounts.values()) {
      const header = {
        type: 'io.nats.server.advisory.v1.account_connections',
        id: eventId(),
        timestamp: new Date(this.#options.monitor.wallMs()).toISOString(),
      };
      const stat = accountStat(one);
      this.#say(`$SYS.SERVER.ACCOUNT.${one.account}.CONNS`, { ...header, server: this.#server(), ...stat });
      this.#say(`$SYS.ACCOUNT.${one.account}.SERVER.CONNS`, { ...header, server: this.#server(), ...stat });
    }
  }

  /** One gateway knows whether anybody listens in the system account: figures are not gathered for nobody. */
  #whenHeard(say: () => Promise<void>): void {
    const { member, log } = this.#options;
    const gateway = member.linkTo('gateway')?.peer.id;
    if (gateway === undefined) return;
    member
      .request(gateway, 'events-heard', '{}', HEARD_MS)
      .then(async (answer) => {
        if ((JSON.parse(answer) as { heard: boolean }).heard && !this.#stopped) await say();
      })
      .catch((error: Error) => log.debug(`system account: ${error.message}`));
  }

  #say(subject: string, event: object): void {
    const link = this.#options.member.linkTo('gateway');
    if (link !== undefined) this.#publish(link, Buffer.from(subject), '', Buffer.from(JSON.stringify(event)));
  }

  #publish(link: Link, subject: Buffer, header: string, body: Buffer): void {
    const block = header === '' ? NOTHING : Buffer.from(`NATS/1.0\r\n${header}\r\n\r\n`);
    const payload = header === '' ? body : Buffer.concat([block, body]);
    // A gateway that went away meanwhile: its client may have come back on another.
    const way = link.up ? link : this.#options.member.linkTo('gateway');
    const isTaken = way?.publish(
      this.#accountBytes,
      subject,
      0,
      subject.length,
      NOTHING,
      0,
      0,
      block.length,
      payload,
      0,
      payload.length,
    );
    if (!isTaken) this.#options.log.debug(`system account: no way to say ${subject}`);
  }
}

const NOTHING = Buffer.alloc(0);
