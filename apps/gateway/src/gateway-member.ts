import {
  createMember,
  FLUSHED,
  LEAVING,
  type Member,
  type MemberHandlers,
  type MemberSurroundings,
  type NodeIdentity,
  SERVING,
  type Timer,
} from '@skein/bus';
import { completeOptions, defaultOptions, systemAccountOf } from '@skein/config/options';
import { answerCounting } from './account-counting.ts';
import { spreadOf } from './connection-spread.ts';
import { Departure } from './departure.ts';
import { Gateway, type Log } from './gateway.ts';
import { infoLine } from './info.ts';
import { LameDuck } from './lame-duck.ts';
import { OperatorAccounts } from './operator-accounts.ts';
import { answerQuestions } from './questions.ts';
import { Reach } from './reach.ts';
import { Replica } from './replica.ts';
import { type GatewayConfiguration, settingsFrom } from './settings.ts';
import { SystemEvents } from './system-events.ts';
import { Transit } from './transit.ts';

export interface GatewayMemberOptions extends MemberSurroundings {
  log: Log & { readonly dropped?: number };
  /** Clients may come now. */
  listen(): void;
  configured(configuration: GatewayConfiguration): void;
  shutdown(reason: string, refused: boolean): void;
}

/** How long a gateway that begins waits for stores that begin. */
const STORES_MS_MAX = 10_000;

interface StoresDue {
  isOver: boolean;
  readonly timer: Timer;
}

/** A gateway on the bus: what the node tells it, handed to the parts that care. Without sockets of its own. */
export class GatewayMember {
  readonly member: Member;
  readonly gateway: Gateway;
  configuration: GatewayConfiguration;
  /** Where clients reach it, once it listens. */
  port = 0;
  readonly #options: GatewayMemberOptions;
  readonly #replica: Replica;
  readonly #transit: Transit;
  readonly #reach: Reach;
  #identity: NodeIdentity | null = null;
  #mayListen = false;
  #listens = false;
  /** Stores that have said so, by instance. */
  readonly #serving = new Set<number>();
  #storesDue: StoresDue | null = null;
  #lameDuck: LameDuck | null = null;
  readonly #departure: Departure;
  readonly #operatorAccounts: OperatorAccounts;
  /** Of the configuration. */
  #revision = 0;
  /** Traces published so far. */
  #traces = 0;

  constructor(options: GatewayMemberOptions) {
    this.#options = options;
    const { runtime, log } = options;
    this.#reach = new Reach({
      runtime,
      withdraw: (process) => this.#replica.withdraw(process),
      warn: (text) => log.warn(text),
      wants: (process, held) => this.#transit.isWanted(process, held),
      failed: (process, held) => this.#transit.failed(process, held),
    });
    // Until the router has said how it is, nobody can connect.
    this.configuration = { ...defaultOptions(), authRequired: true, websocketAuthRequired: true, nonceRequired: false };
    this.member = createMember({
      ...options,
      component: 'gateway',
      wantsInterest: true,
      handlers: this.#handlers(),
    });
    this.gateway = new Gateway({
      member: this.member,
      links: this.#reach.links,
      runtime,
      log,
      settings: settingsFrom(this.configuration),
      serverName: () => (this.#identity as NodeIdentity).serverName,
      report: (trace) =>
        trace.report(
          this.#identity as NodeIdentity,
          this.configuration.host,
          ++this.#traces,
          new Date(runtime.wallMs()).toISOString(),
        ),
      info: (connection) =>
        infoLine(connection, this.#identity as NodeIdentity, this.configuration, this.port, options.instance),
    });
    this.#operatorAccounts = new OperatorAccounts(this.gateway);
    this.member.handle('account', (body) => this.#operatorAccounts.changed(body));
    this.member.handle('account-tokens', (body) =>
      JSON.stringify(this.gateway.admission.standIn.tokensAfter(JSON.parse(body).after)),
    );
    this.member.handle('account-gone', (body) => this.#operatorAccounts.gone(body));
    this.member.handle(SERVING, (_body, from) => {
      if (from === undefined) return '';
      this.#reach.serving(from);
      this.#serving.add(from.instance);
      this.#listen();
      return '';
    });
    this.member.handle(LEAVING, (_body, from) => {
      if (from !== undefined) this.#reach.leaving(from);
      return '';
    });
    this.member.handle(FLUSHED, () => this.gateway.heldPongs.flushed());
    this.#departure = new Departure(this.gateway);
    this.#replica = new Replica(this.gateway);
    this.#transit = new Transit(this.gateway);
    answerQuestions(this.member, this.gateway);
    answerCounting(this.member, this.gateway, () => this.#revision);
  }

  async start(): Promise<void> {
    const registration = await this.member.start();
    this.#identity = registration.identity;
    this.#configure(registration.configuration as GatewayConfiguration, registration.revision);
    this.#hearSystemAccount(registration.identity);
    this.#listen();
  }

  /** Lets go of the clients one after the other; `done` when the last has gone. Nobody is listened for any more. */
  lameDuck(done: () => void): void {
    if (this.#lameDuck !== null) return;
    const { lameDuckGracePeriodMs: gracePeriodMs, lameDuckDurationMs: durationMs } = this.configuration;
    this.#lameDuck = new LameDuck(this.gateway, { gracePeriodMs, durationMs }, done);
    this.#lameDuck.begin();
  }

  /** Tells every client what it has been sent so far, and ends. */
  async close(): Promise<void> {
    await this.#departure.leave();
    await this.member.stop();
  }

  #hearSystemAccount({ serverId, serverName, version }: NodeIdentity): void {
    const account = systemAccountOf(this.configuration);
    if (account === undefined) return;
    this.gateway.events = new SystemEvents(this.gateway, account, () => {
      const { host, serverTags: tags, serverMetadata: metadata, jetstream } = this.configuration;
      return { serverId, serverName, version, host, tags, metadata, jetstream };
    });
  }

  /** The word to listen may come before this process has looked at the configuration that came with it. */
  #listen(): void {
    if (this.#identity === null || !this.#mayListen || this.#listens) return;
    const { jetstream, skein } = this.configuration;
    // Whoever comes may ask for a stream at once, as on nats-server; but core NATS does not wait for ever for a store.
    if (jetstream !== undefined && this.#serving.size < skein.jetstream.stores && this.#storesDue?.isOver !== true) {
      this.#storesDue ??= this.#awaitStores();
      return;
    }
    this.#listens = true;
    this.#storesDue?.timer.cancel();
    this.#options.listen();
  }

  #awaitStores(): StoresDue {
    const due: StoresDue = {
      isOver: false,
      timer: this.#options.runtime.setTimer(STORES_MS_MAX, () => {
        due.isOver = true;
        this.#options.log.warn('JetStream does not answer yet, listening without it');
        this.#listen();
      }),
    };
    return due;
  }

  #configure(given: GatewayConfiguration, revision: number): void {
    this.#revision = revision;
    const configuration = completeOptions(given);
    this.configuration = configuration;
    this.gateway.applySettings(settingsFrom(configuration));
    this.#reach.configure(configuration.jetstream !== undefined);
    this.gateway.admission.standIn.configure(configuration.trust, configuration.systemAccount);
    this.gateway.definitions.configure(configuration);
    this.#options.configured(configuration);
  }

  #handlers(): MemberHandlers {
    return {
      listen: () => {
        this.#mayListen = true;
        this.#listen();
      },
      shutdown: (reason, refused) => this.#options.shutdown(reason, refused),
      commit: (configuration, revision) => {
        this.#configure(configuration as GatewayConfiguration, revision);
        this.gateway.admission.recheckAll(revision);
      },
      stats: () => ({
        ...this.gateway.figures(),
        ...spreadOf(this.gateway.connections.values()),
        logLinesDropped: this.#options.log.dropped,
      }),
      settled: (sequence) => {
        this.gateway.settled(sequence);
        this.#departure.settled();
      },
      writable: () => this.gateway.stalls.linksWritable(),
      acked: () => this.gateway.heldPongs.acked(),
      peerDown: (link) => {
        this.#reach.down(link.peer);
        this.gateway.interchange.watches.withdraw(link.peer.id);
        this.gateway.linkEnded();
      },
      peerUp: (link) => this.#reach.up(link),
      peerLeft: (peer) => this.#reach.down(peer),
      interestBegin: (declarer) => this.#replica.begin(declarer),
      interest: (declarer, changes, snapshot, last) => this.#replica.apply(declarer, changes, snapshot, last),
      watch: (...watch) => this.gateway.interchange.watches.add(...watch),
      unwatch: (link, id) => this.gateway.interchange.watches.end(link.peer.id, id),
      redeclare: (emit) => this.gateway.redeclare(emit),
      deliver: (link, account, buf, ss, se, rs, re, headers, ps, pe, plain, queues, request, targets, hs, he) => {
        this.#transit.load(account, buf, ss, se, rs, re, headers, ps, pe, hs, he);
        this.#transit.deliver(link, plain, queues, request, targets);
      },
      publish: (link, account, buf, ss, se, rs, re, headers, ps, pe, hs, he, request) => {
        this.#transit.load(account, buf, ss, se, rs, re, headers, ps, pe, hs, he, true);
        this.#transit.publish(link, request);
      },
      returned: (link, request, targets, account, buf, ss, se, rs, re, headers, ps, pe, queues, hs, he) => {
        this.#transit.load(account, buf, ss, se, rs, re, headers, ps, pe, hs, he);
        this.#transit.returned(link.peer.id, queues, request, targets);
      },
      undelivered: (link, account, buf, ss, se, rs, re, headers, ps, pe, _plain, queues, request, targets, hs, he) => {
        this.#transit.load(account, buf, ss, se, rs, re, headers, ps, pe, hs, he);
        const { peer } = link;
        // A store's place is kept; whoever else it was for, it goes to another.
        if (peer.component === 'jetstream-store' && this.#transit.hold(this.#reach.absent(peer), request, targets))
          return;
        this.#transit.returned(peer.id, queues, request, targets);
      },
    };
  }
}
