import type { Channel, ChannelHandler } from '@skein/bus';
import { type SimulatedProcess, Simulation, seededRandom } from '@skein/bus/simulation';
import { defaultOptions, NATS_VERSION } from '@skein/config';
import { GatewayMember, openDoor } from '@skein/gateway/internal';
import { createRouter, type StateStore } from '@skein/router';
import { Client, type Door } from './client.ts';
import { Clock } from './clock.ts';
import { Disturbances } from './disturbances.ts';
import { GatewayLife } from './gateway-life.ts';
import { Model } from './model.ts';
import { NEVER } from './records.ts';
import { literal } from './subject.ts';
import { Trace } from './trace.ts';

export interface WorldOptions {
  seed: number;
  gateways: number;
  clients: number;
  /** Longest time that bytes take from one process to another. */
  delayMaxMs: number;
  /** The supervisor kills a frozen gateway, as it does in a node of its own; else it is left to exit when it wakes (compose). */
  killsFrozen: boolean;
  echo?: (line: string) => void;
}

/** How often the state of all is looked at. */
const LOOK_MS = 3;
/** A supervisor takes a gateway that is silent for so long for frozen. */
const FROZEN_MS = 2000;
/** How long whatever was broken on purpose may take to work again. */
const RECOVERY_MS = 30_000;
const TOKEN = Buffer.from('secret');
const silent = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

const SPIKE = 8;

/** Now and then something takes many times as long: what then overtakes it must not matter. */
class UnevenSimulation extends Simulation {
  override delay(): number {
    const delayMs = super.delay();
    return this.random() < 0.05 ? SPIKE * delayMs : delayMs;
  }
}

/** A whole node (router and gateways, as they are) with its clients, and a supervisor that starts again what died. */
export class World {
  readonly simulation: Simulation;
  /** Chance for what is done to the node; its processes have their own. */
  readonly random: () => number;
  readonly trace: Trace;
  readonly disturbances: Disturbances;
  readonly model: Model;
  readonly clients: Client[] = [];
  /** Longest that anything under way takes when nothing is disturbed: some dozens of hops. */
  readonly settleMs: number;
  router!: SimulatedProcess;
  private readonly options: WorldOptions;
  private readonly clock: Clock;
  private readonly supervisor: SimulatedProcess;
  private readonly slots: GatewayLife[] = [];
  private readonly lives: GatewayLife[] = [];
  private lookedAt = 0;
  private stored: string;
  private readonly store: StateStore = {
    load: () => JSON.parse(this.stored),
    save: (state) => {
      this.stored = JSON.stringify(state);
    },
  };

  constructor(options: WorldOptions) {
    this.options = options;
    this.simulation = new UnevenSimulation(options.seed, { delayMaxMs: options.delayMaxMs });
    this.random = seededRandom(options.seed ^ 0x5bd1e995);
    this.settleMs = 40 + 60 * options.delayMaxMs;
    this.clock = new Clock(() => this.simulation.now);
    this.trace = new Trace(options.echo);
    this.disturbances = new Disturbances(this.settleMs);
    this.model = new Model(this.clock, this.trace, this.disturbances);
    this.supervisor = this.simulation.process('supervisor');
    const identity = {
      serverId: 'N',
      serverSeed: 'SN',
      serverName: 'sim',
      version: NATS_VERSION,
      xkey: 'X',
      xkeySeed: 'SX',
      productVersion: '0',
      startedUnixMs: 0,
    };
    const node = { ...defaultOptions(), skein: { ...defaultOptions().skein, gateways: options.gateways } };
    this.stored = JSON.stringify({ options: node, revision: 1, argv: [], cwd: '/', identity });
    this.startRouter();
    for (let instance = 0; instance < options.gateways; instance++) this.startGateway(instance);
    for (let i = 0; i < options.clients; i++) {
      const process = this.simulation.process(`client ${i}`);
      this.clients.push(
        new Client(
          process,
          this.model,
          (last) => this.pickDoor(last),
          (told) => this.react(told),
        ),
      );
    }
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)];
  }

  /** Random milliseconds up to `maxMs`, small ones more often. */
  pickMs(maxMs: number): number {
    return maxMs * this.random() * this.random();
  }

  /** What a client may rely on, others put to the test at once. */
  private react(told: Client): void {
    const other = this.clients[Math.floor(this.simulation.random() * this.clients.length)];
    if (other === told || !other.ready || told.subscriptions.length === 0) return;
    const { pattern } = told.subscriptions.at(-1)!;
    if (pattern.startsWith('_INBOX')) return;
    other.publish(literal(pattern));
    other.flush();
  }

  get gateways(): readonly GatewayLife[] {
    return this.slots;
  }

  // ------------------------------------------------------------ time

  /** Runs for so long. */
  async run(durationMs: number): Promise<void> {
    await this.simulation.run(durationMs, () => this.look());
  }

  /** Has so many things happen: stops between any two of them. */
  async runEvents(count: number): Promise<void> {
    let left = count;
    await this.simulation.run(1000, () => this.look() || left-- <= 0);
  }

  /** Waits until all works again and nothing is under way; false when that does not come. */
  async calm(): Promise<boolean> {
    const from = this.simulation.now;
    const quiet = () => this.look() || this.disturbances.quietFor(this.simulation.now) > 2 * this.settleMs;
    if (!(await this.simulation.run(RECOVERY_MS, quiet))) return false;
    // Clients connect again, and what they do then takes its time.
    const connected = () => this.look() || this.clients.every(({ ready }) => ready);
    if (!(await this.simulation.run(RECOVERY_MS, connected))) return false;
    await this.run(2 * this.settleMs);
    this.disturbances.healed(this.clock.next());
    return this.simulation.now > from;
  }

  /** Called between any two things that happen. */
  private look(): false {
    for (const dead of this.lives) {
      if (dead.diedAt === NEVER) continue;
      for (const other of this.slots) {
        if (other === dead || dead.noticedBy.has(other) || !other.alive) continue;
        if (!other.node.member.links.has(dead.node.member.id)) dead.noticedBy.set(other, this.clock.next());
      }
    }
    if (this.simulation.now - this.lookedAt < LOOK_MS) return false;
    this.lookedAt = this.simulation.now;
    this.disturbances.observe(this.simulation.now, this.wrongNow() === undefined);
    return false;
  }

  /** What does not work, if anything. */
  wrongNow(): string | undefined {
    if (!this.router.alive || this.router.frozen) return 'the router is away';
    for (const life of this.slots) {
      if (!life.alive || life.process.frozen) return `${life.name} is away`;
      if (!life.listening) return `${life.name} does not listen`;
      const { member } = life.node;
      if (!member.routerUp) return `${life.name} is not registered`;
      if (!member.settled(member.sequence - 1)) return `${life.name} is not settled`;
      for (const other of this.slots) {
        if (other !== life && !member.links.has(other.node.member.id))
          return `${life.name} has no link to ${other.name}`;
      }
    }
    return undefined;
  }

  // ------------------------------------------------------------ processes

  private startRouter(): void {
    this.router = this.simulation.process('router');
    const router = createRouter({
      address: 'router',
      pid: 1,
      runtime: this.router.runtime,
      transport: this.router.transport,
      log: {
        info: () => {},
        warn: (text) => this.note(`router: ${text}`),
        error: (text) => this.note(`router: ${text}`),
      },
      tokens: new Map([['gateway', TOKEN]]),
      state: this.store,
      productVersion: '0',
    });
    router.start();
    this.note('router started');
  }

  private startGateway(instance: number): void {
    const name = `g${instance}.${this.lives.filter((life) => life.instance === instance).length}`;
    const life = new GatewayLife(name, instance, this.simulation.process(name), this.clock.next());
    this.slots[instance] = life;
    this.lives.push(life);
    life.node = new GatewayMember({
      instance,
      version: '0',
      pid: this.lives.length,
      address: `gateway-${instance}`,
      routerAddress: 'router',
      token: TOKEN,
      runtime: life.process.runtime,
      transport: life.process.transport,
      log: silent,
      listen: () => {
        if (!life.alive) return;
        life.listening = true;
        this.note(`${name} listens`);
        life.process.transport.listen(`clients-${instance}`, (channel) => this.accept(life, channel));
      },
      configured: () => {},
      shutdown: (reason) => this.cutOff(life, reason),
    });
    life.node.start().catch(() => {});
    this.note(`${name} started`);
  }

  private accept(life: GatewayLife, channel: Channel): ChannelHandler {
    let connection: ChannelHandler | undefined;
    let closed: string | undefined;
    const origin = { host: '127.0.0.1', port: 1, kind: 'STANDARD' as const, tls: null, cookies: null };
    channel.pause();
    openDoor(life.node.gateway, channel, origin, false, (accepted) => {
      connection = accepted;
      if (closed === undefined) channel.resume();
      else accepted.closed(closed);
    });
    return {
      data: (buf, start, end) => connection?.data(buf, start, end),
      drain: () => connection?.drain(),
      closed: (reason) => {
        closed = reason;
        connection?.closed(reason);
      },
    };
  }

  /** Mostly the one it had before (`last`): so there are clients at the door of a gateway that has just begun to listen. */
  private pickDoor(last: number | undefined): Door {
    const stays = last !== undefined && this.simulation.random() < 0.8;
    const instance = stays ? last : Math.floor(this.simulation.random() * this.options.gateways);
    return { instance, address: `clients-${instance}`, behind: () => this.slots[instance] };
  }

  // ------------------------------------------------------------ what is done to them

  killRouter(): void {
    if (!this.router.alive) return;
    this.disturb('kill the router');
    this.disturbances.away(null, this.clock.next());
    this.router.kill();
    this.later(5 + this.pickMs(1000), () => {
      this.startRouter();
      this.disturbances.back(null, this.clock.next());
    });
  }

  freezeRouter(durationMs: number): void {
    const { router } = this;
    if (!router.alive || router.frozen) return;
    this.disturb(`freeze the router for ${durationMs.toFixed(0)} ms`);
    router.freeze();
    this.disturbances.away(null, this.clock.next());
    this.later(durationMs, () => {
      if (!router.alive) return;
      this.note('thaw the router');
      router.thaw();
      this.disturbances.back(null, this.clock.next());
    });
  }

  killGateway(life: GatewayLife): void {
    if (!life.alive) return;
    this.disturb(`kill ${life.name}`);
    this.dies(life);
  }

  freezeGateway(life: GatewayLife, durationMs: number): void {
    const { process } = life;
    if (!process.alive || process.frozen) return;
    this.disturb(`freeze ${life.name} for ${durationMs.toFixed(0)} ms`);
    process.freeze();
    this.disturbances.away(life, this.clock.next());
    const killed = durationMs > FROZEN_MS && this.options.killsFrozen;
    this.later(killed ? FROZEN_MS : durationMs, () => {
      if (killed) this.killGateway(life);
      else if (process.alive) {
        this.note(`thaw ${life.name}`);
        process.thaw();
        this.disturbances.back(life, this.clock.next());
      }
    });
  }

  cutLink(one: GatewayLife, other: GatewayLife): void {
    if (one === other || !one.alive || !other.alive) return;
    this.disturb(`cut ${one.name} from ${other.name}`);
    one.process.cut(other.process);
    this.disturbances.cut(one, other, this.clock.next());
  }

  /** The router has given the gateway up, and it has read so. */
  private cutOff(life: GatewayLife, reason: string): void {
    if (!life.alive) return;
    this.disturb(`${life.name} was told to go: ${reason}`);
    const now = this.clock.next();
    const recent = now - RECOVERY_MS;
    const frozenAt = this.disturbances.longAbsence(life, recent, FROZEN_MS / 2);
    if (frozenAt !== undefined) this.disturbances.cutOff(life, frozenAt, now);
    else if (this.disturbances.cutRecently(life, recent)) this.disturbances.cutOff(life, recent, now);
    else this.model.wrong(`${life.name} was told to go without cause: ${reason}`);
    this.dies(life);
  }

  private dies(life: GatewayLife): void {
    life.process.kill();
    life.diedAt = this.clock.next();
    // Later than the last bytes of this life arrive anywhere: on one machine they are never overtaken by its successor's.
    const startMs = 10 + SPIKE * this.options.delayMaxMs + this.pickMs(1500);
    this.later(startMs, () => this.startGateway(life.instance));
  }

  private disturb(text: string): void {
    this.note(text);
    this.disturbances.observe(this.simulation.now, false);
  }

  private later(delayMs: number, fn: () => void): void {
    this.supervisor.runtime.setTimer(delayMs, fn);
  }

  private note(text: string): void {
    this.trace.add(this.clock.next(), text);
  }
}
