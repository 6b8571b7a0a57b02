import { type AccountDefinition, newDefinition } from '@skein/accounts';
import { GLANCE, type Member, type NodeIdentity, type Peer } from '@skein/bus';
import { systemAccountOf } from '@skein/config/options';
import type { AssetKind, Figures } from '@skein/metrics';
import type { MonitorConfiguration } from './configuration.ts';
import { ConnectionPages } from './connection-pages.ts';
import type { GatewayCounters, GatewayFigures, ProcessFigures } from './figures.ts';
import { GatewayTotals, type SavedTotals } from './gateway-totals.ts';
import { type Answer, Gather } from './gather.ts';
import { JetStream } from './jetstream/jetstream.ts';
import { type ProcessState, processStates } from './metrics/process-states.ts';
import { listedFromAnswers, NodeProcesses, type ProcessInfo } from './node-processes.ts';
import type { ProcessList } from './process-list.ts';
import { SubscriptionPages } from './subscription-pages.ts';

export interface MonitorOptions {
  member: Pick<Member, 'peers' | 'request' | 'routerUp' | 'figures'>;
  identity: NodeIdentity;
  configuration: MonitorConfiguration;
  pid: number;
  instance: number;
  /** What the supervisor says there is; undefined without one. */
  processList(): Promise<ProcessList | undefined>;
  /** Monotonic milliseconds. */
  now(): number;
  wallMs(): number;
  /** What the monitor before this one has shown. */
  totals?: SavedTotals;
  /** Keeps what is about to be shown for the one after this. */
  keepTotals?(totals: SavedTotals): Promise<void>;
}

/** The node's figures at one moment. */
export interface Snapshot {
  connections: number;
  subscriptions: number;
  counters: GatewayCounters;
  processes: ProcessInfo[];
  /** What it was made from. */
  answers: Answer<ProcessFigures>[];
}

/** What the pages are made from. */
export class Monitor {
  configuration: MonitorConfiguration;
  configuredUnixMs: number;
  readonly identity: NodeIdentity;
  readonly gather: Gather;
  readonly connectionPages: ConnectionPages;
  readonly subscriptionPages: SubscriptionPages;
  readonly jetstream: JetStream;
  /** Every gateway lets go of its clients and lets nobody new in. */
  lameDuck = false;
  /** Requests served, by path. */
  readonly requests = new Map<string, number>();
  /** Left out of scrapes, by what they are about. */
  readonly seriesDropped: Map<AssetKind, number> = new Map();
  private readonly options: MonitorOptions;
  private readonly totals: GatewayTotals;
  private readonly processes = new NodeProcesses();

  constructor(options: MonitorOptions) {
    this.options = options;
    this.totals = new GatewayTotals(options.totals);
    this.identity = options.identity;
    this.configuration = options.configuration;
    this.configuredUnixMs = options.identity.startedUnixMs;
    this.gather = new Gather(options.member, options.now);
    this.connectionPages = new ConnectionPages(options.member, options.now);
    this.subscriptionPages = new SubscriptionPages(this.gather);
    this.jetstream = new JetStream(this.gather);
  }

  configure(configuration: MonitorConfiguration): void {
    this.configuration = configuration;
    this.configuredUnixMs = this.wallMs();
  }

  /** What stands before every path: `nats`, `/nats` and `/nats/` are all `/nats`; '' for none. */
  get basePath(): string {
    const path = this.configuration.monitoring.basePath.replace(/^\/+|\/+$/g, '');
    return path === '' ? '' : `/${path}`;
  }

  get systemAccount(): string | undefined {
    return systemAccountOf(this.configuration);
  }

  get accountDefinitions(): AccountDefinition[] {
    return this.configuration.accounts.map(({ definition }) => definition);
  }

  /** Of one that is not in the configuration: one that gives and takes nothing. */
  accountDefinition(name: string): AccountDefinition {
    return this.accountDefinitions.find((one) => one.name === name) ?? newDefinition(name);
  }

  /** Every account that clients can be in. */
  accountNames(): string[] {
    const names = this.accountDefinitions.map((definition) => definition.name);
    return [...new Set(['$G', ...names, ...(this.systemAccount === undefined ? [] : [this.systemAccount])])].sort();
  }

  wallMs(): number {
    return this.options.wallMs();
  }

  get routerUp(): boolean {
    return this.options.member.routerUp;
  }

  peersOf(component: string): Peer[] {
    return [...this.options.member.peers.values()].filter((peer) => peer.component === component);
  }

  /** `glance`: it is taken all the time, whether somebody looks or not, and must cost processes next to nothing. */
  async snapshot(glance = false): Promise<Snapshot> {
    const asked = this.gather.ask<ProcessFigures>('stats', glance ? GLANCE : undefined);
    const [others, listed] = await Promise.all([asked, this.options.processList()]);
    const answers = [...others, this.own(glance)];
    const gateways = answers.filter((one) => one.peer.component === 'gateway') as Answer<GatewayFigures>[];
    const counters = this.totals.sum(new Set(this.peersOf('gateway').map(({ id }) => id)), gateways);
    await this.options.keepTotals?.(this.totals.save());
    return {
      connections: sum(gateways.map(({ body }) => body.connections)),
      subscriptions: sum(gateways.map(({ body }) => body.subscriptions)),
      counters,
      processes: this.processes.list(listed?.processes ?? listedFromAnswers(answers), answers, this.options.now()),
      answers,
    };
  }

  /** Each process of the node, and what it says of itself; what their supervisor says of them. */
  async processStates(): Promise<{ processes: ProcessState[]; supervisor: ProcessList | undefined }> {
    const [answers, supervisor] = await Promise.all([this.gather.ask<Figures>('stats'), this.options.processList()]);
    const registered = this.options.member.peers.values();
    const processes = processStates(supervisor?.processes ?? [], registered, [...answers, this.own()]);
    return { processes, supervisor };
  }

  /** What this process adds to its own figures. */
  figures(): Figures {
    return { staleAnswers: this.gather.staleAnswers(), seriesDropped: Object.fromEntries(this.seriesDropped) };
  }

  private own(glance = false): Answer<ProcessFigures> {
    const { pid, instance, member } = this.options;
    return {
      peer: { id: 0, component: 'monitor', instance, pid, address: '' },
      body: member.figures(glance) as unknown as ProcessFigures,
      ageMs: 0,
    };
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + (value ?? 0), 0);
