import { createMember, type Member, type MemberHandlers, type MemberLimits, type MemberOptions } from '@skein/bus';
import { type SimulatedProcess, Simulation } from '@skein/bus/simulation';
import { defaultOptions, type ServerOptions } from '@skein/config';
import { createRouter, type Router, type RouterState, type StateStore } from '../server.ts';

export const token = Buffer.from('secret');

/** A process of the simulated node that wants nothing but what its test has it declare. */
export class SimulatedMember {
  readonly process: SimulatedProcess;
  readonly name: string;
  readonly member: Member;
  /** What it wants now, and under which number it said so. */
  readonly declared = new Map<string, { weight: number; sequence: number }>();
  /** What it knows the others want: patterns by declarer, with the picture they were last named in. */
  readonly replica = new Map<number, Map<string, { weight: number; named: number }>>();
  /** Declarers whose link broke and whose picture has not come again: messages for them are lost and counted. */
  readonly forgotten = new Set<number>();
  listening = false;
  refused = '';
  configuration: unknown;
  private picture = 0;

  constructor(node: SimulatedNode, name: string, options: Partial<MemberOptions>, handlers: MemberHandlers) {
    this.name = name;
    this.process = node.simulation.process(name);
    const self = this;
    this.member = createMember({
      component: 'gateway',
      instance: 0,
      version: '0',
      pid: 1,
      address: name,
      routerAddress: 'router',
      token,
      runtime: this.process.runtime,
      transport: this.process.transport,
      wantsInterest: true,
      ...options,
      handlers: {
        ...handlers,
        interestBegin() {
          self.picture++;
        },
        interest(declarer, changes, snapshot, last) {
          let patterns = self.replica.get(declarer);
          if (patterns === undefined) {
            patterns = new Map();
            self.replica.set(declarer, patterns);
          }
          while (changes.next()) {
            if (changes.weight === 0) patterns.delete(changes.subject);
            else patterns.set(changes.subject, { weight: changes.weight, named: self.picture });
          }
          if (!snapshot || !last) return;
          self.forgotten.delete(declarer);
          for (const [subject, { named }] of patterns) if (named < self.picture) patterns.delete(subject);
        },
        *redeclare(emit) {
          for (const [subject, { weight }] of self.declared) {
            emit('$G', subject, '', weight);
            yield;
          }
        },
        peerDown(link, reason) {
          self.replica.delete(link.peer.id);
          self.forgotten.add(link.peer.id);
          handlers.peerDown?.(link, reason);
        },
        peerLeft(peer, reason) {
          self.replica.delete(peer.id);
          handlers.peerLeft?.(peer, reason);
        },
        listen() {
          self.listening = true;
          handlers.listen?.();
        },
        shutdown(reason, refused) {
          self.refused = reason;
          handlers.shutdown?.(reason, refused);
          if (refused) self.process.kill();
        },
        registered(registration) {
          if (registration.configuration !== undefined) self.configuration = registration.configuration;
        },
        commit(configuration, revision) {
          self.configuration = configuration;
          handlers.commit?.(configuration, revision);
        },
      },
    });
    this.member.start().catch(() => {});
  }

  declare(subject: string, weight: number): number {
    const sequence = this.member.declare('$G', subject, '', weight);
    if (weight === 0) this.declared.delete(subject);
    else this.declared.set(subject, { weight, sequence });
    return sequence;
  }

  get alive(): boolean {
    return this.process.alive;
  }
}

/** A router and the processes around it, in one simulation. */
export class SimulatedNode {
  readonly simulation: Simulation;
  readonly members: SimulatedMember[] = [];
  readonly logged: string[] = [];
  /** What the next reload reads. */
  nextOptions: ServerOptions;
  router!: Router;
  routerProcess!: SimulatedProcess;
  private stored: string;
  private readonly store: StateStore = {
    load: () => JSON.parse(this.stored),
    save: (state) => {
      this.stored = JSON.stringify(state);
    },
  };

  /** `former`: what another router left, in place of the options. */
  constructor(seed: number, options: Partial<ServerOptions> = {}, former?: RouterState) {
    this.simulation = new Simulation(seed);
    this.nextOptions = { ...defaultOptions(), ...options };
    const identity = {
      serverId: 'N',
      serverSeed: 'SN',
      serverName: 'sim',
      version: '2',
      xkey: 'X',
      xkeySeed: 'SX',
      productVersion: '0',
      startedUnixMs: 0,
    };
    this.stored = JSON.stringify(former ?? { options: this.nextOptions, revision: 1, argv: [], cwd: '/', identity });
    this.startRouter();
  }

  get state(): RouterState {
    return JSON.parse(this.stored);
  }

  startRouter(): void {
    const process = this.simulation.process('router');
    this.routerProcess = process;
    const log = (text: string) => this.logged.push(text);
    this.router = createRouter({
      address: 'router',
      pid: 1,
      runtime: process.runtime,
      transport: process.transport,
      log: { info: log, warn: log, error: log },
      tokens: new Map(
        (['gateway', 'monitor', 'auth-resolver', 'jetstream-store'] as const).map((name) => [name, token]),
      ),
      state: this.store,
      productVersion: '0',
      readOptions: () => this.nextOptions,
    });
    this.router.start();
  }

  add(name: string, options: Partial<MemberOptions> = {}, handlers: MemberHandlers = {}): SimulatedMember {
    const member = new SimulatedMember(this, name, options, handlers);
    this.members.push(member);
    return member;
  }

  gateway(instance: number, handlers: MemberHandlers = {}, limits: Partial<MemberLimits> = {}): SimulatedMember {
    return this.add(`gateway-${instance}-${this.members.length}`, { instance, limits }, handlers);
  }

  /** Runs until `done`; throws when it does not come within so much simulated time. */
  async until(done: () => boolean, limitMs = 30_000): Promise<void> {
    if (await this.simulation.run(limitMs, done)) return;
    throw new Error(`seed ${this.simulation.seed}: not within ${limitMs} ms: ${done}; log: ${this.logged.join('; ')}`);
  }
}
