import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type Component, GLANCE, type Listener, type Peer, type Runtime, type Transport } from '@skein/bus';
import { type ChangeReader, type DecodedFrame, type FrameBody, PROTOCOL, processFigures } from '@skein/bus/internal';
import type { ServerOptions } from '@skein/config';
import { completeOptions } from '@skein/config/options';
import { Histogram } from '@skein/metrics/histogram';
import { createIdentity, type NodeKeys, publicIdentity, type StoredIdentity } from './identity.ts';
import { Leases } from './leases.ts';
import { newRegistered, Register, type Registered } from './register.ts';
import { Rollout } from './reload.ts';
import { dealSeat, guestsToLeave } from './seats.ts';
import { Session, type SessionOwner } from './session.ts';
import { Settlement } from './settlement.ts';
import { sliceFor } from './slices.ts';
import type { RouterState, StateStore } from './state.ts';

export type { RouterState, StateStore } from './state.ts';

export interface RouterLog {
  /** Lines lost because whoever reads them does not. */
  readonly dropped?: number;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export interface RouterOptions {
  /** Where it listens. */
  address: string;
  pid: number;
  runtime: Runtime;
  transport: Transport;
  log: RouterLog;
  /** What each component proves itself by. */
  tokens: ReadonlyMap<Component, Uint8Array>;
  state: StateStore;
  /** The product's. */
  productVersion: string;
  /** Reads the configuration again, as the node was started. Throws when it can't be read. */
  readOptions?: (argv: readonly string[], cwd: string) => ServerOptions | Promise<ServerOptions>;
  /** How long a process of this machine has waited for a processor in its life, milliseconds. Default: not known, 0. */
  processorWaitMs?(pid: number): number;
  /** A reload has put these options in force. */
  optionsChanged?: (options: ServerOptions) => void;
  /** What else processes may ask: JSON text in, JSON text out. */
  methods?: Record<string, (body: string) => Promise<string>>;
}

export interface Router {
  /** Resolves when it listens. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads the configuration again and has it applied by every process, or by none. Resolves to why it was refused. */
  reload(): Promise<string | undefined>;
  /** What it answers to `stats`. */
  figures(): Record<string, unknown>;
  readonly options: ServerOptions;
}

/** A gateway silent for so long holds the others' settlements; a lone one holds nobody. */
const SILENT_GATEWAY_MS = 2000;
const SILENT_GATEWAY_ALONE_MS = 10_000;
const SILENT_MS = 5000;
const CHECK_MS = 250;
/** How long a restarted router waits for a process that it knew. */
const EXPECTED_MS = 2000;
/** Interest queued for a gateway that does not read it. */
const QUEUED_BYTES_MAX = 256 * 1024 * 1024;

class NodeRouter implements Router, SessionOwner {
  private readonly given: RouterOptions;
  private readonly log: RouterLog;
  private readonly runtime: Runtime;
  private state!: RouterState;
  private identity!: StoredIdentity;
  private linkKey!: Buffer;
  private epoch = 0;
  private reloading: Promise<string | undefined> | null = null;
  /** Begins when the one under way is over, for all who have asked meanwhile. */
  private reloadingNext: Promise<string | undefined> | null = null;
  private register!: Register;
  private settlement!: Settlement;
  private leases!: Leases;
  private listener: Listener | null = null;
  private readonly sessions = new Set<Session>();
  private version = 0;
  private settlePlanned = false;
  private lastCheckMs = 0;
  private rollout: Rollout | null = null;
  /** Processes that came during a reload: they are to get its outcome. */
  private postponed: { session: Session; hello: Hello }[] = [];
  private readonly settleSeconds = new Histogram();
  private stopped = false;

  constructor(options: RouterOptions) {
    this.given = options;
    this.log = options.log;
    this.runtime = options.runtime;
  }

  get options(): ServerOptions {
    return this.state.options;
  }

  async start(): Promise<void> {
    const { given } = this;
    const state = await given.state.load();
    this.state = { ...state, options: completeOptions(state.options) };
    this.identity =
      this.state.identity ??
      (await createIdentity(this.state.options.serverName, given.productVersion, this.runtime.wallMs()));
    this.linkKey = this.state.linkKey === undefined ? randomBytes(16) : Buffer.from(this.state.linkKey, 'hex');
    this.epoch = (this.state.epoch ?? 0) + 1;
    const expected = this.state.register ?? [];
    this.register = new Register(this.state.processIdMax ?? 0, expected);
    this.settlement = new Settlement(expected.length > 0);
    this.leases = new Leases(
      this.options.maxConnections,
      this.state.connectionIdMax ?? 0,
      expected.length > 0,
      (id, leased) => this.register.members.get(id)?.connection.send({ leased }),
    );
    this.save();
    this.listener = await given.transport.listen(given.address, (channel) => {
      const session = new Session(channel, this.runtime, this);
      this.sessions.add(session);
      return session.channelHandler;
    });
    this.lastCheckMs = this.runtime.now();
    this.runtime.setTimer(CHECK_MS, () => this.check());
    if (expected.length > 0) {
      this.runtime.setTimer(EXPECTED_MS, () => {
        for (const id of [...this.register.expected.keys()]) this.giveUp(id);
      });
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.listener?.close();
    for (const session of this.sessions) session.connection.close();
  }

  private save(): void {
    this.state = {
      ...this.state,
      identity: this.identity,
      epoch: this.epoch,
      processIdMax: this.register.processIdMax,
      connectionIdMax: this.leases.connectionIdMax,
      linkKey: this.linkKey.toString('hex'),
      register: [
        ...this.register.expected.values(),
        ...[...this.register.members.values()].map(({ peer }) => ({
          ...peer,
          listening: this.settlement.isLive(peer.id),
        })),
      ],
    };
    try {
      this.given.state.save(this.state);
    } catch (error) {
      // A full disk must not take the node's centre with it: only a restart would miss what could not be written.
      this.log.error(`Can't save the router's state: ${(error as Error).message}`);
    }
  }

  // ------------------------------------------------------------ processes come and go

  message(session: Session, frame: DecodedFrame): void {
    const { member } = session;
    if (frame.body === 'request') {
      this.request(session, frame.request!);
      return;
    }
    if (member === null) {
      if (frame.body === 'hello') this.hello(session, frame.hello as Hello);
      return;
    }
    member.heardMs = this.runtime.now();
    const { id } = member.peer;
    switch (frame.body) {
      case 'linkState':
        this.linkState(member, frame.linkState!.peer as number, frame.linkState!.up as boolean);
        break;
      case 'configured': {
        const { revision, ok, reason } = frame.configured!;
        if (ok) member.revision = revision as number;
        this.rollout?.answer(member, revision as number, ok as boolean, reason as string);
        break;
      }
      case 'lease': {
        const idMax = this.leases.connectionIdMax;
        this.leases.request(id, frame.lease as Parameters<Leases['request']>[1]);
        if (this.leases.connectionIdMax > idMax) this.save();
        break;
      }
      case 'applied':
        if (frame.applied!.epoch === this.epoch) this.settlement.applied(id, frame.applied!.version as number);
        this.planSettle();
        break;
    }
  }

  private hello(session: Session, hello: Hello): void {
    if (this.rollout !== null) {
      this.postponed.push({ session, hello });
      return;
    }
    const refusal = this.refusal(hello);
    if (refusal !== undefined) {
      this.log.warn(`Refused ${hello.component} ${hello.instance} (pid ${hello.pid}): ${refusal}`);
      session.send({ refused: { reason: refusal } });
      session.connection.close();
      return;
    }
    const component = hello.component as Component;
    const isStore = component === 'jetstream-store';
    const instance = isStore ? this.seatFor(hello) : hello.instance;
    const earlier = this.register.at(component, instance);
    if (earlier !== undefined && earlier.id !== hello.id) this.drop(earlier.id, 'replaced');
    const peer: Peer = {
      id: hello.id === 0 ? this.register.nextId() : hello.id,
      component,
      instance,
      address: hello.address,
      pid: hello.pid,
    };
    const returned = this.register.expected.delete(peer.id);
    const member = newRegistered(peer, session.connection, hello, this.runtime.now(), this.state.revision);
    session.member = member;
    this.register.members.set(peer.id, member);
    this.settlement.join(peer.id, component === 'gateway' ? { live: hello.listening } : undefined);
    this.leases.join(peer.id, hello.connections, hello.connectionIdMax);
    if (returned && hello.listening) this.lookForBroken(hello.links);
    this.save();

    session.send({
      welcome: {
        id: peer.id,
        epoch: this.epoch,
        identity: publicIdentity(this.identity),
        configuration: this.state.revision,
        configurationJson:
          hello.configuration === this.state.revision ? '' : JSON.stringify(sliceFor(component, this.options)),
        peers: this.register.peers().filter((other) => other.id !== peer.id),
        linkKey: this.linkKey,
        ...(isStore && { seat: instance + 1 }),
      },
    });
    if (!returned) this.tellOthers(peer.id, { peerJoined: { peer } });
    if (member.wantsInterest) {
      for (const other of this.register.members.values()) if (other !== member) this.sendSnapshot(member, other);
    }
    if (isStore) this.makeRoom();
    this.releaseWhenAllAreBack();
  }

  /** A process that found no seat is given one of those that other processes have beside their own. */
  private makeRoom(): void {
    const stores = [...this.register.members.values()].filter(({ peer }) => peer.component === 'jetstream-store');
    for (const guest of guestsToLeave(stores, this.options.skein.jetstream.stores)) {
      guest.leaves = true;
      guest.connection.send({ shutdown: { reason: `another process takes seat ${guest.peer.instance}` } });
    }
  }

  /** A store keeps the seat that an earlier router has dealt it. */
  private seatFor({ id, instance }: Hello): number {
    const known = this.register.expected.get(id);
    if (known !== undefined) return known.instance;
    const stores = this.register.peers().filter(({ component }) => component === 'jetstream-store');
    return dealSeat(instance, this.options.skein.jetstream.stores, new Set(stores.map((store) => store.instance)));
  }

  private refusal(hello: Hello): string | undefined {
    const token = this.given.tokens.get(hello.component as Component);
    const shown = Buffer.from(hello.token);
    if (token === undefined || token.length !== shown.length || !timingSafeEqual(token, shown)) return 'wrong token';
    if (hello.protocol !== PROTOCOL) return `bus protocol ${hello.protocol}, not ${PROTOCOL}`;
    if (hello.id === 0) return undefined;
    const known = this.register.expected.get(hello.id);
    if (known === undefined || known.component !== hello.component) return 'cut off: dropped from the register';
    return undefined;
  }

  /**
   * A gateway that listens came back to a restarted router. It has had links to all that listened: those are gone to which
   * it has none. Of newcomers that says nothing, they may just not have met.
   */
  private lookForBroken(links: readonly number[]): void {
    for (const peer of [...this.register.expected.values()]) {
      const met = peer.component !== 'gateway' || peer.listening === true;
      if (met && !links.includes(peer.id)) this.giveUp(peer.id);
    }
  }

  private releaseWhenAllAreBack(): void {
    if (this.register.expected.size > 0) return;
    this.settlement.release();
    this.leases.release();
    this.planSettle();
  }

  /** A process that an earlier router knew is not coming back. */
  private giveUp(id: number): void {
    if (!this.register.expected.delete(id)) return;
    this.tellOthers(id, { peerLeft: { id, reason: 'did not come back' } });
    this.save();
    this.releaseWhenAllAreBack();
  }

  /** Takes a process out of the register. If it lives it is told so, and exits. */
  private drop(id: number, reason: string): void {
    if (this.register.expected.has(id)) {
      this.giveUp(id);
      return;
    }
    const member = this.register.members.get(id);
    if (member === undefined) return;
    this.register.members.delete(id);
    this.settlement.leave(id);
    this.leases.leave(id);
    this.rollout?.left(id);
    this.tellOthers(id, { peerLeft: { id, reason } });
    member.connection.send({ refused: { reason: `cut off: ${reason}` } });
    member.connection.close();
    this.save();
    this.planSettle();
  }

  ended(session: Session, reason: string): void {
    this.sessions.delete(session);
    this.postponed = this.postponed.filter((one) => one.session !== session);
    const { member } = session;
    if (member === null || this.stopped) return;
    if (this.register.members.get(member.peer.id) === member) this.drop(member.peer.id, reason);
  }

  private tellOthers(id: number, body: FrameBody): void {
    for (const member of this.register.members.values()) if (member.peer.id !== id) member.connection.send(body);
  }

  private check(): void {
    if (this.stopped) return;
    const now = this.runtime.now();
    // When this process itself was held up, the others' heartbeats are still unread.
    const late = now - this.lastCheckMs > 4 * CHECK_MS;
    this.lastCheckMs = now;
    const gateways = this.register.gateways();
    for (const member of [...this.register.members.values()]) {
      if (late) member.heardMs = now;
      const gatewayMs = gateways > 1 ? SILENT_GATEWAY_MS : SILENT_GATEWAY_ALONE_MS;
      const limitMs = member.peer.component === 'gateway' ? gatewayMs : SILENT_MS;
      const waitedMs = (): number => this.given.processorWaitMs?.(member.peer.pid) ?? 0;
      if (member.silence.of(member.heardMs, now, limitMs, waitedMs) <= limitMs) continue;
      this.log.warn(`${member.peer.component} ${member.peer.instance} (pid ${member.peer.pid}) is silent, cut off`);
      this.drop(member.peer.id, 'silent');
    }
    this.runtime.setTimer(CHECK_MS, () => this.check());
  }

  // ------------------------------------------------------------ interest

  interest(session: Session, sequence: number, complete: boolean, changes: ChangeReader): void {
    const { member } = session;
    if (member === null || this.register.members.get(member.peer.id) !== member) return;
    member.heardMs = this.runtime.now();
    const { id } = member.peer;
    const version = ++this.version;
    const snapshot = !member.declared;
    for (const gateway of this.register.members.values()) {
      if (!gateway.wantsInterest || gateway === member) continue;
      const { connection } = gateway;
      const begin = snapshot && !member.begun;
      connection.writer.interestUpdate(
        this.epoch,
        version,
        snapshot,
        snapshot && !complete,
        id,
        begin,
        changes.buf,
        changes.start,
        changes.end,
      );
      connection.touch();
      if (begin) this.settlement.snapshotBegun(gateway.peer.id, id);
      if (snapshot && complete) this.settlement.snapshotEnded(gateway.peer.id, id, version);
      if (connection.queuedBytes > QUEUED_BYTES_MAX) this.drop(gateway.peer.id, 'reads too slowly');
    }
    member.begun = true;
    member.interest.apply(changes);
    if (complete) member.declared = true;
    this.settlement.declared(id, sequence, version, complete, this.runtime.now());
    this.planSettle();
  }

  /** Everything known of the declarer so far; more parts follow while it is still declaring. */
  private sendSnapshot(gateway: Registered, declarer: Registered): void {
    const { connection } = gateway;
    let begin = true;
    this.settlement.snapshotBegun(gateway.peer.id, declarer.peer.id);
    declarer.interest.encode((chunk, end, last) => {
      const whole = last && declarer.declared;
      connection.writer.interestUpdate(
        this.epoch,
        ++this.version,
        true,
        !whole,
        declarer.peer.id,
        begin,
        chunk,
        0,
        end,
      );
      begin = false;
      if (whole) this.settlement.snapshotEnded(gateway.peer.id, declarer.peer.id, this.version);
    });
    connection.touch();
  }

  private linkState(member: Registered, peerId: number, up: boolean): void {
    const { id } = member.peer;
    this.settlement.link(id, peerId, up);
    if (!up) {
      member.forgotten.add(peerId);
      // Somebody saw its link break: it need not be waited for.
      if (this.register.expected.has(peerId)) this.giveUp(peerId);
    } else if (member.forgotten.delete(peerId) && member.wantsInterest) {
      const declarer = this.register.members.get(peerId);
      if (declarer !== undefined) this.sendSnapshot(member, declarer);
    }
    this.planSettle();
  }

  /** Once per turn, whatever happened in it. */
  private planSettle(): void {
    if (this.settlePlanned) return;
    this.settlePlanned = true;
    this.runtime.defer(() => {
      this.settlePlanned = false;
      const { members } = this.register;
      const now = this.runtime.now();
      this.settlement.settle((id, sequence, batches) => {
        members.get(id)?.connection.send({ settled: { sequence } });
        for (const { atMs } of batches) this.settleSeconds.observe((now - atMs) / 1000);
      });
      let admitted = false;
      for (const { peer, connection } of members.values()) {
        if (peer.component !== 'gateway' || !this.settlement.admit(peer.id)) continue;
        connection.send({ listen: {} });
        admitted = true;
      }
      if (admitted) this.save();
    });
  }

  // ------------------------------------------------------------ requests

  private request(session: Session, request: NonNullable<DecodedFrame['request']>): void {
    const id = request.id as number;
    // A health check has no token; everything else is for processes of the node.
    if (session.member === null && request.method !== 'health') {
      session.send({ response: { id, error: 'not registered' } });
      return;
    }
    let body: unknown;
    switch (request.method) {
      case 'health':
        body = { status: 'ok', component: 'router', instance: 0 };
        break;
      case 'stats':
        body = this.figures(request.body === GLANCE);
        break;
      case 'node-keys': {
        if (session.member?.peer.component !== 'auth-resolver') {
          session.send({ response: { id, error: 'not for this process' } });
          return;
        }
        const { serverSeed, xkeySeed } = this.identity;
        body = { serverSeed, xkeySeed } satisfies NodeKeys;
        break;
      }
      case 'shutdown':
        for (const member of this.register.members.values()) member.connection.send({ shutdown: { reason: 'asked' } });
        body = {};
        break;
      default:
        void this.requestElse(session, id, request.method as string, request.body as string);
        return;
    }
    session.send({ response: { id, body: JSON.stringify(body) } });
  }

  private async requestElse(session: Session, id: number, method: string, body: string): Promise<void> {
    try {
      const answer = this.given.methods?.[method];
      if (answer === undefined) throw new Error(`unknown method ${method}`);
      session.send({ response: { id, body: await answer(body) } });
    } catch (error) {
      session.send({ response: { id, error: (error as Error).message } });
    }
  }

  /** What this process answers to `stats`. */
  figures(glance = false): Record<string, unknown> {
    const now = this.runtime.now();
    return {
      component: 'router',
      instance: 0,
      version: this.given.productVersion,
      ...processFigures(this.given.pid, Math.max(0, now - this.lastCheckMs - CHECK_MS), glance),
      epoch: this.epoch,
      revision: this.state.revision,
      interestVersion: this.version,
      settleSeconds: this.settleSeconds.figures(),
      logLinesDropped: this.log.dropped,
      processes: [...this.register.members.values()].map((member) => ({
        ...member.peer,
        silentMs: Math.round(now - member.heardMs),
        patterns: member.interest.size,
        queuedBytes: member.connection.queuedBytes,
        listening: this.settlement.isLive(member.peer.id),
      })),
    };
  }

  // ------------------------------------------------------------ configuration

  reload(): Promise<string | undefined> {
    if (this.reloading === null) {
      this.reloading = this.reloadOnce().finally(() => {
        this.reloading = null;
      });
      return this.reloading;
    }
    // The file may have changed since the one under way read it.
    this.reloadingNext ??= this.reloading.then(() => {
      this.reloadingNext = null;
      return this.reload();
    });
    return this.reloadingNext;
  }

  private async reloadOnce(): Promise<string | undefined> {
    const refusal = await this.tryReload().catch((error: Error) => error.message);
    if (refusal !== undefined) this.log.error(`Failed to reload server configuration: ${refusal}`);
    return refusal;
  }

  /** Resolves to why it was refused. */
  private async tryReload(): Promise<string | undefined> {
    const { readOptions } = this.given;
    const { argv, cwd } = this.state;
    if (readOptions === undefined || argv === undefined || cwd === undefined) return 'no configuration file';
    let read: ServerOptions;
    try {
      read = await readOptions(argv, cwd);
    } catch (error) {
      return (error as Error).message.trimEnd();
    }
    // Loaded here: most routers never reload, and every start would pay for it.
    const { planReload, withChoicesOf } = await import('@skein/config');
    const next = withChoicesOf(this.options, read);
    const plan = planReload(this.options, next);
    if (plan.refusal !== undefined) return plan.refusal;

    const revision = this.state.revision + 1;
    const rollout = new Rollout(revision, next, this.register.members, this.runtime);
    this.rollout = rollout;
    try {
      const refused = await rollout.check();
      if (refused !== undefined) rollout.rollback();
      else {
        // In force from here on, whoever dies: who comes back takes it from the Welcome.
        this.state = { ...this.state, options: next, revision };
        this.save();
        this.leases.setMax(next.maxConnections);
        await rollout.commit();
        for (const { reason } of plan.changes) this.log.info(`Reloaded: ${reason}`);
        const digest = next.configDigest === '' ? '' : ` (${next.configDigest})`;
        this.log.info(`Reloaded server configuration${digest}`);
        this.given.optionsChanged?.(next);
      }
      return refused;
    } finally {
      this.rollout = null;
      for (const { session, hello } of this.postponed.splice(0)) this.hello(session, hello);
    }
  }
}

/** Hello with every field present, as the reader makes it. */
interface Hello {
  component: string;
  instance: number;
  protocol: number;
  token: Uint8Array;
  address: string;
  pid: number;
  id: number;
  links: number[];
  configuration: number;
  connections: number;
  connectionIdMax: number;
  listening: boolean;
  wantsInterest: boolean;
  guest: boolean;
}

export const createRouter = (options: RouterOptions): Router => new NodeRouter(options);
