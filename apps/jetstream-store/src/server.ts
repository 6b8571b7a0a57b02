import type { JetStreamAccountsAnswer, JetStreamAccountsMessage } from '@skein/accounts';
import type { Member, MemberHandlers } from '@skein/bus';
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
import { AuditInterest } from './audit-interest.ts';
import { Clock } from './clock.ts';
import { answerConsole } from './console.ts';
import { StreamDirectory } from './directory.ts';
import { Dispatch } from './dispatch.ts';
import { storeFigures } from './figures.ts';
import type { Api } from './hosting.ts';
import { LedConsumers } from './led-consumers.ts';
import { type StoreLimits, storeLimits } from './limits.ts';
import { Meters } from './meters.ts';
import { answerMonitor, totalLimits } from './monitoring.ts';
import { NodeAccounts } from './node-accounts.ts';
import { PublishedNotices } from './notices.ts';
import { component, type StoreConfiguration, type StoreOptions } from './options.ts';
import { LinkOutbox } from './outbox.ts';
import { Publishing } from './publishing.ts';
import { Serving } from './serving.ts';
import { SettledInterest } from './settled-interest.ts';
import { Shards } from './shards.ts';
import { Backups } from './snapshot/backups.ts';
import { importBackups } from './snapshot/import.ts';
import { Feeds } from './sources/feeds.ts';
import { OwnWatches } from './sources/own-watches.ts';
import { troubles } from './troubles.ts';
import { Turn } from './turn.ts';

export interface JetStreamStore {
  /** Resolves when its streams are served. */
  start(): Promise<void>;
  stop(): Promise<void>;
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
    const { configuration: given, identity } = await this.#member.start();
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
    const { serverName } = identity;
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
      settled: () => this.#settled.all(),
      publish: (...message) => this.#outbox.ask(...message),
      listeningChanged: (subject) => watches.listeningChanged(subject),
    });
    this.#feeds = feeds;
    const watches = new OwnWatches(
      (...watched) => this.#member.watch(...watched),
      (subject) => feeds.isListened(subject),
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
        const isKnown = this.#isComplete && shards.files.every(({ fault }) => fault === undefined);
        const owner = isKnown ? directory.account(account) : undefined;
        return owner === undefined ? null : owner.streamOf(subject);
      },
      watch: (...watched: Parameters<Member['watch']>) => watches.watch(...watched),
      domain,
    };
    const directory = new StreamDirectory(domain, limits, {
      shardFor: (config) => shards.for(config),
      declare: (account, subject, weight) => this.#member.declare(account, subject, '', weight),
      settled: () => this.#settled.all(),
      adopted: (stream) => feeds.served(stream),
    });
    const audits = new AuditInterest(this.#member, directory);
    const shards = new Shards(surroundings, {
      directory: jetStreamFolder(jetstream),
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
    feeds.start();
    const backups = new Backups({ ...surroundings, newId: eventId });
    const api = createApi({
      backups,
      serverName,
      systemAccount: systemAccountOf(configuration) ?? '',
      directory,
      outbox: this.#outbox,
      notices,
      log,
      limits,
      requestsMax: jetstream.requestQueueMax,
      now: () => this.#clock.tick(),
    });
    this.#api = api;
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
    this.#dispatch = new Dispatch(directory, new Publishing(), api, backups, feeds);
    this.#accounts.configure(configuration);
    for (const [name, allowance] of this.#accounts) directory.allow(name, allowance);
    await importBackups(jetStreamFolder(jetstream), directory, log);
    this.#isComplete = true;
    this.#opened.resolve();
    await this.#settled.all();
    // In operator mode the accounts, and with them their streams, come from the auth-resolver.
    if (!isOperatorMode(configuration.trust)) this.#serving.begin();
  }

  figures(): Record<string, unknown> {
    return this.#member.figures();
  }

  async stop(): Promise<void> {
    await this.#serving.end();
    this.#turn.end();
    this.#agenda.stop();
    await this.#shards?.close();
    await this.#member.stop();
  }

  /** Answered when gateways send what they have for these accounts here. */
  async #toldOfAccounts(message: JetStreamAccountsMessage): Promise<string> {
    this.#accounts.tell(message);
    await this.#opened.promise;
    await this.#settled.all();
    if (message.complete) this.#serving.begin();
    if (!message.begins) return '{}';
    const stored = [...(this.#directory?.stored() ?? [])].filter((name) => !this.#accounts.has(name));
    const answer: JetStreamAccountsAnswer = { stored };
    return JSON.stringify(answer);
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
      },
      peerDown: () => {
        this.#outbox.linksChanged();
        this.#watches?.linksChanged();
        this.#api?.release();
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
