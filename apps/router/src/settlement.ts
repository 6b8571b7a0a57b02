/** What the router knows of one gateway's view of one declarer. */
interface View {
  /** The gateway has a link to the declarer. */
  linked: boolean;
  /** The version that completed the newest whole picture of the declarer sent to it; Infinity while one is under way. */
  since: number;
}

interface Gateway {
  /** Told to listen: others' settlements wait for it. */
  live: boolean;
  applied: number;
  views: Map<number, View>;
}

/** What was declared in one turn. */
export interface Batch {
  sequence: number;
  version: number;
  /** When it was declared; monotonic ms. */
  atMs: number;
}

interface Declarer {
  /** It has declared everything that it wanted when it connected. */
  complete: boolean;
  /** Batches not settled yet, oldest first. */
  pending: Batch[];
  settledVersion: number;
  /** Of its newest batch. */
  version: number;
  /** A gateway that joins may rely on what this process took for settled only after it has applied this version, by peer. */
  vouched: Map<number, number>;
}

/**
 * Which batches of declarations are settled: applied by every live gateway, each of which has a link to the declarer. And
 * when a gateway may become live. A state machine without I/O: versions are the caller's, rising.
 */
export class Settlement {
  private readonly gateways = new Map<number, Gateway>();
  private readonly declarers = new Map<number, Declarer>();
  private held: boolean;

  /** `held`: settles nothing and lets nobody listen until `release`. */
  constructor(held: boolean) {
    this.held = held;
  }

  release(): void {
    this.held = false;
  }

  /** `gateway`: undefined for a process without a replica, else whether it listens already. */
  join(id: number, gateway: { live: boolean } | undefined): void {
    this.declarers.set(id, { complete: false, pending: [], settledVersion: 0, version: 0, vouched: new Map() });
    if (gateway !== undefined) this.gateways.set(id, { live: gateway.live, applied: 0, views: new Map() });
  }

  leave(id: number): void {
    this.gateways.delete(id);
    this.declarers.delete(id);
    for (const gateway of this.gateways.values()) gateway.views.delete(id);
    for (const declarer of this.declarers.values()) declarer.vouched.delete(id);
  }

  /** A process reports its link to a peer: what it declares from here on it does not take for settled by itself. */
  link(id: number, peer: number, up: boolean): void {
    const gateway = this.gateways.get(id);
    if (gateway !== undefined) this.view(gateway, peer).linked = up;
    const declarer = this.declarers.get(id);
    if (up) declarer?.vouched.set(peer, declarer.version);
    else declarer?.vouched.delete(peer);
  }

  /** A gateway is being sent a whole picture of the declarer. */
  snapshotBegun(gatewayId: number, declarer: number): void {
    const gateway = this.gateways.get(gatewayId);
    if (gateway !== undefined) this.view(gateway, declarer).since = Number.POSITIVE_INFINITY;
  }

  /** The picture was completed by this version. */
  snapshotEnded(gatewayId: number, declarer: number, version: number): void {
    const gateway = this.gateways.get(gatewayId);
    if (gateway !== undefined) this.view(gateway, declarer).since = version;
  }

  /** A batch got this version. Until the declarer is complete nothing that it sends can settle. */
  declared(id: number, sequence: number, version: number, complete: boolean, atMs: number): void {
    const declarer = this.declarers.get(id);
    if (declarer === undefined) return;
    declarer.version = version;
    if (complete) declarer.complete = true;
    if (declarer.complete) declarer.pending.push({ sequence, version, atMs });
  }

  applied(id: number, version: number): void {
    const gateway = this.gateways.get(id);
    if (gateway !== undefined && version > gateway.applied) gateway.applied = version;
  }

  /** Calls `tell` for every declarer of whom more is settled than before, with the batches that now are. */
  settle(tell: (declarer: number, sequence: number, batches: readonly Batch[]) => void): void {
    if (this.held) return;
    for (const [id, declarer] of this.declarers) {
      if (declarer.pending.length === 0) continue;
      const floor = this.floor(id);
      let count = 0;
      while (count < declarer.pending.length && declarer.pending[count].version <= floor) count++;
      if (count === 0) continue;
      const last = declarer.pending[count - 1];
      const batches = declarer.pending.splice(0, count);
      declarer.settledVersion = last.version;
      tell(id, last.sequence, batches);
    }
  }

  /** Up to which version every live gateway has the declarer's interest and a link to it. */
  private floor(declarer: number): number {
    let floor = Number.POSITIVE_INFINITY;
    for (const [id, gateway] of this.gateways) {
      if (id === declarer || !gateway.live) continue;
      const view = gateway.views.get(declarer);
      if (view === undefined || !view.linked || gateway.applied < view.since) return -1;
      floor = Math.min(floor, gateway.applied);
    }
    return floor;
  }

  /**
   * Makes a gateway live when it has everything that any process may take for settled, and links both ways to all of
   * them. True: tell it to listen.
   */
  admit(id: number): boolean {
    const gateway = this.gateways.get(id);
    if (this.held || gateway === undefined || gateway.live) return false;
    for (const [peer, declarer] of this.declarers) {
      if (peer === id) continue;
      const view = gateway.views.get(peer);
      const vouched = declarer.vouched.get(id);
      if (view === undefined || !view.linked || vouched === undefined || !declarer.complete) return false;
      if (gateway.applied < Math.max(view.since, declarer.settledVersion, vouched)) return false;
    }
    gateway.live = true;
    return true;
  }

  isLive(id: number): boolean {
    return this.gateways.get(id)?.live === true;
  }

  private view(gateway: Gateway, declarer: number): View {
    let view = gateway.views.get(declarer);
    if (view === undefined) {
      view = { linked: false, since: Number.POSITIVE_INFINITY };
      gateway.views.set(declarer, view);
    }
    return view;
  }
}
