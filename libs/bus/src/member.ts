import type {
  AuthRequest,
  AuthResponse,
  Component,
  Link,
  Member,
  MemberHandlers,
  MemberLimits,
  MemberOptions,
  Peer,
  Registration,
  Watch,
} from './api.ts';
import { authRequestOf, authResponseFrame, authResponseOf } from './auth-messages.ts';
import { Backoff } from './backoff.ts';
import { Calls } from './calls.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { LeasedConnections } from './connection-leases.ts';
import { Declarations } from './declarations.ts';
import type { ChangeReader, FrameHandler } from './frame-reader.ts';
import type { PeerLink } from './link.ts';
import { type DecodedFrame, type FrameBody, Phase, PROTOCOL } from './messages.ts';
import { GLANCE, processFigures } from './own-figures.ts';
import { Peering, type PeeringOwner } from './peering.ts';
import type { LeaseAnswer } from './questions/leases.ts';
import type { Timer } from './runtime.ts';
import { Watches } from './watches.ts';

export const defaultLimits: MemberLimits = {
  windowBytes: 8 * 1024 * 1024,
  innerBytesMax: 32 * 1024 * 1024,
  gatewayBytesMax: 64 * 1024 * 1024,
  returnedBytesMax: 8 * 1024 * 1024,
  // The largest max_payload that nats-server takes, and room for the rest.
  frameBytesMax: 65 * 1024 * 1024,
  requestsMax: 16_384,
  heartbeatMs: 500,
};

/** Declarations queued for the router before re-declaring waits a turn. */
const REDECLARE_BYTES = 4 * 1024 * 1024;

/** Asked of a gateway: answered when all that it was given to publish before has arrived. */
export const FLUSHED = 'flushed';
const FLUSHED_MS_MAX = 5000;

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A store's word to a gateway: it has declared all that it wants, and is given what was held for it. */
export const SERVING = 'serving';

/** A store's word to a gateway that it ends: the answer comes after all that it is sent. */
export const LEAVING = 'leaving';

const latin1Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const unexpected = (): void => {};

class NodeMember implements Member, FrameHandler, ConnectionOwner, PeeringOwner {
  readonly handlers: MemberHandlers;
  readonly connections: LeasedConnections;
  id = 0;
  private instance: number;
  private readonly options: MemberOptions;
  private readonly limits: MemberLimits;
  private readonly peering: Peering;
  private readonly declarations = new Declarations();
  private readonly calls: Calls;
  private readonly methods = new Map<string, (body: string, from: Peer | undefined) => string | Promise<string>>();
  private readonly watches = new Watches({
    gateways: () => [...this.links.values()].filter((link) => link.peer.component === 'gateway'),
    ask: (link, id, { account, subject, queue }) =>
      (link as PeerLink).send({ watch: { id, account, subject: bytesOf(subject), queue: bytesOf(queue) } }),
    end: (link, id) => (link as PeerLink).send({ watch: { id, ended: true } }),
    flushed: (link) => this.request(link.peer.id, FLUSHED, '', FLUSHED_MS_MAX),
  });
  private readonly backoff = new Backoff(10, 500);

  private router: Connection | null = null;
  private registered = false;
  private stopped = false;
  private listening = false;
  private epoch = 0;
  private revision = 0;
  /** Checked, and to be committed or forgotten. */
  private checked: { revision: number; configuration: unknown } | null = null;
  private redeclaring: Iterator<unknown> | null = null;
  private version = 0;
  private versionReported = 0;
  private heartbeat: Timer | null = null;
  private beats: number[] = [];
  private started: { resolve(registration: Registration): void; reject(error: Error): void } | null = null;

  constructor(options: MemberOptions) {
    this.options = options;
    this.instance = options.instance;
    this.handlers = options.handlers;
    this.limits = { ...defaultLimits, ...options.limits };
    this.calls = new Calls(options.runtime, this.limits.requestsMax);
    this.peering = new Peering({ ...options, limits: this.limits }, this);
    this.connections = new LeasedConnections(options.runtime, (lease) => this.tellRouter({ lease }));
    this.handle('health', () =>
      JSON.stringify({ status: 'ok', component: options.component, instance: this.instance }),
    );
    this.handle('stats', (body) => JSON.stringify(this.figures(body === GLANCE)));
  }

  get links(): ReadonlyMap<number, Link> {
    return this.peering.links;
  }

  get peers(): ReadonlyMap<number, Peer> {
    return this.peering.peers;
  }

  get routerUp(): boolean {
    return this.registered;
  }

  linkTo(component: Component): Link | undefined {
    let found: Link | undefined;
    for (const link of this.links.values()) {
      if (link.peer.component !== component) continue;
      if (found === undefined || link.peer.instance < found.peer.instance) found = link;
    }
    return found;
  }

  // ------------------------------------------------------------ life

  async start(): Promise<Registration> {
    await this.peering.listen();
    return new Promise((resolve, reject) => {
      this.started = { resolve, reject };
      this.dialRouter();
    });
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.heartbeat?.cancel();
    this.peering.stop();
    this.router?.close();
    this.started?.reject(new Error('stopped'));
    this.started = null;
  }

  private dialRouter(): void {
    if (this.stopped) return;
    this.options.transport.connect(
      this.options.routerAddress,
      (channel) => {
        const router = new Connection(channel, this.options.runtime, this, this, this.limits.frameBytesMax);
        this.router = router;
        router.send({ hello: this.hello() });
        router.flush();
        return router;
      },
      () => this.redialRouter(),
    );
  }

  private redialRouter(): void {
    if (this.stopped) return;
    this.options.runtime.setTimer(this.backoff.next(), () => this.dialRouter(), { keepAlive: true });
  }

  private hello(): NonNullable<FrameBody['hello']> {
    return {
      component: this.options.component,
      instance: this.instance,
      version: this.options.version,
      protocol: PROTOCOL,
      token: this.options.token,
      address: this.options.address,
      pid: this.options.pid,
      id: this.id,
      links: [...this.links.keys()],
      configuration: this.revision,
      connections: this.connections.held,
      connectionIdMax: this.connections.idMax,
      listening: this.listening,
      wantsInterest: this.options.wantsInterest,
      guest: this.options.guest === true,
    };
  }

  disconnected(reason: string): void {
    this.router = null;
    this.registered = false;
    this.redeclaring = null;
    this.declarations.attach(null);
    this.connections.disconnect();
    this.heartbeat?.cancel();
    this.calls.failAll(this, `the router is gone: ${reason}`);
    if (this.checked !== null) {
      this.checked = null;
      this.handlers.rollback?.();
    }
    this.redialRouter();
  }

  private tellRouter(body: FrameBody): void {
    const router = this.router;
    if (router === null || !this.registered) return;
    // What was declared before comes before, whatever follows: a LinkState vouches for it.
    this.declarations.flush();
    router.send(body);
  }

  turnEnd(): void {
    this.declarations.flush();
    if (this.version > this.versionReported && this.router !== null) {
      this.versionReported = this.version;
      this.router.writer.message({ applied: { epoch: this.epoch, version: this.version } });
    }
  }

  // ------------------------------------------------------------ interest

  get sequence(): number {
    return this.declarations.sequence;
  }

  declare(account: string, subject: string, queue: string, weight: number): number {
    const sequence = this.declarations.add(account, subject, queue, weight);
    if (this.registered) this.router!.touch();
    return sequence;
  }

  settled(sequence: number): boolean {
    return this.declarations.isSettled(sequence);
  }

  private redeclare(): void {
    this.declarations.attach(this.router!.writer);
    const emit = (account: string, subject: string, queue: string, weight: number) => {
      this.declarations.add(account, subject, queue, weight);
    };
    const patterns = this.handlers.redeclare?.(emit);
    if (patterns === undefined) this.declared();
    else {
      this.redeclaring = patterns;
      this.redeclareMore(patterns);
    }
  }

  private redeclareMore(patterns: Iterator<unknown>): void {
    if (this.redeclaring !== patterns || this.router === null) return;
    const room = this.router.queuedBytes < REDECLARE_BYTES;
    if (room && patterns.next().done === true) {
      this.redeclaring = null;
      this.declared();
      return;
    }
    this.router.touch();
    // A congested router is looked at again in a while, not in every turn.
    if (room) this.options.runtime.defer(() => this.redeclareMore(patterns));
    else this.options.runtime.setTimer(1, () => this.redeclareMore(patterns));
  }

  private declared(): void {
    this.declarations.complete();
    this.router!.touch();
  }

  /** The register has changed: the only gateway need not wait for others to hear what it declares. */
  private countGateways(): void {
    if (this.options.component !== 'gateway') return;
    let others = 0;
    for (const peer of this.peers.values()) if (peer.component === 'gateway') others++;
    const sequence = this.declarations.sequence;
    if (this.declarations.setAlone(others === 0)) this.handlers.settled?.(sequence);
  }

  onInterestUpdate(
    _epoch: number,
    version: number,
    snapshot: boolean,
    partial: boolean,
    declarer: number,
    begin: boolean,
    changes: ChangeReader,
  ): void {
    if (this.peers.has(declarer)) {
      if (begin) this.handlers.interestBegin?.(declarer);
      this.handlers.interest?.(declarer, changes, snapshot, snapshot && !partial);
    }
    this.version = version;
    this.router?.touch();
  }

  // ------------------------------------------------------------ links

  linkUp(link: PeerLink): void {
    if (link.peer.component === 'gateway') this.watches.gatewayUp(link);
    this.handlers.peerUp?.(link);
    this.tellRouter({ linkState: { peer: link.peer.id, up: true } });
  }

  linkGone(link: PeerLink, reason: string): void {
    this.calls.failAll(link, `${link.peer.component} ${link.peer.instance} is gone: ${reason}`);
    if (link.peer.component === 'gateway') this.watches.gatewayDown(link);
    this.handlers.peerDown?.(link, reason);
    this.tellRouter({ linkState: { peer: link.peer.id, up: false } });
  }

  linkFrame(link: PeerLink, frame: DecodedFrame): void {
    if (frame.request) {
      const { id, method, body } = frame.request;
      this.answer(link, id as number, method as string, body as string, link.peer);
    } else if (frame.response) this.answered(link, frame.response);
    else if (frame.watched) {
      this.watches.told(link, frame.watched.id as number, frame.watched.interested as boolean);
    } else if (frame.watch) {
      const { id, account, subject, queue, ended } = frame.watch;
      if (ended) this.handlers.unwatch?.(link, id as number);
      else {
        const [where, group] = [latin1Of(subject as Uint8Array), latin1Of(queue as Uint8Array)];
        this.handlers.watch?.(link, id as number, account as string, where, group);
      }
    } else if (frame.authRequest) this.authenticateFor(link, frame.authRequest);
    else if (frame.authResponse) {
      this.calls.answer(link, frame.authResponse.id as number, authResponseOf(frame.authResponse));
    }
  }

  watch(account: string, subject: string, queue: string, changed: () => void): Watch {
    return this.watches.add(account, subject, queue, changed);
  }

  // ------------------------------------------------------------ requests

  handle(method: string, fn: (body: string, from: Peer | undefined) => string | Promise<string>): void {
    this.methods.set(method, fn);
  }

  request(to: number | 'router', method: string, body: string, timeoutMs: number): Promise<string> {
    const link = to === 'router' ? undefined : (this.links.get(to) as PeerLink | undefined);
    if (to === 'router' ? !this.registered : link === undefined) {
      return Promise.reject(
        new Error(`${method}: no connection to ${to === 'router' ? 'the router' : `process ${to}`}`),
      );
    }
    return this.calls.start<string>(link ?? this, timeoutMs, method, (id) => {
      if (link === undefined) this.tellRouter({ request: { id, method, body } });
      else link.send({ request: { id, method, body } });
    });
  }

  private async answer(
    via: { send(body: FrameBody): void },
    id: number,
    method: string,
    body: string,
    from: Peer | undefined,
  ): Promise<void> {
    const fn = this.methods.get(method);
    try {
      if (fn === undefined) throw new Error(`unknown method ${method}`);
      via.send({ response: { id, body: await fn(body, from) } });
    } catch (error) {
      via.send({ response: { id, error: (error as Error).message || 'failed' } });
    }
  }

  private answered(via: object, response: NonNullable<DecodedFrame['response']>): void {
    const id = response.id as number;
    if (response.error) this.calls.fail(via, id, response.error);
    else this.calls.answer(via, id, response.body);
  }

  authenticate(request: AuthRequest, timeoutMs: number): Promise<AuthResponse> {
    const link = this.linkTo('auth-resolver') as PeerLink | undefined;
    if (link === undefined) return Promise.reject(new Error('no auth-resolver'));
    return this.calls.start<AuthResponse>(link, timeoutMs, 'authenticate', (id) => {
      link.send({ authRequest: { id, ...request } });
    });
  }

  private async authenticateFor(link: PeerLink, frame: NonNullable<DecodedFrame['authRequest']>): Promise<void> {
    let response: AuthResponse;
    try {
      if (this.handlers.authenticate === undefined) throw new Error('this process authenticates nobody');
      response = await this.handlers.authenticate(authRequestOf(frame), link);
    } catch (error) {
      response = { allowed: false, error: '', reason: (error as Error).message };
    }
    link.send({ authResponse: authResponseFrame(frame.id as number, response) });
  }

  figures(glance = false): Record<string, unknown> {
    const links = [...this.peering.links.values()].map((link) => ({
      peer: link.peer.id,
      component: link.peer.component,
      instance: link.peer.instance,
      framesSent: link.framesSent,
      framesAcked: link.framesAcked,
      framesRefused: (link as PeerLink).framesRefused,
      bytesInFlight: link.bytesInFlight,
      queuedBytes: (link as PeerLink).queuedBytes,
      writable: link.writable,
    }));
    return {
      component: this.options.component,
      instance: this.instance,
      id: this.id,
      version: this.options.version,
      ...processFigures(this.options.pid, Math.max(0, ...this.beats), glance),
      requestsWaiting: this.calls.size,
      routerUp: this.registered,
      links,
      ...this.handlers.stats?.(),
    };
  }

  // ------------------------------------------------------------ what the router sends

  readonly onDeliver = unexpected;
  readonly onPublish = unexpected;
  readonly onReturned = unexpected;
  readonly onLinkAck = unexpected;
  readonly onInterest = unexpected;

  onMessage(frame: DecodedFrame): void {
    switch (frame.body) {
      case 'welcome':
        this.welcomed(frame.welcome!);
        break;
      case 'refused':
        this.refused(frame.refused!.reason as string);
        break;
      case 'peerJoined':
        this.peering.join(frame.peerJoined!.peer as Peer);
        this.countGateways();
        break;
      case 'peerLeft':
        this.peerLeft(frame.peerLeft!.id as number, frame.peerLeft!.reason as string);
        this.countGateways();
        break;
      case 'settled': {
        const sequence = frame.settled!.sequence as number;
        if (this.declarations.settle(sequence)) this.handlers.settled?.(sequence);
        break;
      }
      case 'listen':
        if (!this.listening) {
          this.listening = true;
          this.handlers.listen?.();
        }
        break;
      case 'configure':
        this.configure(frame.configure!);
        break;
      case 'leased':
        this.connections.leased(frame.leased as LeaseAnswer);
        break;
      case 'request': {
        const { id, method, body } = frame.request!;
        this.answer(this.router!, id as number, method as string, body as string, undefined);
        break;
      }
      case 'response':
        this.answered(this, frame.response!);
        break;
      case 'shutdown':
        this.handlers.shutdown?.(frame.shutdown!.reason as string, false);
        break;
    }
  }

  private welcomed(welcome: NonNullable<DecodedFrame['welcome']>): void {
    const first = this.id === 0;
    this.id = welcome.id as number;
    const seat = welcome.seat as number;
    if (seat > 0) this.instance = seat - 1;
    this.epoch = welcome.epoch as number;
    this.version = 0;
    this.versionReported = 0;
    this.registered = true;
    this.backoff.reset();
    const json = welcome.configurationJson as string;
    const configuration: unknown = json === '' ? undefined : JSON.parse(json);
    const changed = !first && configuration !== undefined && this.revision !== welcome.configuration;
    this.revision = welcome.configuration as number;
    const registration: Registration = {
      id: this.id,
      instance: this.instance,
      epoch: this.epoch,
      identity: { ...welcome.identity } as Registration['identity'],
      revision: this.revision,
      configuration,
    };
    this.started?.resolve(registration);
    this.started = null;
    this.handlers.registered?.(registration);
    if (changed) this.handlers.commit?.(configuration, this.revision);

    const peers = (welcome.peers as Peer[]) ?? [];
    for (const peer of this.peering.register(this.id, Buffer.from(welcome.linkKey as Uint8Array), peers)) {
      this.peerLeft(peer.id, 'not in the register');
    }
    this.redeclare();
    this.countGateways();
    for (const link of this.links.values()) this.tellRouter({ linkState: { peer: link.peer.id, up: true } });
    if (this.options.component === 'gateway') this.connections.connect();
    this.beat(this.options.runtime.now());
  }

  private refused(reason: string): void {
    this.stopped = true;
    this.router?.close();
    this.started?.reject(new Error(`refused by the router: ${reason}`));
    this.started = null;
    this.handlers.shutdown?.(reason, true);
  }

  private peerLeft(id: number, reason: string): void {
    const peer = this.peering.leave(id, reason);
    if (peer !== undefined) this.handlers.peerLeft?.(peer, reason);
  }

  private beat(dueMs: number): void {
    if (!this.registered) return;
    const now = this.options.runtime.now();
    this.beats.push(Math.max(0, now - dueMs));
    if (this.beats.length > 20) this.beats.shift();
    this.router!.send({ heartbeat: {} });
    const next = now + this.limits.heartbeatMs;
    this.heartbeat = this.options.runtime.setTimer(this.limits.heartbeatMs, () => this.beat(next));
  }

  private async configure(configure: NonNullable<DecodedFrame['configure']>): Promise<void> {
    const revision = configure.revision as number;
    const router = this.router;
    if (configure.phase === Phase.check) {
      const configuration: unknown = JSON.parse(configure.configurationJson as string);
      let reason: string | undefined;
      try {
        reason = await this.handlers.check?.(configuration);
      } catch (error) {
        reason = (error as Error).message;
      }
      if (this.router !== router) return;
      this.checked = { revision, configuration };
      this.tellRouter({ configured: { revision, ok: reason === undefined, reason: reason ?? '' } });
      return;
    }
    const checked = this.checked;
    this.checked = null;
    if (checked === null || checked.revision !== revision) return;
    if (configure.phase === Phase.commit) {
      this.revision = revision;
      this.handlers.commit?.(checked.configuration, revision);
      this.tellRouter({ configured: { revision, ok: true } });
    } else this.handlers.rollback?.();
  }
}

/** A process's place in the node; see `Member`. Nothing happens before `start`. */
export const createMember = (options: MemberOptions): Member => new NodeMember(options);
