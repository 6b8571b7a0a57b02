import type { JetStreamAccountsAnswer, JetStreamAccountsMessage } from '@skein/accounts';
import { LEAVING, type Member, type MemberHandlers } from '@skein/bus';
import { jetStreamFolder, prepareJetStream } from '@skein/config/jetstream';
import { completeOptions, type ServerOptions, systemAccountOf } from '@skein/config/options';
import { answerDiagnostics } from '@skein/diagnostics';
import { NodeKeys } from '@skein/encryption';
import { eventId } from '@skein/events';
import { timeText } from '@skein/jetstream-core';
import { isOperatorMode } from '@skein/trust/options';
import { Agenda } from './agenda.ts';
import { createApi } from './api/api.ts';
import { consumerView } from './api/views.ts';
import { AUDIT_SUBJECT, AuditInterest } from './audit-interest.ts';
import { Clock } from './clock.ts';
import { answerConsole } from './console.ts';
import { StreamDirectory } from './directory.ts';
import { Dispatch } from './dispatch.ts';
import { storeFigures } from './figures.ts';
import type { Api, ApiContext } from './hosting.ts';
import { LedConsumers } from './led-consumers.ts';
import { type StoreLimits, storeLimits } from './limits.ts';
import { Meters } from './meters.ts';
import { answerMonitor, totalLimits } from './monitoring.ts';
import { NodeAccounts } from './node-accounts.ts';
import { PublishedNotices } from './notices.ts';
import { component, type StoreConfiguration, type StoreOptions } from './options.ts';
import { LinkOutbox } from './outbox.ts';
import { Presence } from './presence.ts';
import { Publishing } from './publishing.ts';
import { Serving } from './serving.ts';
import { SettledInterest } from './settled-interest.ts';
import { Shards } from './shards.ts';
import { Backups } from './snapshot/backups.ts';
import { importBackups } from './snapshot/import.ts';
import { Feeds } from './sources/feeds.ts';
import { OwnWatches } from './sources/own-watches.ts';
import { subjectIn } from './sources/place.ts';
import { answerStores } from './stores/answers.ts';
import type { StreamElsewhere } from './stores/catalogue.ts';
import { Others, type OthersOptions } from './stores/others.ts';
import { elsewhereBy, listingOf, otherStores } from './stores/parts.ts';
import { decides, isSpare, type Seat, type Seating } from './stores/seat.ts';
import { troubles } from './troubles.ts';
import { Turn } from './turn.ts';

/** A store that ends waits so long for what it was asked before: the whole end has 4 s. */
const ANSWERED_MS_MAX = 1000;

export interface JetStreamStore {
  /** Resolves when its streams are served. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Undefined before the router has dealt it one. */
  readonly seating: Seating | undefined;
  /** What it answers to `stats`. */
  figures(): Record<string, unknown>;
}

/** Streams and consumers of a node. */
export function createJetStreamStore(options: StoreOptions): JetStreamStore {
  return new Server(options);
}

class Server implements JetStreamStore {
  readonly #options: StoreOptions;
  readonly #member: Member;
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #turn: Turn;
  readonly #outbox: LinkOutbox;
  readonly #settled: SettledInterest;
  readonly #serving: Serving;
  readonly #accounts = new NodeAccounts((...change) => this.#directory?.allow(...change));
  readonly #opened = Promise.withResolvers<void>();
  readonly #meters = new Meters();
  /** All that is on disk has been found, and it is known whose it is. */
  #isComplete = false;
  #shards: Shards | undefined;
  #directory: StreamDirectory | undefined;
  #limits: StoreLimits | undefined;
  #api: Api | undefined;
  #dispatch: Dispatch | undefined;
  #feeds: Feeds | undefined;
  #watches: OwnWatches | undefined;
  #begin: () => Promise<void> = async () => {};
  #begun: Promise<void> | undefined;
  #seat: Seat | undefined;
  /** Undefined: this is the only store. */
  #others: Others | undefined;

  constructor(options: StoreOptions) {
    const { createMember, runtime } = options;
    this.#options = options;
    this.#member = createMember({ ...options, component, wantsInterest: false, handlers: this.#handlers() });
    this.#clock = new Clock(runtime);
    this.#agenda = new Agenda(runtime, this.#clock);
    this.#turn = new Turn((fn) => runtime.defer(fn), this.#clock);
    this.#outbox = new LinkOutbox(this.#member);
    this.#settled = new SettledInterest(this.#member);
    this.#serving = new Serving(this.#member);
    answerDiagnostics(this.#member);
    this.#member.handle('jetstream-accounts', (body) => this.#toldOfAccounts(JSON.parse(body)));
  }

  async start(): Promise<void> {
    const { log, files, openDatabase, lookAtDisk } = this.#options;
    const { configuration: given, identity, instance } = await this.#member.start();
    const configuration = this.#complete(given);
    if (configuration.jetstream === undefined) {
      log.info('JetStream is not configured: there is nothing to do');
      return;
    }
    // A supervisor has settled what is left open; where there is none, this process does.
    const jetstream = prepareJetStream(configuration.jetstream);
    const { domain = '', syncIntervalMs, encryption } = jetstream;
    const limits = storeLimits(jetstream);
    this.#limits = limits;
    const { serverName, serverId } = identity;
    const seat: Seat = { number: instance, seats: configuration.skein.jetstream.stores };
    this.#seat = seat;
    this.#options.onSeatsChanged?.();
    if (instance !== this.#options.instance) log.info(`Seat ${instance} of the stores is served here`);
    // Another process was faster.
    if (this.#options.guest && isSpare({ seat })) return;
    const others =
      seat.seats > 1
        ? this.#joinOthers(seat, {
            changed: (before, after) => {
              directory.listingChanged(before, after);
              feeds.originChanged((after ?? before) as StreamElsewhere);
            },
            usedElsewhere: (...used) => directory.usedElsewhere(...used),
          })
        : undefined;
    this.#others = others;
    const notices = new PublishedNotices({
      serverName,
      domain,
      systemAccount: systemAccountOf(configuration),
      outbox: this.#outbox,
      isAudited: (account) => audits.isIn(account),
      newId: eventId,
      defer: (fn) => this.#options.runtime.defer(fn),
      now: () => {
        const { seconds, nanos } = this.#clock.now();
        return timeText(seconds, nanos);
      },
    });
    const feeds = new Feeds((account, name) => directory.stream(account, name), domain, {
      declare: (account, subject, weight) => this.#member.declare(account, subject, '', weight),
      settled: () => this.#isKnown(),
      publish: (...message) => this.#outbox.ask(...message),
      listeningChanged: (place, isListened) => {
        watches.listeningChanged(subjectIn(place));
        others?.listening(place, isListened);
      },
      elsewhere: (account, name) => others?.catalogue.stream(account, name),
    });
    this.#feeds = feeds;
    const watches = new OwnWatches(
      (...watched) => this.#member.watch(...watched),
      (...place) => feeds.isListened(...place) || others?.isListened(...place) === true,
      () => this.#outbox.gateway,
    );
    this.#watches = watches;
    const surroundings = {
      clock: this.#clock,
      outbox: this.#outbox,
      agenda: this.#agenda,
      turn: this.#turn,
      led: new LedConsumers(this.#agenda, this.#clock),
      notices,
      origins: feeds,
      logger: log,
      streamOf: (account: string, subject: string) => {
        const isKnown =
          this.#isComplete && others?.isComplete !== false && shards.files.every(({ fault }) => fault === undefined);
        const owner = isKnown ? directory.account(account) : undefined;
        if (owner === undefined) return null;
        return owner.streamOf(subject) ?? others?.keeperOf(account, subject);
      },
      watch: (...watched: Parameters<Member['watch']>) => watches.watch(...watched),
      presence: new Presence(this.#member),
      domain,
      life: serverId,
    };
    const directory = new StreamDirectory(domain, limits, {
      shardFor: (config) => shards.for(config),
      declare: (account, subject, weight) => this.#member.declare(account, subject, '', weight),
      settled: () => this.#isKnown(),
      adopted: (stream) => feeds.served(stream),
      seat,
      logger: log,
      ...(others && { elsewhere: elsewhereBy(others, () => shards.streams) }),
    });
    const audits = new AuditInterest(this.#member, (account) => {
      const owner = directory.account(account);
      return (owner?.streamOf(AUDIT_SUBJECT) ?? others?.keeperOf(account, AUDIT_SUBJECT)) !== undefined;
    });
    const shards = new Shards(surroundings, {
      directory: jetStreamFolder(jetstream),
      seat,
      count: configuration.skein?.jetstream?.shards,
      meters: this.#meters,
      syncIntervalMs,
      keys: encryption && new NodeKeys(encryption),
      ...(files && { files }),
      ...(openDatabase && { openDatabase }),
      ...(lookAtDisk && { lookAtDisk }),
      opened: (shard) => directory.adopt(shard.streams.values()),
    });
    this.#shards = shards;
    await shards.open();
    if (others === undefined) feeds.start();
    else void others.awaited().then(() => feeds.start());
    const backups = new Backups({ ...surroundings, newId: eventId });
    const context: ApiContext = {
      backups,
      serverName,
      systemAccount: systemAccountOf(configuration) ?? '',
      directory,
      ...(others && { others: otherStores(others) }),
      outbox: this.#outbox,
      notices,
      log,
      limits,
      requestsMax: jetstream.requestQueueMax,
      now: () => this.#clock.tick(),
    };
    const api = createApi(context);
    this.#api = api;
    if (others) answerStores(this.#member, { directory, context, countsOf: (account) => api.countsOf(account) });
    answerConsole(this.#member, directory);
    answerMonitor(this.#member, {
      directory,
      serverName,
      limitsOf: (account) => totalLimits(directory.account(account)?.limits),
      apiCountsOf: (account) => api.countsOf(account),
      troubles: () => troubles(shards),
      describe: (stream, consumer) => consumerView(stream, consumer, { now: () => this.#clock.tick() }),
    });
    this.#directory = directory;
    this.#dispatch = new Dispatch(directory, new Publishing(), api, backups, feeds, others);
    this.#accounts.configure(configuration);
    for (const [name, allowance] of this.#accounts) directory.allow(name, allowance);
    this.#begin = async () => {
      others?.begin();
      if (!decides(seat)) return;
      // Whose names and subjects are taken, others say first.
      await others?.awaited();
      await importBackups(jetStreamFolder(jetstream), directory, log);
    };
    this.#isComplete = true;
    this.#opened.resolve();
    await this.#settled.all();
    // In operator mode the accounts, and with them their streams, come from the auth-resolver.
    if (!isOperatorMode(configuration.trust)) await this.#serve();
  }

  get seating(): Seating | undefined {
    if (this.#seat === undefined) return undefined;
    const stores = [...this.#member.peers.values()].filter((peer) => peer.component === component);
    return { seat: this.#seat, others: stores.map(({ instance }) => instance) };
  }

  figures(): Record<string, unknown> {
    return this.#member.figures();
  }

  async stop(): Promise<void> {
    await this.#serving.end();
    await this.#answered();
    this.#others?.end();
    this.#turn.end();
    this.#agenda.stop();
    await this.#shards?.close();
    await this.#member.stop();
  }

  /** What was asked so far needs the shards; what takes long is not waited for. */
  async #answered(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = this.#options.runtime.setTimer(ANSWERED_MS_MAX, late.resolve);
    await Promise.race([this.#api?.settled(), late.promise]);
    timer.cancel();
  }

  /** Answered when gateways send what they have for these accounts here. */
  async #toldOfAccounts(message: JetStreamAccountsMessage): Promise<string> {
    this.#accounts.tell(message);
    await this.#opened.promise;
    await this.#settled.all();
    if (message.complete) await this.#serve();
    if (!message.begins) return '{}';
    const stored = [...(this.#directory?.stored() ?? [])].filter((name) => !this.#accounts.has(name));
    const answer: JetStreamAccountsAnswer = { stored };
    return JSON.stringify(answer);
  }

  #serve(): Promise<void> {
    this.#begun ??= this.#begin().then(() => this.#serving.begin());
    return this.#begun;
  }

  /** Resolves when all that was declared is settled, and other stores know what is here. */
  async #isKnown(): Promise<void> {
    await Promise.all([this.#settled.all(), this.#others?.told()]);
  }

  #joinOthers(seat: Seat, { changed, usedElsewhere }: Pick<OthersOptions, 'changed' | 'usedElsewhere'>): Others {
    const others = new Others({
      member: this.#member,
      runtime: this.#options.runtime,
      seat,
      streams: () => [...(this.#directory?.all() ?? [])].map(listingOf),
      used: () => this.#directory?.used() ?? [],
      usedElsewhere,
      takesStreams: () => this.#shards?.hasAny === true,
      listened: () => this.#feeds?.listened ?? [],
      changed,
      listeningChanged: (subject) => this.#watches?.listeningChanged(subject),
      failed: ({ account: accountName, ...request }) => this.#api?.unavailable({ accountName, ...request }),
    });
    this.#member.handle(LEAVING, (_body, from) => {
      if (from !== undefined) others.linkDown({ peer: from });
      return '';
    });
    return others;
  }

  #complete(given: unknown): ServerOptions & StoreConfiguration {
    const configuration = completeOptions(given as StoreConfiguration) as ServerOptions & StoreConfiguration;
    this.#options.onConfigured?.(configuration);
    return configuration;
  }

  #reconfigure(configuration: ServerOptions & StoreConfiguration): void {
    // Switched off: the supervisor ends this process.
    if (this.#limits !== undefined && configuration.jetstream !== undefined) {
      Object.assign(this.#limits, storeLimits(configuration.jetstream));
      this.#directory?.limitsChanged(this.#limits);
    }
    this.#accounts.configure(configuration);
  }

  #handlers(): MemberHandlers {
    return {
      deliver: (...message) => this.#dispatch?.deliver(...message),
      returned: (...message) => this.#dispatch?.returned(...message),
      redeclare: (emit) => {
        for (const [account, subject] of this.#directory?.interest() ?? []) emit(account, subject, '', 1);
        for (const [account, subject] of this.#feeds?.interest() ?? []) emit(account, subject, '', 1);
        return undefined;
      },
      settled: (sequence) => this.#settled.reached(sequence),
      peerUp: (link) => {
        this.#outbox.linksChanged();
        this.#watches?.linksChanged();
        this.#serving.linkUp(link);
        this.#others?.linkUp(link);
      },
      peerDown: (link) => {
        this.#others?.linkDown(link);
        this.#outbox.linksChanged();
        this.#watches?.linksChanged();
        this.#api?.release();
      },
      peerLeft: (peer) => {
        if (peer.component === component) this.#options.onSeatsChanged?.();
      },
      undelivered: (link, account, buf, ss, se, rs, re, headerBytes, ps, pe) => {
        this.#others?.linkDown(link);
        this.#others?.handOn(link.peer.instance, {
          account,
          subject: buf.toString('latin1', ss, se),
          reply: buf.toString('latin1', rs, re),
          content: Buffer.from(buf.subarray(ps, pe)),
          headerBytes,
        });
      },
      writable: () => {
        this.#turn.release();
        this.#api?.release();
      },
      commit: (given) => this.#reconfigure(this.#complete(given)),
      stats: () => ({
        logLinesDropped: this.#options.logLinesDropped?.() ?? 0,
        ...(this.#shards && { store: storeFigures(this.#shards, this.#meters, this.#outbox) }),
      }),
      shutdown: (reason, refused) => this.#options.onShutdown(reason, refused),
    };
  }
}
